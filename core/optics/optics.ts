import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  type Metres,
  type Radians,
  type RawLensValue,
  type Seconds,
  type Vector,
  inMicrometres,
  service,
} from '../base';
import type { ProbeMode } from '../devices';
import type { Settings } from '../settings';
import { type FallbackValue, Geometry, type Sourced } from './geometry';
import { adaptDelays, imageShiftDelay } from './image-shift/image-shift-delays';
import { type ImageShiftReach, imageShiftReach } from './image-shift/image-shift-limits';
import type { MatrixEntry, MatrixSource } from './instrument';
import type { MagRange, MagnificationTable } from './magnification-table';
import type { FoundMatrix } from './matrices';
import type { OpticalCamera, OpticsProperties, OpticsTraits, ShiftProperties } from './properties';
import { readOpticsProperties, readShiftProperties } from './site-properties';
import { type StandardFocus, standardFocus } from './standard-focus';

/**
 * Magnifications, pixel sizes, rotations and shift matrices of the instrument; missing ones are derived. Cameras are
 * named by the number of their block in the settings; every call about one that is not described throws
 * `optics/unknown-camera`. Matrices are of unbinned camera pixels (Y up), micrometres and image-shift units.
 */
export interface Optics {
  readonly magnifications: MagnificationTable;
  /** The active cameras. */
  readonly cameras: readonly OpticalCamera[];
  camera(index: CameraIndex): OpticalCamera;

  /** The magnification of a camera at a mag index; 0 when the index is not in use. */
  magnificationFor(magIndex: MagIndex, camera: CameraIndex): number;
  /** The mag index of a magnification that a person typed, within a range if one is given; undefined when there is no such magnification. */
  findMagnification(magnification: number, camera: CameraIndex, range?: MagRange): MagIndex | undefined;
  /** The mag indexes that belong to the same range; searches from this one stay in it. */
  magnificationRange(magIndex: MagIndex, camera: CameraIndex): MagRange;
  isLowMagnification(magIndex: MagIndex, camera: CameraIndex): boolean;
  canTransferImageShift(from: MagIndex, to: MagIndex, camera: CameraIndex): boolean;

  /** Size of an unbinned pixel on the specimen. */
  pixelSize(magIndex: MagIndex, camera: CameraIndex): Sourced<Metres> | undefined;
  nominalPixelSize(magIndex: MagIndex, camera: CameraIndex): Metres | undefined;
  /** Direction of the tilt axis, counter-clockwise from camera +X. */
  rotation(magIndex: MagIndex, camera: CameraIndex): Sourced<Radians> | undefined;
  nominalRotation(magIndex: MagIndex, camera: CameraIndex): Radians;
  /** The rotation where it is measured or linked to a measured one by relative rotations. */
  calibratedRotation(magIndex: MagIndex, camera: CameraIndex): Radians | undefined;

