import {
  type CameraIndex,
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  add,
  imageShiftUnits,
  length,
  magIndex,
  readable,
  subtract,
  vector,
} from '../../../../core/base';
import { type OpticalPlace, type Optics, convertImageShift } from '../../../../core/optics';
import { type Calibrations, type Change, put, remove } from '../../../../core/store';
import { offsetErrors } from './image-shift-offset-errors';
import type { Run } from '../../../../core/kernel';
import type { ZeroOffsetMode } from './zero-offset-mode';

/** The column of the magnification table that offsets belong to: 0 regular, 1 energy-filtered. */
export type OffsetMode = 0 | 1;
type Shift = Vector<ImageShiftUnits>;

/** No image shift. */
export const noShift: Shift = vector(imageShiftUnits(0), imageShiftUnits(0));

/** The column of the table that a camera uses. */
export const offsetModeOf = ({ behindFilter }: { readonly behindFilter: boolean }): OffsetMode =>
  behindFilter ? 1 : 0;

/** The stored offset of a mag index; none is zero. */
export function offsetAt(calibrations: Pick<Calibrations, 'records'>, magIndex: MagIndex, mode: OffsetMode): Shift {
  const row = calibrations
    .records('ImageShiftOffsets')
    .find((each) => each.magIndex === magIndex && each.eftem === mode);
  return row ? vector(imageShiftUnits(row.x), imageShiftUnits(row.y)) : noShift;
}

/** Line for the debugging log: the new offset of a mag index, and how it differs from the one before. */
export function offsetLine(magIndex: MagIndex, offset: Shift, before: Shift, measured: boolean): string {
  const [now, change] = [offset, subtract(offset, before)].map(({ x, y }) => `${readable(x, 4)}, ${readable(y, 4)}`);
  return `${magIndex} ${measured ? 'measured' : 'extended'}: ${now}, changed by ${change}`;
}

/** The offset at `toMagIndex` in energy-filtered mode over that at `fromMagIndex` in regular mode, converted. */
export interface Bridge {
  readonly fromMagIndex: MagIndex;
  readonly toMagIndex: MagIndex;
  readonly offset: Shift;
}

/** The offset that bridges regular and energy-filtered mode; undefined where it is not calibrated. */
export function bridgeOf(calibrations: Pick<Calibrations, 'records'>): Bridge | undefined {
  const row = calibrations.records('GIFShiftOffset').all().at(-1);
  return (
    row && {
      fromMagIndex: row.fromMagIndex,
      toMagIndex: row.toMagIndex,
      offset: vector(imageShiftUnits(row.x), imageShiftUnits(row.y)),
    }
  );
}

/** Parts from which the offsets of a mode are made. */
export interface OffsetMerging {
  /** Image shift at which the feature was centred, by mag index. */
  readonly measured: ReadonlyMap<MagIndex, Shift>;
  /** The offset before. */
  readonly before: (magIndex: MagIndex) => Shift;
  /** All mag indexes that exist, ascending. */
  readonly indexes: readonly MagIndex[];
  /** True when a mag index belongs to the range of the measured ones, low magnification included. */
  readonly related: (magIndex: MagIndex) => boolean;
  readonly isLow: (magIndex: MagIndex) => boolean;
  /** Carries an image shift to another mag index so that it moves the specimen equally far. */
  readonly transfer: (value: Shift, from: MagIndex, to: MagIndex) => Shift;
  /** The mag index whose offset is to be zero; undefined leaves the shifts as they are. */
  readonly zero?: MagIndex | undefined;
}

/**
 * The offsets of all magnifications from those of some: what lies outside the measured span moves with its end, so that it keeps its
 * relation to it, and a range that was not visited moves with the highest low magnification; then all are taken relative to one.
 */
export function mergeOffsets({
  measured,
  before,
  indexes,
  related,
  isLow,
  transfer,
  zero,
}: OffsetMerging): ReadonlyMap<MagIndex, Shift> {
  const bottom = magIndex(Math.min(...measured.keys()));
  const top = magIndex(Math.max(...measured.keys()));
  const moved = (index: MagIndex, end: MagIndex, shift: Shift): Shift =>
    add(before(index), transfer(subtract(shift, before(end)), end, index));
  const shifts = new Map<MagIndex, Shift>();
  for (const index of indexes.filter(related)) {
    const end = index > top ? top : bottom;
    shifts.set(index, measured.get(index) ?? moved(index, end, measured.get(end)!));
  }
  const highestLow = indexes.filter((index) => isLow(index)).at(-1) ?? bottom;
  for (const index of indexes)
    if (!shifts.has(index))
      shifts.set(index, moved(index, highestLow, shifts.get(highestLow) ?? measured.get(bottom)!));
  const atZero = zero === undefined ? undefined : shifts.get(zero);
  if (zero === undefined || atZero === undefined) return shifts;
  return new Map([...shifts].map(([index, shift]) => [index, subtract(shift, transfer(atZero, zero, index))]));
}

