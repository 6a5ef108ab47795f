import { type ImageShiftUnits, type Vector, add, apply, imageShiftUnits, inverse, product, subtract, vector } from '../../../core/base';
import type { Optics } from '../../../core/optics';
import type { Calibrations } from '../../../core/store';

/** The column of the magnification table that offsets belong to: 0 regular, 1 energy-filtered. */
export type OffsetMode = 0 | 1;
type Shift = Vector<ImageShiftUnits>;

/** No image shift. */
export const noShift: Shift = vector(imageShiftUnits(0), imageShiftUnits(0));

/** The column of the table that a camera uses. */
export const offsetModeOf = ({ behindFilter }: { readonly behindFilter: boolean }): OffsetMode => (behindFilter ? 1 : 0);

/** The stored offset of a mag index; none is zero. */
export function offsetAt(calibrations: Pick<Calibrations, 'records'>, magIndex: number, mode: OffsetMode): Shift {
  const row = calibrations.records('ImageShiftOffsets').find((each) => each.magIndex === magIndex && each.eftem === mode);
  return row ? vector(imageShiftUnits(row.x), imageShiftUnits(row.y)) : noShift;
}

/** The offset that bridges regular and energy-filtered mode; undefined where it is not calibrated. */
export function bridgeOf(calibrations: Pick<Calibrations, 'records'>): { readonly fromMagIndex: number; readonly toMagIndex: number; readonly offset: Shift } | undefined {
  const row = calibrations.records('GIFShiftOffset').all().at(-1);
  return row && { fromMagIndex: row.fromMagIndex, toMagIndex: row.toMagIndex, offset: vector(imageShiftUnits(row.x), imageShiftUnits(row.y)) };
}

/** What the offsets of a mode are made of. */
export interface OffsetMerging {
  /** Image shift at which the feature was centred, by mag index. */
  readonly measured: ReadonlyMap<number, Shift>;
  /** The offset before. */
  readonly before: (magIndex: number) => Shift;
  /** All mag indices that exist, ascending. */
  readonly indexes: readonly number[];
  /** Whether a mag index belongs to the range of the measured ones, low magnification included. */
  readonly related: (magIndex: number) => boolean;
  readonly isLow: (magIndex: number) => boolean;
  /** Carries an image shift to another mag index so that it moves the specimen equally far. */
  readonly transfer: (value: Shift, from: number, to: number) => Shift;
  /** The mag index whose offset is to be zero; undefined leaves the shifts as they are. */
  readonly zero?: number | undefined;
}

/**
 * The offsets of all magnifications from those of some: what lies outside the measured span moves with its end, so that it keeps its
 * relation to it, and a range that was not visited moves with the highest low magnification; then all are taken relative to one.
 */
export function mergeOffsets({ measured, before, indexes, related, isLow, transfer, zero }: OffsetMerging): ReadonlyMap<number, Shift> {
  const [bottom, top] = [Math.min(...measured.keys()), Math.max(...measured.keys())];
  const moved = (index: number, end: number, shift: Shift): Shift => add(before(index), transfer(subtract(shift, before(end)), end, index));
  const shifts = new Map<number, Shift>();
  for (const index of indexes.filter(related)) {
    const end = index > top ? top : bottom;
    shifts.set(index, measured.get(index) ?? moved(index, end, measured.get(end)!));
  }
  const highestLow = indexes.filter((index) => isLow(index)).at(-1) ?? bottom;
  for (const index of indexes) if (!shifts.has(index)) shifts.set(index, moved(index, highestLow, shifts.get(highestLow) ?? measured.get(bottom)!));
  const atZero = zero === undefined ? undefined : shifts.get(zero);
  if (zero === undefined || atZero === undefined) return shifts;
  return new Map([...shifts].map(([index, shift]) => [index, subtract(shift, transfer(atZero, zero, index))]));
}

/** A magnification of a camera. */
export interface Place {
  readonly magIndex: number;
  readonly camera: number;
}

/** The image shift that moves the specimen at another magnification of another camera as far as `value` does here; unchanged where that cannot be told or need not be. */
export function convertShift(optics: Optics, value: Shift, from: Place, to: Place): Shift {
  if (from.camera === to.camera && optics.canTransferImageShift(from.magIndex, to.magIndex, from.camera)) return value;
  const [shiftHere, shiftThere] = [from, to].map(({ magIndex, camera }) => optics.imageShiftToCamera(magIndex, camera)?.matrix);
  const [here, there] = [from, to].map(({ magIndex, camera }) => optics.specimenToCamera(magIndex, camera));
  const [back, specimen] = [shiftThere && inverse(shiftThere), here && inverse(here)];
  return back && there && specimen && shiftHere ? (apply(product(back, there, specimen, shiftHere), value) as Shift) : value;
}
