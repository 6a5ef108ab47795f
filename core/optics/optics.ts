import { type Matrix, type Metres, type Radians, type RawLensValue, type Seconds, type Vector, degrees, nanometres, token } from '../base';
import type { ProbeMode } from '../devices';
import type { Settings } from '../settings';
import { opticsErrors } from './errors';
import { adaptDelays, imageShiftDelay } from './image-shift-delays';
import { type ImageShiftReach, imageShiftReach } from './image-shift-limits';
import { type Instrument, type MatrixEntry, type MatrixSource, nominalPixel, nominalRotation } from './instrument';
import { type Derivation, type Known, type KnownValues, describeSource } from './known-values';
import { type MagRange, MagnificationTable } from './magnification-table';
import { type FoundMatrix, MatrixLookup, specimenToCameraMatrix } from './matrices';
import { derivePixelSizes } from './pixel-sizes';
import type { OpticalCamera, OpticsProperties, OpticsTraits, ShiftProperties } from './properties';
import { calibratedRotation, deriveRotations } from './rotations';
import { readOpticsProperties, readShiftProperties } from './site-properties';
import { type StandardFocus, standardFocus } from './standard-focus';

/** A value with what is known about where it came from. */
export interface Sourced<T> {
  readonly value: T;
  /** 0 when measured, else the number of derivations in between. */
  readonly level: number;
  readonly how: Derivation;
  /** In words: `measured`, `nominal`, `derived from mag 20 by image shift`... */
  readonly source: string;
}

/** A value that rests on no measurement nearby. */
export interface FallbackValue {
  readonly quantity: 'pixel size' | 'rotation';
  readonly magIndex: number;
  readonly camera: number;
  readonly source: string;
}

/**
 * What is known about the magnifications, pixel sizes, rotations and shift matrices of the instrument, missing ones derived.
 * Cameras are named by the number of their block in the settings; every call about one that is not described throws `optics/unknown-camera`.
 * Matrices are of unbinned camera pixels (Y up), micrometres and image-shift units.
 */
export interface Optics {
  readonly magnifications: MagnificationTable;
  /** The active cameras. */
  readonly cameras: readonly OpticalCamera[];
  camera(index: number): OpticalCamera;

  /** The magnification of a camera at a mag index; 0 when the index is not in use. */
  magnificationFor(magIndex: number, camera: number): number;
  /** The mag index of a magnification that a person typed; undefined when there is no such magnification. */
  findMagnification(magnification: number, camera: number): number | undefined;
  /** The mag indices that searches from this one stay in. */
  magnificationRange(magIndex: number, camera: number): MagRange;
  isLowMagnification(magIndex: number, camera: number): boolean;
  canTransferImageShift(from: number, to: number, camera: number): boolean;

  /** Size of an unbinned pixel on the specimen. */
  pixelSize(magIndex: number, camera: number): Sourced<Metres> | undefined;
  nominalPixelSize(magIndex: number, camera: number): Metres | undefined;
  /** Direction of the tilt axis, counter-clockwise from camera +X. */
  rotation(magIndex: number, camera: number): Sourced<Radians> | undefined;
  nominalRotation(magIndex: number, camera: number): Radians;
  /** The rotation where it is measured or linked to a measured one by relative rotations. */
  calibratedRotation(magIndex: number, camera: number): Radians | undefined;

  /** Pixels for one micrometre on the specimen. */
  specimenToCamera(magIndex: number, camera: number): Matrix | undefined;
  /** Pixels for one image-shift unit. */
  imageShiftToCamera(magIndex: number, camera: number): FoundMatrix | undefined;
  /** Micrometres on the specimen for one image-shift unit. */
  imageShiftToSpecimen(magIndex: number, camera: number): Matrix | undefined;
  /** Pixels for one micrometre of the stage. */
  stageToCamera(magIndex: number, camera: number): FoundMatrix | undefined;
  /** Micrometres of the stage for one micrometre on the specimen. */
  specimenToStage(): Matrix;
  /** The nominal one of the column, for judging measured ones. */
  readonly nominalSpecimenToStage: Matrix;
  /** The image shift that moves the specimen at `to` as far as `value` does at `from`; unchanged where that cannot be told. */
  transferImageShift<T extends number>(value: Vector<T>, from: number, to: number, camera: number): Vector<T>;

