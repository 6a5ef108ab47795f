import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  inverse,
  magIndex as asMagIndex,
  matrixAngle,
  normalizeDegrees,
  product,
} from '../../base';
import {
  type Instrument,
  nominalRotation,
  otherCameras,
  placesOf,
  seedPlace,
  similarCameras,
} from './optical-knowledge';
import { KnownValues, type Source, deriveRound } from './known-values';
import { highestMagIndex } from './magnification-table';
import type { OpticalCamera } from '../properties';

interface Derived {
  readonly value: number;
  readonly source: Source;
}

/**
 * The direction of the tilt axis in degrees, counter-clockwise from camera +X, at every magnification in use of every camera: what the
 * site measured, and from there through relative rotations, image-shift matrices, other cameras, and at last what the column reports.
 */
export function deriveRotations(instrument: Instrument): KnownValues {
  const { properties } = instrument;
  const known = new KnownValues();
  for (const camera of properties.cameras) {
    if (camera.stem) {
      const setting = {
        value: normalizeDegrees(camera.imageRotation),
        level: 0,
        source: { how: 'camera setting' as const },
      };
      for (const magIndex of instrument.table.indexes(camera)) known.set(magIndex, camera.index, setting);
      continue;
    }
    for (const { magIndex, rotation } of camera.measured)
      if (rotation !== undefined)
        known.set(magIndex, camera.index, { value: normalizeDegrees(rotation), level: 0, source: { how: 'measured' } });
  }
  const cameras = properties.cameras.filter((camera) => !camera.stem);
  const propagation = new RotationPropagation(instrument, known, cameras);
  if (!cameras.some(({ index }) => known.has(index))) propagation.seed(cameras);
  propagation.run();
  // A kind of camera about which nothing is known at all gets a start of its own.
  for (;;) {
    const empty = cameras.filter((camera) => !known.has(camera.index));
    if (empty.length === 0 || !propagation.seed(empty)) break;
    propagation.run();
  }
  return known;
}

class RotationPropagation {
  private level = 1;
  private readonly byIndex: ReadonlyMap<CameraIndex, OpticalCamera>;
  private readonly deltas: ReadonlyMap<number, ReadonlyMap<number, number>>;

  constructor(
    private readonly instrument: Instrument,
    private readonly known: KnownValues,
    private readonly cameras: readonly OpticalCamera[],
  ) {
    this.byIndex = new Map(cameras.map((camera) => [camera.index, camera]));
    this.deltas = new Map(cameras.map((camera) => [camera.index, deltaRotations(camera)]));
  }

  /** Gives one camera one angle from what the column reports; false when there is no place for it. */
  seed(cameras: readonly OpticalCamera[]): boolean {
    const place = seedPlace(this.instrument, cameras);
    if (!place) return false;
    const value = normalizeDegrees(nominalRotation(this.instrument, this.byIndex.get(place.camera)!, place.magIndex));
    this.known.set(place.magIndex, place.camera, { value, level: this.level++, source: { how: 'reported rotation' } });
    return true;
  }

  run(): void {
    this.propagate();
    for (const camera of this.cameras)
      if (!this.known.has(camera.index) && this.startFromSimilar(camera)) this.propagate();
    this.round((magIndex, camera) =>
      this.known.has(camera.index)
        ? (this.stepsOfSimilar(magIndex, camera) ?? this.reportedStep(magIndex, camera))
        : undefined,
    );
  }

  private propagate(): void {
    let changed: boolean;
    do {
      changed = false;
      while (this.round((magIndex, camera) => this.neighbour(magIndex, camera))) changed = true;
      changed = this.round((magIndex, camera) => this.special(magIndex, camera)) || changed;
      changed = this.round((magIndex, camera) => this.imageShift(magIndex, camera)) || changed;
      changed = this.round((magIndex, camera) => this.otherCamera(magIndex, camera)) || changed;
    } while (changed);
  }

  private round(derive: (magIndex: MagIndex, camera: OpticalCamera) => Derived | undefined): boolean {
    const places = placesOf(this.instrument, (camera) => !camera.stem);
    return deriveRound(this.known, places, this.level++, (magIndex, index) => {
      const derived = derive(magIndex, this.byIndex.get(index)!);
      return derived && { ...derived, value: normalizeDegrees(derived.value) };
    });
  }

  private neighbour(magIndex: MagIndex, camera: OpticalCamera): Derived | undefined {
    const deltas = this.deltas.get(camera.index)!;
    const [below, above] = [asMagIndex(magIndex - 1), asMagIndex(magIndex + 1)];
    const lower = this.known.get(below, camera.index);
    const step = deltas.get(magIndex);
    if (lower && step !== undefined)
      return { value: lower.value + step, source: { how: 'relative rotation', magIndex: below } };
    const upper = this.known.get(above, camera.index);
    const stepUp = deltas.get(above);
    if (upper && stepUp !== undefined)
      return { value: upper.value - stepUp, source: { how: 'relative rotation', magIndex: above } };
    return undefined;
  }

  private special(magIndex: MagIndex, camera: OpticalCamera): Derived | undefined {
    for (const { from, to, angle } of camera.specialRotations) {
      const other = to === magIndex ? from : from === magIndex ? to : undefined;
      const known = other === undefined ? undefined : this.known.get(other, camera.index);
      if (known)
        return {
          value: known.value + (to === magIndex ? angle : -angle),
          source: { how: 'special relative rotation', magIndex: other! },
        };
    }
    return undefined;
  }