/** The other mode. */
export const otherMode = (mode: OffsetMode): OffsetMode => (mode === 0 ? 1 : 0);

/** The offsets of a mode as they are stored, and those of zero at further mag indexes. */
export const offsetsNow = (
  calibrations: Pick<Calibrations, 'records'>,
  mode: OffsetMode,
  indexes: readonly MagIndex[],
): ReadonlyMap<MagIndex, Shift> =>
  new Map(
    [...storedIndexes(calibrations, mode), ...indexes].map((index) => [index, offsetAt(calibrations, index, mode)]),
  );

const storedIndexes = (calibrations: Pick<Calibrations, 'records'>, mode: OffsetMode): readonly MagIndex[] =>
  calibrations
    .records('ImageShiftOffsets')
    .all()
    .flatMap(({ magIndex, eftem }) => (eftem === mode ? [magIndex] : []));

/**
 * The changes that make these the offsets of a mode, and its only ones. An offset of zero has no row in the file; that there is none is a
 * change too, so that the whole table comes back with the history.
 */
export function offsetChanges(
  calibrations: Pick<Calibrations, 'records'>,
  eftem: OffsetMode,
  offsets: ReadonlyMap<MagIndex, Shift>,
  { derived = false } = {},
): readonly Change<'ImageShiftOffsets'>[] {
  const options = { sessionMeasured: !derived };
  const others = storedIndexes(calibrations, eftem).filter((index) => !offsets.has(index));
  return [
    ...others.map((magIndex) => remove('ImageShiftOffsets', { magIndex, eftem }, options)),
    ...[...offsets].map(([magIndex, shift]) =>
      length(shift) > 0
        ? put('ImageShiftOffsets', { magIndex, eftem, x: shift.x, y: shift.y }, options)
        : remove('ImageShiftOffsets', { magIndex, eftem }, options),
    ),
  ];
}

/** The first regular and the first energy-filter camera by the order of the site's list, where there are both. */
export function firstCameras({
  cameras,
}: Pick<Optics, 'cameras'>): readonly [regular: CameraIndex, filtered: CameraIndex] | undefined {
  const all = cameras.filter((camera) => !camera.stem);
  const [regular, filtered] = [all.find((camera) => !camera.behindFilter), all.find((camera) => camera.behindFilter)];
  return regular && filtered && [regular.index, filtered.index];
}

/** Throws unless the effect of image shift is known, or can be derived, at all these mag indexes of a camera. */
export function checkCalibrated(optics: Optics, indexes: readonly MagIndex[], camera: CameraIndex): void {
  const missing = indexes.find((index) => optics.at({ magIndex: index, camera }).imageShiftToCamera === undefined);
  if (missing !== undefined)
    throw offsetErrors.notCalibrated(
      optics.at({ magIndex: missing, camera }).magnification,
      optics.camera(camera).name,
    );
}

/** The mag indexes that exist for a camera, ascending. */
export const indexesOf = (optics: Optics, camera: CameraIndex): readonly MagIndex[] =>
  optics.magnifications.indexes(optics.camera(camera));

/** The offsets of the other mode, moved as a whole so that the bridge to those of `mode` holds. */
export function bridgedOffsets(
  optics: Optics,
  {
    mode,
    offsets,
    other,
    cameras,
    bridge,
  }: {
    readonly mode: OffsetMode;
    readonly offsets: (magIndex: MagIndex) => Shift;
    readonly other: (magIndex: MagIndex) => Shift;
    readonly cameras: readonly [regular: CameraIndex, filtered: CameraIndex];
    readonly bridge: Bridge;
  },
): ReadonlyMap<MagIndex, Shift> {
  const from: OpticalPlace = { magIndex: bridge.fromMagIndex, camera: cameras[0] };
  const to: OpticalPlace = { magIndex: bridge.toMagIndex, camera: cameras[1] };
  const wanted =
    mode === 0
      ? add(convertImageShift(optics, offsets(from.magIndex), from, to), bridge.offset)
      : convertImageShift(optics, subtract(offsets(to.magIndex), bridge.offset), to, from);
  const { magIndex: end, camera } = mode === 0 ? to : from;
  const change = subtract(wanted, other(end));
  return new Map(
    indexesOf(optics, camera).map((index) => [
      index,
      add(other(index), optics.transferImageShift(change, end, index, camera)),
    ]),
  );
}

/** The question about the mode that has the magnification with an offset of zero. */
export const zeroRegularQuestion = {
  kind: 'confirm',
  why: 'Only one of the two modes can hold the magnification without offset; the other one follows from it.',
} as const;

/** The mode that has the magnification with an offset of zero; asked once in a session. */
export async function zeroOwner(run: Run, zero: ZeroOffsetMode): Promise<OffsetMode> {
  zero.mode ??= (await run.operator.confirm({
    id: 'zero-regular',
    text: 'Is the offset zero at a magnification of the camera before the filter?',
    default: true,
  }))
    ? 0
    : 1;
  return zero.mode;
}