  /** Micrometres for one image-shift unit where nothing is calibrated. */
  roughImageShiftScale(magIndex: number, camera: number): number;
  /** The largest step, in image-shift units, that a calibration may take. */
  largestCalibrationImageShift(magIndex: number, camera: number): number;
  /** How an image shift stands to its limit. */
  imageShiftReach(value: Vector, magIndex: number, camera: number): ImageShiftReach;
  /** How long the image takes to stand still after a change of image shift. */
  imageShiftDelay(change: Vector, magIndex: number, camera: number): Seconds;
  /** The focus to set before a calibration in low magnification; undefined outside it and where there is none. */
  standardFocus(magIndex: number, probe: ProbeMode, camera: number): RawLensValue | undefined;
  /** Delays and limits as they are now. */
  shiftProperties(): ShiftProperties;

  /** All image-shift calibrations of active cameras, by camera and mag index. */
  imageShiftCalibrations(): readonly MatrixEntry[];
  /** All stage calibrations of active cameras, by camera and mag index. */
  stageCalibrations(): readonly MatrixEntry[];
  /** Pixel sizes and rotations that rest on no measurement nearby. */
  fallbacks(): readonly FallbackValue[];
  /** Takes changed settings into account; changed matrices are noticed without it. */
  refresh(): void;
}
/** The token of the optics. */
export const Optics = token<Optics>('Optics');

/** What optics are made of; `createOptics` makes this of settings and calibrations. */
export interface OpticsParts {
  readonly traits: OpticsTraits;
  readonly properties: () => OpticsProperties;
  readonly shiftProperties: () => ShiftProperties;
  readonly imageShifts: Pick<MatrixSource, 'entries'>;
  readonly stages: Pick<MatrixSource, 'entries'>;
  readonly standardFocuses?: () => readonly StandardFocus[];
  /** Focus that the column adds at a magnification by itself. */
  readonly baseFocus?: (magIndex: number) => number | undefined;
  /** Binning of Record images of a camera. */
  readonly recordBinning?: (camera: number) => number;
}

/** The part of the calibrations that optics read. */
export interface OpticsCalibrations {
  readonly imageShift: Pick<MatrixSource, 'entries'>;
  readonly stage: Pick<MatrixSource, 'entries'>;
  records(name: 'StandardLMFocus'): { all(): readonly { readonly magIndex: number; readonly micro: number; readonly nano: number }[] };
  records(name: 'HitachiBaseFocus'): { all(): readonly { readonly magIndex: number; readonly lensValue: number }[] };
}

/** A focus below this stands for none. */
const noFocus = -900;

/** Makes the optics of an instrument from its settings, its calibrations and what its column says of itself. */
export function createOptics(settings: Settings, calibrations: OpticsCalibrations, traits: OpticsTraits): Optics {
  return new InstrumentOptics({
    traits,
    properties: () => readOpticsProperties(settings),
    shiftProperties: () => readShiftProperties(settings),
    imageShifts: calibrations.imageShift,
    stages: calibrations.stage,
    standardFocuses: () =>
      calibrations.records('StandardLMFocus').all().map(({ magIndex, micro, nano }) => ({ magIndex, ...(micro > noFocus && { micro }), ...(nano > noFocus && { nano }) })),
    baseFocus: (magIndex) => calibrations.records('HitachiBaseFocus').all().find((row) => row.magIndex === magIndex)?.lensValue,
    recordBinning: (camera) => settings.parameterSets.get(camera)?.Record.binning ?? 1,
  });
}

interface State {
  readonly instrument: Instrument;
  readonly imageShifts: readonly MatrixEntry[];
  readonly stages: readonly MatrixEntry[];
  readonly pixels: KnownValues;
  readonly rotations: KnownValues;
  readonly matrices: MatrixLookup;
  readonly cameras: ReadonlyMap<number, OpticalCamera>;
}

/** Works everything out when it is first asked for, and again when the matrices have changed. */
export class InstrumentOptics implements Optics {
  private cached: State | undefined;

  constructor(private readonly parts: OpticsParts) {}

  get magnifications(): MagnificationTable {
    return this.state.instrument.table;
  }
  get cameras(): readonly OpticalCamera[] {
    return this.state.instrument.properties.cameras;
  }
  camera(index: number): OpticalCamera {
    const { cameras } = this.state;
    const camera = cameras.get(index);
    if (!camera) throw opticsErrors.unknownCamera(index, [...cameras.keys()]);
    return camera;
  }

  magnificationFor(magIndex: number, camera: number): number {
    return this.magnifications.magnificationFor(this.camera(camera), magIndex);
  }
  findMagnification(magnification: number, camera: number): number | undefined {
    return this.magnifications.find(magnification, this.camera(camera));
  }
  magnificationRange(magIndex: number, camera: number): MagRange {
    return this.magnifications.rangeOf(this.camera(camera), magIndex);
  }
  isLowMagnification(magIndex: number, camera: number): boolean {
    return this.magnifications.isLowMagnification(this.camera(camera), magIndex);
  }
  canTransferImageShift(from: number, to: number, camera: number): boolean {
    return this.magnifications.canTransferImageShift(from, to, this.camera(camera));
  }

