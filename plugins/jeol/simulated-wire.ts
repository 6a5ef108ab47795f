import { type Clock, seconds } from '../../core/base';
import { VirtualMicroscope } from '../../simulation';
import { jeolErrors } from './errors';
import { imageShiftPerStep } from './shifts';
import {
  type DacPair,
  type JeolDeflector,
  JeolBusy,
  type JeolLens,
  type JeolTransport,
  dacCentre,
  dacFull,
  functionModes,
  screenPlaces,
  stageStates,
} from './transport';

/** Seconds that a call takes, and that the column takes for things, on the simulated clock. */
const durations = { call: 0.06, stageCall: 0.25, magnification: 0.8, screen: 2 };
/** Micrometres of beam shift, and of defocus by the fine objective lens and the minilens, for one step. */
const perStep = { beam: 0.025, objective: 0.0058, minilens: 0.01 };
const fineInCoarse = 32;

/** Properties with which the simulated column numbers its magnifications as the site does. */
export interface SimulatedJeolFacts {
  readonly ranges: readonly { readonly mode: number; readonly first: number }[];
  readonly projectorShift: boolean;
  /** The column is busy once in this number of calls; for tests. */
  readonly busyEvery?: number;
}

/** JEOL's external control as a virtual microscope answers it: steps of deflectors and lenses, and image shift lost with every change of magnification. */
export class SimulatedJeolWire implements JeolTransport {
  private opened: VirtualMicroscope | undefined;
  private readonly lenses: Record<Exclude<JeolLens, 'CL3'>, number> = { OLc: dacCentre, OLf: dacCentre, OM: dacCentre };
  private diffracting = false;
  private reported = { magIndex: 0, until: 0 };
  private screen = { place: screenPlaces.up as number, from: screenPlaces.up as number, arrives: 0 };
  private alpha = 0;
  private inFlight = false;
  private calls = 0;

  constructor(
    private readonly find: () => unknown,
    private readonly clock: Clock,
    private readonly facts: SimulatedJeolFacts,
  ) {}

  async open(): Promise<void> {
    if (this.facts.projectorShift) throw jeolErrors.projectorShiftNotSimulated();
    const found = this.find();
    if (!(found instanceof VirtualMicroscope))
      throw new TypeError('what the simulator provides is not a virtual microscope');
    this.opened = found;
  }

  async close(): Promise<void> {
    this.opened = undefined;
  }

  getFunctionMode(): Promise<number> {
    return this.call(() => (this.diffracting ? functionModes.diffraction : this.rangeAt(this.shownMag()).mode));
  }

  setFunctionMode(mode: number): Promise<void> {
    return this.call(() => {
      this.diffracting = mode === functionModes.diffraction;
      const range = this.facts.ranges.find((each) => each.mode === mode);
      if (range && range !== this.rangeAt(this.microscope.state.magIndex)) this.magnify(range.first);
    });
  }

  getSelector(): Promise<number> {
    return this.call(() => this.shownMag() - this.rangeAt(this.shownMag()).first);
  }

  setSelector(selector: number): Promise<void> {
    return this.call(() => this.magnify(this.rangeAt(this.microscope.state.magIndex).first + selector));
  }

  getDeflector(deflector: JeolDeflector): Promise<DacPair> {
    return this.call(() => {
      if (deflector === 'CLA1')
        return dacOf(
          this.microscope.state.beamShift,
          { x: perStep.beam, y: perStep.beam },
          { x: dacCentre, y: dacCentre },
        );
      return dacOf(this.microscope.state.imageShift, imageShiftPerStep, this.neutral());
    });
  }

  setDeflector(deflector: JeolDeflector, x: number, y: number): Promise<void> {
    return this.call(() => {
      checkDac(x);
      checkDac(y);
      if (deflector === 'CLA1')
        return this.microscope.setBeamShift({ x: (x - dacCentre) * perStep.beam, y: (y - dacCentre) * perStep.beam });
      const neutral = this.neutral();
      this.microscope.setImageShift({
        x: (x - neutral.x) * imageShiftPerStep.x,
        y: (y - neutral.y) * imageShiftPerStep.y,
      });
    });
  }

  setNeutral(): Promise<void> {
    return this.call(() => this.microscope.setImageShift({ x: 0, y: 0 }));
  }

  getLens(lens: JeolLens): Promise<number> {
    return this.call(() =>
      lens === 'CL3' ? Math.round(this.microscope.state.intensity * dacFull) : this.lenses[lens],
    );
  }

  setLens(lens: JeolLens, value: number): Promise<void> {
    return this.call(() => {
      checkDac(value);
      if (lens === 'CL3') return this.microscope.setIntensity(value / dacFull);
      this.lenses[lens] = value;
      this.focus();
    });
  }

  getSpotSize(): Promise<number> {
    return this.call(() => this.microscope.state.spotSize - 1);
  }

  setSpotSize(spot: number): Promise<void> {
    return this.call(() => this.microscope.setSpotSize(spot + 1));
  }