  /** Pixels for one micrometre on the specimen. */
  specimenToCamera(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined;
  /** Pixels for one image-shift unit. */
  imageShiftToCamera(magIndex: MagIndex, camera: CameraIndex): FoundMatrix | undefined;
  /** Micrometres on the specimen for one image-shift unit. */
  imageShiftToSpecimen(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined;
  /** Pixels for one micrometre of the stage. */
  stageToCamera(magIndex: MagIndex, camera: CameraIndex): FoundMatrix | undefined;
  /** Micrometres of the stage for one micrometre on the specimen. */
  specimenToStage(): Matrix;
  /** The nominal one of the column, for judging measured ones. */
  readonly nominalSpecimenToStage: Matrix;
  /** The image shift that moves the specimen at `to` as far as `value` does at `from`; unchanged if that is unknown. */
  transferImageShift<T extends number>(value: Vector<T>, from: MagIndex, to: MagIndex, camera: CameraIndex): Vector<T>;

  /** Micrometres for one image-shift unit where nothing is calibrated. */
  roughImageShiftScale(magIndex: MagIndex, camera: CameraIndex): number;
  /** The largest step, in image-shift units, that a calibration may take. */
  largestCalibrationImageShift(magIndex: MagIndex, camera: CameraIndex): number;
  /** An image shift relative to its limit. */
  imageShiftReach(value: Vector, magIndex: MagIndex, camera: CameraIndex): ImageShiftReach;
  /** Time until the image is at rest after a change of image shift. */
  imageShiftDelay(change: Vector, magIndex: MagIndex, camera: CameraIndex, options?: DelayOptions): Seconds;
  /** The focus to set before a calibration in low magnification; undefined outside it and where there is none. */
  standardFocus(magIndex: MagIndex, probe: ProbeMode, camera: CameraIndex): RawLensValue | undefined;
  /** Delays and limits as they are now. */
  shiftProperties(): ShiftProperties;

  /** All image-shift calibrations of active cameras, by camera and mag index. */
  imageShiftCalibrations(): readonly MatrixEntry[];
  /** All stage calibrations of active cameras, by camera and mag index. */
  stageCalibrations(): readonly MatrixEntry[];
  /** Pixel sizes and rotations that rest on no measurement nearby. */
  fallbacks(): readonly FallbackValue[];
}
/** Conditions of a delay. */
export interface DelayOptions {
  /** Counts instead of the factor in force, so that the delay at another one can be asked for. */
  readonly factor?: number;
}
/** The token of the optics. */
export const Optics = service<Optics>('Optics');

/** Parts of the optics; `createOptics` makes them from settings and calibrations. */
export interface OpticsParts {
  readonly traits: OpticsTraits;
  readonly properties: () => OpticsProperties;
  /** Another number whenever the properties may have changed. */
  readonly revision?: () => number;
  readonly shiftProperties: () => ShiftProperties;
  readonly imageShifts: Pick<MatrixSource, 'entries'>;
  readonly stages: Pick<MatrixSource, 'entries'>;
  readonly standardFocuses?: () => readonly StandardFocus[];
  /** Focus that the column adds at a magnification by itself. */
  readonly baseFocus?: (magIndex: MagIndex) => number | undefined;
  /** Binning of Record images of a camera. */
  readonly recordBinning?: (camera: CameraIndex) => number;
}

/** The part of the calibrations that optics read. */
export interface OpticsCalibrations {
  readonly imageShift: Pick<MatrixSource, 'entries'>;
  readonly stage: Pick<MatrixSource, 'entries'>;
  records(name: 'StandardLMFocus'): {
    all(): readonly { readonly magIndex: MagIndex; readonly micro: number; readonly nano: number }[];
  };
  records(name: 'HitachiBaseFocus'): { all(): readonly { readonly magIndex: MagIndex; readonly lensValue: number }[] };
}

/** A focus below this stands for none. */
const noFocus = -900;

/** Makes the optics of an instrument from its settings, its calibrations and what its column says of itself. */
export function createOptics(settings: Settings, calibrations: OpticsCalibrations, traits: OpticsTraits): Optics {
  const optics = new InstrumentOptics({
    traits,
    properties: () => readOpticsProperties(settings),
    revision: () => settings.revision,
    shiftProperties: () => readShiftProperties(settings),
    imageShifts: calibrations.imageShift,
    stages: calibrations.stage,
    standardFocuses: () =>
      calibrations
        .records('StandardLMFocus')
        .all()
        .map(({ magIndex, micro, nano }) => ({
          magIndex,
          ...(micro > noFocus && { micro }),
          ...(nano > noFocus && { nano }),
        })),
    baseFocus: (magIndex) =>
      calibrations
        .records('HitachiBaseFocus')
        .all()
        .find((row) => row.magIndex === magIndex)?.lensValue,
    recordBinning: (camera) => settings.parameterSets.get(camera)?.Record.binning ?? 1,
  });
  // The column's own factor applies from the start, and later changes begin there.
  const { delayFactor } = adaptDelays(readShiftProperties(settings), traits.delayAdaptation);
  if (delayFactor !== settings.get('ISdelayScaleFactor')) settings.set('ISdelayScaleFactor', delayFactor);
  return optics;
}

/** Works the geometry out when it is first asked for, and again when the matrices or the settings have changed. */
export class InstrumentOptics implements Optics {
  private cached: Geometry | undefined;
  private revision: number | undefined;
  /** A site that starts with a delay factor of its own has adapted its delays itself; a factor set later scales what was adapted at the start. */
  private readonly delayAdaptation: OpticsTraits['delayAdaptation'];

  constructor(private readonly parts: OpticsParts) {
    this.delayAdaptation = parts.shiftProperties().delayFactor === 1 ? parts.traits.delayAdaptation : undefined;
  }

  private get geometry(): Geometry {
    const imageShifts = [...this.parts.imageShifts.entries()];
    const stages = [...this.parts.stages.entries()];
    const revision = this.parts.revision?.();
    if (revision !== this.revision || !this.cached?.isOf(imageShifts, stages)) {
      this.revision = revision;
      this.cached = new Geometry(this.parts.properties(), this.parts.traits, imageShifts, stages);
    }
    return this.cached;
  }

  get magnifications(): MagnificationTable {
    return this.geometry.table;
  }
  get cameras(): readonly OpticalCamera[] {
    return this.geometry.properties.cameras;
  }
  camera(index: CameraIndex): OpticalCamera {
    return this.geometry.camera(index);
  }
  magnificationFor(magIndex: MagIndex, camera: CameraIndex): number {
    const { geometry } = this;
    return geometry.table.magnificationFor(geometry.camera(camera), magIndex);
  }
  findMagnification(magnification: number, camera: CameraIndex, range?: MagRange): MagIndex | undefined {
    const { geometry } = this;
    return geometry.table.find(magnification, geometry.camera(camera), range);
  }
  magnificationRange(magIndex: MagIndex, camera: CameraIndex): MagRange {
    const { geometry } = this;
    return geometry.table.rangeOf(geometry.camera(camera), magIndex);
  }
  isLowMagnification(magIndex: MagIndex, camera: CameraIndex): boolean {
    return this.geometry.isLowMagnification(magIndex, camera);
  }
  canTransferImageShift(from: MagIndex, to: MagIndex, camera: CameraIndex): boolean {
    const { geometry } = this;
    return geometry.table.canTransferImageShift(from, to, geometry.camera(camera));
  }

  pixelSize(magIndex: MagIndex, camera: CameraIndex): Sourced<Metres> | undefined {
    return this.geometry.pixelSize(magIndex, camera);
  }
  nominalPixelSize(magIndex: MagIndex, camera: CameraIndex): Metres | undefined {
    return this.geometry.nominalPixelSize(magIndex, camera);
  }
  rotation(magIndex: MagIndex, camera: CameraIndex): Sourced<Radians> | undefined {
    return this.geometry.rotation(magIndex, camera);
  }
  nominalRotation(magIndex: MagIndex, camera: CameraIndex): Radians {
    return this.geometry.nominalRotation(magIndex, camera);
  }
  calibratedRotation(magIndex: MagIndex, camera: CameraIndex): Radians | undefined {
    return this.geometry.calibratedRotation(magIndex, camera);
  }

  specimenToCamera(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined {
    const { geometry } = this;
    return geometry.specimenToCamera(magIndex, geometry.camera(camera).index);
  }
  imageShiftToCamera(magIndex: MagIndex, camera: CameraIndex): FoundMatrix | undefined {
    return this.geometry.imageShiftToCamera(magIndex, camera);
  }
  imageShiftToSpecimen(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined {
    return this.geometry.imageShiftToSpecimen(magIndex, camera);
  }
  stageToCamera(magIndex: MagIndex, camera: CameraIndex): FoundMatrix | undefined {
    return this.geometry.stageToCamera(magIndex, camera);
  }
  specimenToStage(): Matrix {
    return this.geometry.specimenToStage();
  }
  get nominalSpecimenToStage(): Matrix {
    return this.parts.traits.nominalSpecimenToStage;
  }
  transferImageShift<T extends number>(value: Vector<T>, from: MagIndex, to: MagIndex, camera: CameraIndex): Vector<T> {
    return this.geometry.transferImageShift(value, from, to, camera);
  }

  roughImageShiftScale(magIndex: MagIndex, camera: CameraIndex): number {
    const { geometry } = this;
    const { traits } = this.parts;
    const { roughScale, millimetresPerProjectorUnit } = this.parts.shiftProperties();
    const found = geometry.camera(camera);
    const regular = roughScale.regular ?? traits.roughImageShiftScale.regular;
    if (found.stem) return roughScale.stem ?? regular;
    const pixel = geometry.pixelSize(magIndex, camera);
    if (traits.usesProjectorForImageShift && pixel) {
      // The deflector moves the picture on the camera, which a filter magnifies about tenfold.
      const pixels =
        ((1000 * millimetresPerProjectorUnit) / found.sensorPixelMicrometres) * (found.behindFilter ? 10 : 1);
      return pixels * inMicrometres(pixel.value);
    }
    if (!geometry.isLowMagnification(magIndex, camera)) return regular;
    const { regular: ofColumn, lowMagnification } = traits.roughImageShiftScale;
    return roughScale.lowMagnification ?? (ofColumn === lowMagnification ? regular : lowMagnification);
  }
  largestCalibrationImageShift(magIndex: MagIndex, camera: CameraIndex): number {
    const { calibrationLimits } = this.parts.shiftProperties();
    const limit = this.isLowMagnification(magIndex, camera)
      ? calibrationLimits.lowMagnification
      : calibrationLimits.regular;
    return limit / this.roughImageShiftScale(magIndex, camera);
  }
  imageShiftReach(value: Vector, magIndex: MagIndex, camera: CameraIndex): ImageShiftReach {
    const { geometry } = this;
    const { limits, squareLimits } = this.parts.shiftProperties();
    const limit = geometry.isLowMagnification(magIndex, camera) ? limits.lowMagnification : limits.regular;
    return imageShiftReach(
      value,
      geometry.imageShiftToSpecimen(magIndex, camera),
      limit,
      squareLimits ?? this.parts.traits.squareImageShiftLimits ?? true,
    );
  }
  imageShiftDelay(change: Vector, magIndex: MagIndex, camera: CameraIndex, { factor }: DelayOptions = {}): Seconds {
    const properties = this.shiftProperties();
    const { geometry } = this;
    const pixel = geometry.pixelSize(magIndex, camera);
    return imageShiftDelay(
      {
        change,
        toSpecimen: geometry.imageShiftToSpecimen(magIndex, camera),
        lowMagnification: geometry.isLowMagnification(magIndex, camera),
        stem: geometry.camera(camera).stem,
        recordPixel: pixel && inMicrometres(pixel.value) * (this.parts.recordBinning?.(camera) ?? 1),
      },
      factor === undefined ? properties : { ...properties, delayFactor: factor },
    );
  }
  standardFocus(magIndex: MagIndex, probe: ProbeMode, camera: CameraIndex): RawLensValue | undefined {
    const { geometry } = this;
    const found = geometry.camera(camera);
    if (found.stem || !geometry.isLowMagnification(magIndex, camera)) return undefined;
    const { standardFocuses = () => [], baseFocus, shiftProperties, traits } = this.parts;
    return standardFocus(magIndex, probe, found, {
      table: geometry.table,
      calibrated: standardFocuses(),
      lowMagnification: shiftProperties().standardLowMagFocus ?? traits.standardLowMagFocus,
      ...(baseFocus && { baseFocus }),
    });
  }
  shiftProperties(): ShiftProperties {
    const now = this.parts.shiftProperties();
    return { ...adaptDelays({ ...now, delayFactor: 1 }, this.delayAdaptation), delayFactor: now.delayFactor };
  }

  imageShiftCalibrations(): readonly MatrixEntry[] {
    return this.geometry.imageShiftCalibrations();
  }
  stageCalibrations(): readonly MatrixEntry[] {
    return this.geometry.stageCalibrations();
  }
  fallbacks(): readonly FallbackValue[] {
    return this.geometry.fallbacks();
  }
}