  private imageShift(magIndex: MagIndex, camera: OpticalCamera): Derived | undefined {
    const { table, imageShifts } = this.instrument;
    const matrix = imageShifts.get(magIndex, camera.index);
    if (!matrix) return undefined;
    for (const other of table.nearest(camera, magIndex)) {
      const known = this.known.get(other, camera.index);
      if (!known || !table.canTransferImageShift(magIndex, other, camera)) continue;
      const turned = angleBetween(imageShifts.get(other, camera.index), matrix);
      if (turned !== undefined) return { value: known.value + turned, source: { how: 'image shift', magIndex: other } };
    }
    return undefined;
  }

  private otherCamera(magIndex: MagIndex, camera: OpticalCamera): Derived | undefined {
    const { table, imageShifts } = this.instrument;
    const matrix = imageShifts.get(magIndex, camera.index);
    if (!matrix) return undefined;
    for (const other of otherCameras(this.instrument, camera)) {
      const known = this.known.get(magIndex, other.index);
      if (!known || !table.canTransferBetween(magIndex, camera, magIndex, other)) continue;
      const turned = angleBetween(imageShifts.get(magIndex, other.index), matrix);
      if (turned !== undefined)
        return {
          value: known.value + turned,
          source: { how: 'image shift of another camera', magIndex, camera: other.index },
        };
    }
    return undefined;
  }

  /** Takes the best known angle of a camera of the same kind at a magnification that both have. */
  private startFromSimilar(camera: OpticalCamera): boolean {
    const { table } = this.instrument;
    const offers = similarCameras(this.instrument, camera).flatMap((other) =>
      this.known
        .magIndexes(other.index)
        .flatMap((magIndex) =>
          table.magnificationFor(camera, magIndex) > 0
            ? [{ other, magIndex, known: this.known.get(magIndex, other.index)! }]
            : [],
        ),
    );
    const best = offers.sort((a, b) => a.known.level - b.known.level || a.magIndex - b.magIndex)[0];
    if (!best) return false;
    this.known.set(best.magIndex, camera.index, {
      value: normalizeDegrees(best.known.value + camera.extraRotation - best.other.extraRotation),
      level: this.level++,
      source: { how: 'another camera', magIndex: best.magIndex, camera: best.other.index },
    });
    return true;
  }

  private stepsOfSimilar(magIndex: MagIndex, camera: OpticalCamera): Derived | undefined {
    for (const other of this.instrument.table.nearest(camera, magIndex)) {
      const own = this.known.get(other, camera.index);
      if (!own) continue;
      for (const similar of similarCameras(this.instrument, camera)) {
        const [there, here] = [this.known.get(other, similar.index), this.known.get(magIndex, similar.index)];
        if (there && here)
          return {
            value: own.value + here.value - there.value,
            source: { how: 'steps of another camera', magIndex: other, camera: similar.index },
          };
      }
    }
    return undefined;
  }

  private reportedStep(magIndex: MagIndex, camera: OpticalCamera): Derived | undefined {
    const { table } = this.instrument;
    const within = table.nearest(camera, magIndex);
    const anywhere = table.nearest(camera, magIndex, { lowest: 1, highest: highestMagIndex });
    const nearest = [...within, ...anywhere].find((index) => this.known.get(index, camera.index));
    if (nearest === undefined) return undefined;
    const step = table.reportedRotation(camera, magIndex) - table.reportedRotation(camera, nearest);
    return {
      value: this.known.get(nearest, camera.index)!.value + step,
      source: { how: 'reported rotation', magIndex: nearest },
    };
  }
}

/** The angle in degrees by which the image of the second matrix is turned against that of the first. */
function angleBetween(from: Matrix | undefined, to: Matrix): number | undefined {
  const back = from && inverse(from);
  return back && matrixAngle(product(to, back)).angle;
}

const deltaRotations = (camera: OpticalCamera): ReadonlyMap<number, number> =>
  new Map(
    camera.measured.flatMap(({ magIndex, deltaRotation }) =>
      deltaRotation === undefined ? [] : [[magIndex, deltaRotation] as const],
    ),
  );

/**
 * The rotation in degrees at a magnification if it is measured, or linked by an unbroken chain of measured relative rotations within
 * the range to the nearest one that is; used to judge image-shift vectors.
 */
export function calibratedRotation(
  { table }: Pick<Instrument, 'table'>,
  camera: OpticalCamera,
  magIndex: MagIndex,
): number | undefined {
  const absolute = new Map<number, number>(
    camera.measured.flatMap(({ magIndex: index, rotation }) =>
      rotation === undefined ? [] : [[index, rotation] as const],
    ),
  );
  const deltas = deltaRotations(camera);
  const { lowest, highest } = table.rangeOf(camera, magIndex);
  const search = (direction: 1 | -1): { value: number; distance: number } | undefined => {
    let turned = 0;
    for (let index: number = magIndex; index >= lowest && index <= highest; index += direction) {
      const found = absolute.get(index);
      if (found !== undefined) return { value: found + turned, distance: Math.abs(index - magIndex) };
      const delta = deltas.get(direction < 0 ? index : index + 1);
      if (delta === undefined) return undefined;
      turned -= direction * delta;
    }
    return undefined;
  };
  const [below, above] = [search(-1), search(1)];
  const nearer = below && above ? (above.distance < below.distance ? above : below) : (below ?? above);
  return nearer && normalizeDegrees(nearer.value);
}
