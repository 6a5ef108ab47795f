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
import { type JeolColumn, deflectorNumber } from './column';
import { jeolErrors } from './errors';
import { type DacPair, type JeolTransport, dacCentre, dacFull } from './transport';

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
}

/** Image and beam shift of a JEOL column, whose image-shift coils move the beam as well: the beam shift is moved along to undo that. */
export class JeolShifts {
  readonly imageShift: SettingDriver<Vector<ImageShiftUnits>>;
  readonly beamShift: SettingDriver<Vector<BeamShiftUnits>>;

  constructor(
    private readonly transport: JeolTransport,
    private readonly column: Pick<JeolColumn, 'imageShiftDeflector' | 'beamShiftPerStep'>,
    private readonly surroundings: ShiftSurroundings,
  ) {
    this.imageShift = {
      read: async () => this.imageShiftOf(await transport.getDeflector(column.imageShiftDeflector)),
      write: (value) => this.shiftImage(value),
      deviceStep: imageShiftPerStep,
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
    const { transport, column } = this;
    const before = await transport.getDeflector(column.imageShiftDeflector);
    try {
      await transport.setNeutral(deflectorNumber(column));
      return this.imageShiftOf(await transport.getDeflector(column.imageShiftDeflector));
    } finally {
      await transport.setDeflector(column.imageShiftDeflector, before.x, before.y);
    }
  }

  private async shiftImage(value: Vector<ImageShiftUnits>): Promise<void> {
    const { transport, column } = this;
    const offset = { x: Math.round(value.x / imageShiftPerStep.x), y: Math.round(value.y / imageShiftPerStep.y) };
    if (Math.max(Math.abs(offset.x), Math.abs(offset.y)) > imageShiftReach) {
      const most = {
        x: (imageShiftReach * imageShiftPerStep.x).toFixed(1),
        y: (imageShiftReach * imageShiftPerStep.y).toFixed(1),
      };
      throw jeolErrors.outsideCoils(
        'an image shift',
        `${value.x.toFixed(2)}, ${value.y.toFixed(2)} units`,
        `${most.x} units in X, ${most.y} in Y`,
      );
    }
    const steps = { x: dacCentre + offset.x, y: dacCentre + offset.y };
    const beam = await this.followingBeam(steps);
    await transport.setDeflector(column.imageShiftDeflector, steps.x, steps.y);
    if (beam) await transport.setDeflector('CLA1', beam.x, beam.y);
  }

  /** Target of the beam deflector that keeps the beam on the camera; undefined when it need not move. */
  private async followingBeam(steps: DacPair): Promise<DacPair | undefined> {
    const { transport, column, surroundings } = this;
    const imageToBeam = await surroundings.imageToBeam();
    if (!imageToBeam) return undefined;
    const before = await transport.getDeflector(column.imageShiftDeflector);
    const change = apply(imageToBeam, subtract(this.imageShiftOf(steps), this.imageShiftOf(before)));
    const step = await this.beamStep();
    const beam = await transport.getDeflector('CLA1');
    const to = { x: Math.round(beam.x + change.x / step), y: Math.round(beam.y + change.y / step) };
    if (to.x === beam.x && to.y === beam.y) return undefined;
    checkBeam(to, vector((to.x - dacCentre) * step, (to.y - dacCentre) * step));
    return to;
  }

  private imageShiftOf({ x, y }: DacPair): Vector<ImageShiftUnits> {
    return vector(
      imageShiftUnits((x - dacCentre) * imageShiftPerStep.x),
      imageShiftUnits((y - dacCentre) * imageShiftPerStep.y),
    );
  }

  private async beamStep(): Promise<number> {
    const { regular, lowMagnification } = this.column.beamShiftPerStep;
    return (await this.surroundings.isLow()) ? lowMagnification : regular;
  }
}

function checkBeam(steps: DacPair, value: Vector): void {
  for (const each of [steps.x, steps.y])
    if (each < 0 || each > dacFull)
      throw jeolErrors.outsideCoils(
        'a beam shift',
        `${value.x.toFixed(2)}, ${value.y.toFixed(2)} units`,
        'the range of the deflector',
      );
}
