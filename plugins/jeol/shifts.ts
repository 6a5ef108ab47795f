import {
  type BeamShiftUnits,
  type ImageShiftUnits,
  type Matrix,
  type Vector,
  apply,
  beamShiftUnits,
  imageShiftUnits,
  subtract,
  vector,
} from '../../core/base';
import type { SettingDriver } from '../../core/devices';
import type { JeolColumn } from './column';
import { jeolErrors } from './errors';
import {
  type DacPair,
  type JeolTransport,
  type NeutralDeflector,
  dacCentre,
  dacFull,
  neutralNumbers,
} from './transport';

/** Image-shift units for one step of the image-shift deflector; the axes differ. */
export const imageShiftPerStep = { x: 0.00508, y: 0.00434 };
/** Largest distance of the image-shift deflector from its centre, in steps. */
const imageShiftReach = 0x3fff;

/** The largest step of the beam-shift deflectors, in beam-shift units. */
function largestBeamStep({
  beamShiftPerStep: { regular, lowMagnification },
}: Pick<JeolColumn, 'beamShiftPerStep'>): Vector {
  const step = Math.max(regular, lowMagnification);
  return vector(step, step);
}

/** Dependencies of the shifts at the moment of a change. */
export interface ShiftSurroundings {
  isLow(): Promise<boolean>;
  /** Beam shift that goes with image shift; undefined where it is not calibrated. */
  imageToBeam(): Promise<Matrix | undefined>;
  /** True while the column scans. */
  inScan(): Promise<boolean>;
}

/** The deflector that image shift uses at the moment, with its image-shift units for one step. */
interface ShiftCoils {
  readonly deflector: NeutralDeflector;
  readonly step: DacPair;
  readonly scans: boolean;
}

/**
 * Image and beam shift of a JEOL column, whose image-shift coils move the beam as well: the beam shift is moved along to undo that. A scan is
 * shifted with the probe, by a deflector above the specimen.
 */
export class JeolShifts {
  readonly imageShift: SettingDriver<Vector<ImageShiftUnits>>;
  readonly beamShift: SettingDriver<Vector<BeamShiftUnits>>;
  /** Step of the deflector that image shift used last. */
  private step: Vector = vector(imageShiftPerStep.x, imageShiftPerStep.y);

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'imageShiftDeflector' | 'beamShiftPerStep' | 'scan'>,
    private readonly surroundings: ShiftSurroundings,
  ) {
    const lastStep = (): Vector => this.step;
    this.imageShift = {
      read: async () => {
        const coils = await this.coils();
        return imageShiftOf(await transport.getDeflector(coils.deflector), coils);
      },
      write: (value) => this.shiftImage(value),
      get deviceStep() {
        return lastStep();
      },
    };
    this.beamShift = {
      read: async () => {
        const step = await this.beamStep();
        const { x, y } = await transport.getDeflector('CLA1');
        return vector(beamShiftUnits((x - dacCentre) * step), beamShiftUnits((y - dacCentre) * step));
      },
      write: async (value) => {
        const step = await this.beamStep();
        const steps = { x: Math.round(dacCentre + value.x / step), y: Math.round(dacCentre + value.y / step) };
        checkBeam(steps, value);
        await transport.setDeflector('CLA1', steps.x, steps.y);
      },
      // Where low magnification has another scale, the larger step of both.
      deviceStep: largestBeamStep(column),
    };
  }

  /** The image shift at which the coils do nothing: they are set there, read and put back. */
  async neutral(): Promise<Vector<ImageShiftUnits>> {
    const { transport } = this;
    const coils = await this.coils();
    const before = await transport.getDeflector(coils.deflector);
    try {
      await transport.setNeutral(neutralNumbers[coils.deflector]);
      return imageShiftOf(await transport.getDeflector(coils.deflector), coils);
    } finally {
      await transport.setDeflector(coils.deflector, before.x, before.y);
    }
  }

  private async coils(): Promise<ShiftCoils> {
    const { column, surroundings } = this;
    const scans = column.scan !== undefined && (await surroundings.inScan());
    const perStep = scans ? await this.beamStep() : 0;
    const step = scans ? { x: perStep, y: perStep } : imageShiftPerStep;
    this.step = vector(step.x, step.y);
    return { deflector: scans ? column.scan.shiftDeflector : column.imageShiftDeflector, step, scans };
  }

  private async shiftImage(value: Vector<ImageShiftUnits>): Promise<void> {
    const { transport } = this;
    const coils = await this.coils();
    const { deflector, step, scans } = coils;
    const offset = { x: Math.round(value.x / step.x), y: Math.round(value.y / step.y) };
    const reach = scans ? dacFull - dacCentre : imageShiftReach;
    if (Math.max(Math.abs(offset.x), Math.abs(offset.y)) > reach)
      throw jeolErrors.outsideCoils(
        'an image shift',
        `${value.x.toFixed(2)}, ${value.y.toFixed(2)} units`,
        `${(reach * step.x).toFixed(1)} units in X, ${(reach * step.y).toFixed(1)} in Y`,
      );
    const steps = { x: dacCentre + offset.x, y: dacCentre + offset.y };
    const beam = scans ? undefined : await this.followingBeam(steps, coils);
    await transport.setDeflector(deflector, steps.x, steps.y);
    if (beam) await transport.setDeflector('CLA1', beam.x, beam.y);
  }

  /** Target of the beam deflector that keeps the beam on the camera; undefined when it need not move. */
  private async followingBeam(steps: DacPair, coils: ShiftCoils): Promise<DacPair | undefined> {
    const { transport, surroundings } = this;
    const imageToBeam = await surroundings.imageToBeam();
    if (!imageToBeam) return undefined;
    const before = await transport.getDeflector(coils.deflector);
    const change = apply(imageToBeam, subtract(imageShiftOf(steps, coils), imageShiftOf(before, coils)));
    const step = await this.beamStep();
    const beam = await transport.getDeflector('CLA1');
    const to = { x: Math.round(beam.x + change.x / step), y: Math.round(beam.y + change.y / step) };
    if (to.x === beam.x && to.y === beam.y) return undefined;
    checkBeam(to, vector((to.x - dacCentre) * step, (to.y - dacCentre) * step));
    return to;
  }

  private async beamStep(): Promise<number> {
    const { regular, lowMagnification } = this.column.beamShiftPerStep;
    return (await this.surroundings.isLow()) ? lowMagnification : regular;
  }
}

const imageShiftOf = ({ x, y }: DacPair, { step }: ShiftCoils): Vector<ImageShiftUnits> =>
  vector(imageShiftUnits((x - dacCentre) * step.x), imageShiftUnits((y - dacCentre) * step.y));

function checkBeam(steps: DacPair, value: Vector): void {
  for (const each of [steps.x, steps.y])
    if (each < 0 || each > dacFull)
      throw jeolErrors.outsideCoils(
        'a beam shift',
        `${value.x.toFixed(2)}, ${value.y.toFixed(2)} units`,
        'the range of the deflector',
      );
}
