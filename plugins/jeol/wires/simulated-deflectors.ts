import type { MicroscopeLink, VirtualMicroscope } from '../../../simulation';
import { imageShiftPerStep } from '../shifts';
import {
  type DacPair,
  type JeolDeflector,
  type NeutralDeflector,
  type ScanDeflector,
  dacCentre,
  dacFull,
  neutralNumbers,
} from '../transport';

const beamShiftPerStep = { x: 0.025, y: 0.025 };
/** Shares of the range: what they do to the beam or the image is a matter of the coils. */
const sharePerStep = { x: 1 / dacCentre, y: 1 / dacCentre };
const centred = { x: dacCentre, y: dacCentre };

/** A deflector on the virtual microscope, with its size of a step and the steps at which it does nothing. */
interface SimulatedDeflector {
  readonly held: () => DacPair;
  readonly set: (value: DacPair) => void;
  readonly step: DacPair;
  readonly neutral: () => DacPair;
}

/** The deflectors of a JEOL column on a virtual microscope, in their steps. */
export class SimulatedDeflectors {
  /** @param scanDeflector the one that shifts a scan, of a site that scans */
  constructor(
    private readonly link: MicroscopeLink,
    private readonly scanDeflector: ScanDeflector | undefined,
  ) {}

  read(deflector: JeolDeflector): DacPair {
    const { held, step, neutral } = this.coils(deflector);
    return dacOf(held(), step, neutral());
  }

  set(deflector: JeolDeflector, to: DacPair): void {
    checkDac(to.x);
    checkDac(to.y);
    const { set, step, neutral } = this.coils(deflector);
    set(shiftOf(to, step, neutral()));
  }

  /** Sets a deflector to where it does nothing. */
  toNeutral(number: number): void {
    const found = Object.entries(neutralNumbers).find(([, each]) => each === number);
    if (!found) throw new RangeError(`${number} is not the number of a deflector`);
    const [deflector] = found as [NeutralDeflector, number];
    this.coils(deflector).set({ x: 0, y: 0 });
  }

  /** A deflector as it acts now: in a scan one of them shifts the probe, with a neutral value of its own, and the other one tilts it. */
  private coils(deflector: JeolDeflector): SimulatedDeflector {
    const { CLA1, CLA2 } = this.deflectors;
    if (!this.state.scanning || !this.scanDeflector) return this.deflectors[deflector];
    if (deflector === this.scanDeflector)
      return { ...CLA1, neutral: () => dacOf(this.state.neutralScanShift, beamShiftPerStep, centred) };
    return deflector === 'CLA1' ? CLA2 : this.deflectors[deflector];
  }

  private readonly deflectors: Readonly<Record<JeolDeflector, SimulatedDeflector>> = {
    IS1: this.imageShift(),
    PLA: this.imageShift(),
    CLA1: {
      held: () => this.state.beamShift,
      set: (value) => this.microscope.setBeamShift(value),
      step: beamShiftPerStep,
      neutral: () => centred,
    },
    CLA2: {
      held: () => this.state.beamTiltShare,
      set: (value) => this.microscope.setBeamTiltShare(value),
      step: sharePerStep,
      neutral: () => centred,
    },
    OLs: {
      held: () => this.state.objectiveStigmator,
      set: (value) => this.microscope.setObjectiveStigmator(value),
      step: sharePerStep,
      neutral: () => centred,
    },
    CLs: {
      held: () => this.state.condenserStigmator,
      set: (value) => this.microscope.setCondenserStigmator(value),
      step: sharePerStep,
      neutral: () => centred,
    },
    ILs: {
      held: () => this.state.diffractionStigmator,
      set: (value) => this.microscope.setDiffractionStigmator(value),
      step: sharePerStep,
      neutral: () => centred,
    },
  };

  private imageShift(): SimulatedDeflector {
    return {
      held: () => this.state.imageShift,
      set: (value) => this.microscope.setImageShift(value),
      step: imageShiftPerStep,
      // A little different at each magnification.
      neutral: () => dacOf(this.state.neutralImageShift, imageShiftPerStep, centred),
    };
  }

  private get microscope(): VirtualMicroscope {
    return this.link.microscope;
  }

  private get state(): VirtualMicroscope['state'] {
    return this.microscope.state;
  }
}

const dacOf = (value: DacPair, step: DacPair, neutral: DacPair): DacPair => ({
  x: Math.round(neutral.x + value.x / step.x),
  y: Math.round(neutral.y + value.y / step.y),
});

const shiftOf = (steps: DacPair, step: DacPair, neutral: DacPair): DacPair => ({
  x: (steps.x - neutral.x) * step.x,
  y: (steps.y - neutral.y) * step.y,
});

/** Refuses a number that is not a value of a deflector or lens. */
export function checkDac(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > dacFull)
    throw new RangeError(`${value} is not a value of a deflector or lens`);
}