  pixelSize(magIndex: number, camera: number): Sourced<Metres> | undefined {
    return sourced(this.state.pixels.get(magIndex, this.camera(camera).index), nanometres);
  }
  nominalPixelSize(magIndex: number, camera: number): Metres | undefined {
    const nominal = nominalPixel(this.state.instrument, this.camera(camera), magIndex);
    return nominal === undefined ? undefined : nanometres(nominal);
  }
  rotation(magIndex: number, camera: number): Sourced<Radians> | undefined {
    return sourced(this.state.rotations.get(magIndex, this.camera(camera).index), degrees);
  }
  nominalRotation(magIndex: number, camera: number): Radians {
    const found = this.camera(camera);
    return degrees(found.stem ? found.imageRotation : nominalRotation(this.state.instrument, found, magIndex));
  }
  calibratedRotation(magIndex: number, camera: number): Radians | undefined {
    const found = this.camera(camera);
    const angle = found.stem ? found.imageRotation : calibratedRotation(this.state.instrument, found, magIndex);
    return angle === undefined ? undefined : degrees(angle);
  }

  specimenToCamera(magIndex: number, camera: number): Matrix | undefined {
    return specimenMatrix(this.state, magIndex, this.camera(camera).index);
  }
  imageShiftToCamera(magIndex: number, camera: number): FoundMatrix | undefined {
    return this.state.matrices.imageShiftToCamera(magIndex, this.camera(camera));
  }
  imageShiftToSpecimen(magIndex: number, camera: number): Matrix | undefined {
    return this.state.matrices.imageShiftToSpecimen(magIndex, this.camera(camera));
  }
  stageToCamera(magIndex: number, camera: number): FoundMatrix | undefined {
    return this.state.matrices.stageToCamera(magIndex, this.camera(camera));
  }
  specimenToStage(): Matrix {
    return this.state.matrices.specimenToStage();
  }
  get nominalSpecimenToStage(): Matrix {
    return this.parts.traits.nominalSpecimenToStage;
  }
  transferImageShift<T extends number>(value: Vector<T>, from: number, to: number, camera: number): Vector<T> {
    return this.state.matrices.transferImageShift(value, from, to, this.camera(camera));
  }

  roughImageShiftScale(magIndex: number, camera: number): number {
    const { traits } = this.parts;
    const { roughScale, millimetresPerProjectorUnit } = this.parts.shiftProperties();
    const found = this.camera(camera);
    const regular = roughScale.regular ?? traits.roughImageShiftScale.regular;
    if (found.stem) return roughScale.stem ?? regular;
    const pixel = this.pixelSize(magIndex, camera);
    if (traits.usesProjectorForImageShift && pixel) {
      // The deflector moves the picture on the camera, which a filter magnifies about tenfold.
      const pixels = ((1000 * millimetresPerProjectorUnit) / found.sensorPixelMicrometres) * (found.behindFilter ? 10 : 1);
      return pixels * pixel.value * 1e6;
    }
    if (!this.isLowMagnification(magIndex, camera)) return regular;
    const { regular: ofColumn, lowMagnification } = traits.roughImageShiftScale;
    return roughScale.lowMagnification ?? (ofColumn === lowMagnification ? regular : lowMagnification);
  }
  largestCalibrationImageShift(magIndex: number, camera: number): number {
    const { calibrationLimits } = this.parts.shiftProperties();
    const limit = this.isLowMagnification(magIndex, camera) ? calibrationLimits.lowMagnification : calibrationLimits.regular;
    return limit / this.roughImageShiftScale(magIndex, camera);
  }
  imageShiftReach(value: Vector, magIndex: number, camera: number): ImageShiftReach {
    const { limits, squareLimits } = this.parts.shiftProperties();
    const limit = this.isLowMagnification(magIndex, camera) ? limits.lowMagnification : limits.regular;
    return imageShiftReach(value, this.imageShiftToSpecimen(magIndex, camera), limit, squareLimits ?? this.parts.traits.squareImageShiftLimits ?? true);
  }
  imageShiftDelay(change: Vector, magIndex: number, camera: number): Seconds {
    const found = this.camera(camera);
    const pixel = this.pixelSize(magIndex, camera);
    return imageShiftDelay(
      {
        change,
        toSpecimen: this.imageShiftToSpecimen(magIndex, camera),
        lowMagnification: this.isLowMagnification(magIndex, camera),
        stem: found.stem,
        recordPixel: pixel && pixel.value * 1e6 * (this.parts.recordBinning?.(camera) ?? 1),
      },
      this.shiftProperties(),
    );
  }
  standardFocus(magIndex: number, probe: ProbeMode, camera: number): RawLensValue | undefined {
    const found = this.camera(camera);
    if (found.stem || !this.isLowMagnification(magIndex, camera)) return undefined;
    const { standardFocuses = () => [], baseFocus, shiftProperties, traits } = this.parts;
    return standardFocus(magIndex, probe, found, {
      table: this.magnifications,
      calibrated: standardFocuses(),
      lowMagnification: shiftProperties().standardLowMagFocus ?? traits.standardLowMagFocus,
      ...(baseFocus && { baseFocus }),
    });
  }
  shiftProperties(): ShiftProperties {
    return adaptDelays(this.parts.shiftProperties(), this.parts.traits.delayAdaptation);
  }