  getAlpha(): Promise<number> {
    return this.call(() => this.alpha);
  }

  setAlpha(alpha: number): Promise<void> {
    return this.call(() => void (this.alpha = alpha));
  }

  getBeamBlank(): Promise<boolean> {
    return this.call(() => this.microscope.state.blanked);
  }

  setBeamBlank(blanked: boolean): Promise<void> {
    return this.call(() => this.microscope.setBlanked(blanked));
  }

  getScreen(): Promise<number> {
    return this.call(() => (this.clock.now() < this.screen.arrives ? this.screen.from : this.screen.place));
  }

  setScreen(place: number): Promise<void> {
    return this.call(() => {
      this.screen = { place, from: this.screen.place, arrives: this.clock.now() + durations.screen };
      this.microscope.setScreen(place !== screenPlaces.up);
    });
  }

  getHtValue(): Promise<number> {
    return this.call(() => this.microscope.state.highTension * 1000);
  }

  getStagePosition(): Promise<{ x: number; y: number; z: number; tilt: number }> {
    return this.stageCall(() => {
      const { x, y, z, tilt } = this.microscope.state.stage;
      return { x: Math.round(x * 1000), y: Math.round(y * 1000), z: Math.round(z * 1000), tilt };
    });
  }

  getStageStatus(): Promise<readonly number[]> {
    return this.stageCall(() =>
      Array<number>(4).fill(this.microscope.state.stageMoving ? stageStates.moving : stageStates.rest),
    );
  }

  setStageXY(x: number, y: number): Promise<void> {
    return this.drive({ x: x / 1000, y: y / 1000 });
  }

  setStageX(x: number): Promise<void> {
    return this.drive({ x: x / 1000 });
  }

  setStageY(y: number): Promise<void> {
    return this.drive({ y: y / 1000 });
  }

  setStageZ(z: number): Promise<void> {
    return this.drive({ z: z / 1000 });
  }

  setTiltX(degrees: number): Promise<void> {
    return this.drive({ tilt: degrees });
  }

  stopStage(): Promise<void> {
    return this.stageCall(
      () => void (this.microscope.state.stageMoving && this.microscope.moveStage(this.microscope.state.stage)),
    );
  }

  private drive(target: Parameters<VirtualMicroscope['moveStage']>[0]): Promise<void> {
    return this.stageCall(() => void this.microscope.moveStage(target));
  }

  private stageCall<T>(answer: () => T): Promise<T> {
    return this.call(answer, durations.stageCall);
  }

  /** Refuses what overlaps, is busy now and then, and takes its time. */
  private async call<T>(answer: () => T, duration = durations.call): Promise<T> {
    if (this.inFlight) throw new Error('a call was made before the last one had been answered');
    this.inFlight = true;
    try {
      await this.clock.delay(seconds(duration));
      this.calls++;
      if (this.facts.busyEvery !== undefined && this.calls % this.facts.busyEvery === 0) throw new JeolBusy('busy');
      return answer();
    } finally {
      this.inFlight = false;
    }
  }

  private get microscope(): VirtualMicroscope {
    if (!this.opened) throw jeolErrors.notOpen();
    return this.opened;
  }

  private rangeAt(magIndex: number): SimulatedJeolFacts['ranges'][number] {
    return this.facts.ranges.findLast(({ first }) => magIndex >= first) ?? this.facts.ranges[0]!;
  }

  /** The column still shows the old magnification for a while after a change. */
  private shownMag(): number {
    return this.clock.now() < this.reported.until ? this.reported.magIndex : this.microscope.state.magIndex;
  }

  private magnify(index: number): void {
    const { magIndex } = this.microscope.state;
    this.microscope.setMagnification(index);
    if (index === magIndex) return;
    this.reported = { magIndex, until: this.clock.now() + durations.magnification };
    this.microscope.setImageShift({ x: 0, y: 0 });
    this.focus();
  }

  /** The steps at which the coils do nothing; a little different at each magnification. */
  private neutral(): DacPair {
    const { magIndex } = this.microscope.state;
    return { x: dacCentre + ((magIndex * 37) % 21) * 4 - 40, y: dacCentre + ((magIndex * 53) % 19) * 4 - 36 };
  }

  private focus(): void {
    const { OLc, OLf, OM } = this.lenses;
    const objective = (fineInCoarse * (OLc - dacCentre) + OLf - dacCentre) * perStep.objective;
    this.microscope.setDefocus(
      this.microscope.state.lowMagnification ? (OM - dacCentre) * perStep.minilens : objective,
    );
  }
}

const dacOf = (value: DacPair, step: DacPair, neutral: DacPair): DacPair => ({
  x: Math.round(neutral.x + value.x / step.x),
  y: Math.round(neutral.y + value.y / step.y),
});

function checkDac(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > dacFull)
    throw new RangeError(`${value} is not a value of a deflector or lens`);
}
