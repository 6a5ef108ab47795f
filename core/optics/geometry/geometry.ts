import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  type Metres,
  type Radians,
  type Vector,
  degrees,
  nanometres,
} from '../../base';
import { opticsErrors } from '../errors';
import {
  type Instrument,
  type MatrixEntry,
  type MatrixSource,
  nominalPixel,
  nominalRotation,
} from './optical-knowledge';
import { type Derivation, type Known, type KnownValues, describeSource } from './known-values';
import { MagnificationTable } from './magnification-table';
import { type FoundMatrix, MatrixLookup, specimenToCameraMatrix } from './matrices';
import { derivePixelSizes } from './pixel-sizes';
import type { OpticalCamera, OpticsProperties, OpticsTraits } from '../properties';
import { calibratedRotation, deriveRotations } from './rotations';

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
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;
  readonly source: string;
}

const fallbackWays: ReadonlySet<Derivation> = new Set([
  'steps of another camera',
  'nearby magnifications',
  'reported rotation',
  'nominal',
]);

/** All that follows from one state of settings and calibrations; never changes. */
export class Geometry {
  readonly table: MagnificationTable;
  private readonly instrument: Instrument;
  /** Derived when they are first asked for: a magnification alone needs neither. */
  private derived: { pixels?: KnownValues; rotations?: KnownValues } = {};
  private readonly matrices: MatrixLookup;
  private readonly byIndex: ReadonlyMap<CameraIndex, OpticalCamera>;

  constructor(
    readonly properties: OpticsProperties,
    traits: OpticsTraits,
    private readonly imageShifts: readonly MatrixEntry[],
    private readonly stages: readonly MatrixEntry[],
  ) {
    this.table = new MagnificationTable(properties, traits);
    this.instrument = { properties, table: this.table, imageShifts: lookupOf(imageShifts), stages: lookupOf(stages) };
    this.matrices = new MatrixLookup(this.instrument, traits, (magIndex, camera) =>
      this.specimenToCamera(magIndex, camera),
    );
    this.byIndex = new Map(properties.cameras.map((camera) => [camera.index, camera]));
  }

  /** True when it was made from these calibrations. */
  isOf(imageShifts: readonly MatrixEntry[], stages: readonly MatrixEntry[]): boolean {
    return sameEntries(this.imageShifts, imageShifts) && sameEntries(this.stages, stages);
  }

  camera(index: CameraIndex): OpticalCamera {
    const camera = this.byIndex.get(index);
    if (!camera) throw opticsErrors.unknownCamera(index, [...this.byIndex.keys()]);
    return camera;
  }
  isLowMagnification(magIndex: MagIndex, camera: CameraIndex): boolean {
    return this.table.isLowMagnification(this.camera(camera), magIndex);
  }

  pixelSize(magIndex: MagIndex, camera: CameraIndex): Sourced<Metres> | undefined {
    return sourced(this.pixels.get(magIndex, this.camera(camera).index), nanometres);
  }
  nominalPixelSize(magIndex: MagIndex, camera: CameraIndex): Metres | undefined {
    const nominal = nominalPixel(this.instrument, this.camera(camera), magIndex);
    return nominal === undefined ? undefined : nanometres(nominal);
  }
  rotation(magIndex: MagIndex, camera: CameraIndex): Sourced<Radians> | undefined {
    return sourced(this.rotations.get(magIndex, this.camera(camera).index), degrees);
  }
  nominalRotation(magIndex: MagIndex, camera: CameraIndex): Radians {
    const found = this.camera(camera);
    return degrees(found.stem ? found.imageRotation : nominalRotation(this.instrument, found, magIndex));
  }
  calibratedRotation(magIndex: MagIndex, camera: CameraIndex): Radians | undefined {
    const found = this.camera(camera);
    const angle = found.stem ? found.imageRotation : calibratedRotation(this.instrument, found, magIndex);
    return angle === undefined ? undefined : degrees(angle);
  }

  specimenToCamera(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined {
    const [pixel, rotation] = [this.pixels.get(magIndex, camera), this.rotations.get(magIndex, camera)];
    return pixel && rotation && specimenToCameraMatrix(pixel.value, rotation.value);
  }
  imageShiftToCamera(magIndex: MagIndex, camera: CameraIndex): FoundMatrix | undefined {
    return this.matrices.imageShiftToCamera(magIndex, this.camera(camera));
  }
  imageShiftToSpecimen(magIndex: MagIndex, camera: CameraIndex): Matrix | undefined {
    return this.matrices.imageShiftToSpecimen(magIndex, this.camera(camera));
  }
  stageToCamera(magIndex: MagIndex, camera: CameraIndex): FoundMatrix | undefined {
    return this.matrices.stageToCamera(magIndex, this.camera(camera));
  }
  specimenToStage(): Matrix {
    return this.matrices.specimenToStage();
  }
  transferImageShift<T extends number>(value: Vector<T>, from: MagIndex, to: MagIndex, camera: CameraIndex): Vector<T> {
    return this.matrices.transferImageShift(value, from, to, this.camera(camera));
  }

  imageShiftCalibrations(): readonly MatrixEntry[] {
    return this.listed(this.imageShifts);
  }
  stageCalibrations(): readonly MatrixEntry[] {
    return this.listed(this.stages);
  }
  fallbacks(): readonly FallbackValue[] {
    const of = (quantity: FallbackValue['quantity'], known: KnownValues): readonly FallbackValue[] =>
      this.properties.cameras.flatMap(({ index: camera }) =>
        known.magIndexes(camera).flatMap((magIndex) => {
          const { source } = known.get(magIndex, camera)!;
          return fallbackWays.has(source.how) ? [{ quantity, magIndex, camera, source: describeSource(source) }] : [];
        }),
      );
    return [...of('pixel size', this.pixels), ...of('rotation', this.rotations)];
  }

  private get pixels(): KnownValues {
    return (this.derived.pixels ??= derivePixelSizes(this.instrument));
  }
  private get rotations(): KnownValues {
    return (this.derived.rotations ??= deriveRotations(this.instrument));
  }

  /** Those of active cameras, in the order of the cameras. */
  private listed(entries: readonly MatrixEntry[]): readonly MatrixEntry[] {
    const places = new Map(this.properties.cameras.map(({ index }, at) => [index, at]));
    return entries
      .filter(({ camera }) => places.has(camera))
      .sort((a, b) => places.get(a.camera)! - places.get(b.camera)! || a.magIndex - b.magIndex);
  }
}

const sourced = <T>(known: Known | undefined, unit: (value: number) => T): Sourced<T> | undefined =>
  known && {
    value: unit(known.value),
    level: known.level,
    how: known.source.how,
    source: describeSource(known.source),
  };

const sameEntries = (one: readonly MatrixEntry[], other: readonly MatrixEntry[]): boolean =>
  one === other ||
  (one.length === other.length &&
    one.every(({ magIndex, camera, matrix: own }, at) => {
      const { matrix: m, ...place } = other[at]!;
      return (
        magIndex === place.magIndex &&
        camera === place.camera &&
        own.xpx === m.xpx &&
        own.xpy === m.xpy &&
        own.ypx === m.ypx &&
        own.ypy === m.ypy
      );
    }));

function lookupOf(entries: readonly MatrixEntry[]): MatrixSource {
  const key = (magIndex: MagIndex, camera: CameraIndex): number => camera * 1000 + magIndex;
  const byPlace = new Map(entries.map(({ magIndex, camera, matrix }) => [key(magIndex, camera), matrix]));
  return { get: (magIndex, camera) => byPlace.get(key(magIndex, camera)), entries: () => entries };
}