  imageShiftCalibrations(): readonly MatrixEntry[] {
    return this.listed(this.state.imageShifts);
  }
  stageCalibrations(): readonly MatrixEntry[] {
    return this.listed(this.state.stages);
  }
  fallbacks(): readonly FallbackValue[] {
    const { pixels, rotations } = this.state;
    const of = (quantity: FallbackValue['quantity'], known: KnownValues): readonly FallbackValue[] =>
      this.cameras.flatMap(({ index: camera }) =>
        known.magIndexes(camera).flatMap((magIndex) => {
          const { source } = known.get(magIndex, camera)!;
          return fallbackWays.has(source.how) ? [{ quantity, magIndex, camera, source: describeSource(source) }] : [];
        }),
      );
    return [...of('pixel size', pixels), ...of('rotation', rotations)];
  }
  refresh(): void {
    this.cached = undefined;
  }

  private listed(entries: readonly MatrixEntry[]): readonly MatrixEntry[] {
    const { cameras } = this;
    const place = (entry: MatrixEntry): number => cameras.findIndex(({ index }) => index === entry.camera);
    return entries.filter((entry) => place(entry) >= 0).sort((a, b) => place(a) - place(b) || a.magIndex - b.magIndex);
  }

  private get state(): State {
    const imageShifts = [...this.parts.imageShifts.entries()];
    const stages = [...this.parts.stages.entries()];
    if (this.cached && sameEntries(this.cached.imageShifts, imageShifts) && sameEntries(this.cached.stages, stages)) return this.cached;
    const properties = this.parts.properties();
    const table = new MagnificationTable(properties, this.parts.traits);
    const instrument: Instrument = { properties, table, imageShifts: lookupOf(imageShifts), stages: lookupOf(stages) };
    const pixels = derivePixelSizes(instrument);
    const rotations = deriveRotations(instrument);
    const matrices = new MatrixLookup(instrument, this.parts.traits, (magIndex, camera) => specimenMatrix({ pixels, rotations }, magIndex, camera));
    this.cached = { instrument, imageShifts, stages, pixels, rotations, matrices, cameras: new Map(properties.cameras.map((camera) => [camera.index, camera])) };
    return this.cached;
  }
}

const fallbackWays: ReadonlySet<Derivation> = new Set(['steps of another camera', 'nearby magnifications', 'reported rotation', 'nominal']);

function specimenMatrix({ pixels, rotations }: Pick<State, 'pixels' | 'rotations'>, magIndex: number, camera: number): Matrix | undefined {
  const [pixel, rotation] = [pixels.get(magIndex, camera), rotations.get(magIndex, camera)];
  return pixel && rotation && specimenToCameraMatrix(pixel.value, rotation.value);
}

const sourced = <T>(known: Known | undefined, unit: (value: number) => T): Sourced<T> | undefined =>
  known && { value: unit(known.value), level: known.level, how: known.source.how, source: describeSource(known.source) };

const sameEntries = (one: readonly MatrixEntry[], other: readonly MatrixEntry[]): boolean =>
  one.length === other.length &&
  one.every((entry, at) => {
    const { magIndex, camera, matrix: m } = other[at]!;
    const { matrix: own } = entry;
    return entry.magIndex === magIndex && entry.camera === camera && own.xpx === m.xpx && own.xpy === m.xpy && own.ypx === m.ypx && own.ypy === m.ypy;
  });

function lookupOf(entries: readonly MatrixEntry[]): MatrixSource {
  const key = (magIndex: number, camera: number): number => camera * 1000 + magIndex;
  const byPlace = new Map(entries.map(({ magIndex, camera, matrix }) => [key(magIndex, camera), matrix]));
  return { get: (magIndex, camera) => byPlace.get(key(magIndex, camera)), entries: () => entries };
}
