import { type CameraIndex, type MagIndex, magIndex as asMagIndex, normalizeDegrees } from '../../../../core/base';
import type { Optics } from '../../../../core/optics';
import { amend, type Calibrations, type Change, put, type ShortTermRecords } from '../../../../core/store';

/** A pixel size that was found, as the short-term file keeps it: nanometres, degrees. */
export type FoundPixelSize = ShortTermRecords['FoundPixelSize'];

/** Difference in degrees below which the grid angles of neighbouring magnifications count as those of the same lines. */
const maxAngleDifference = 45;

/** The found pixel sizes of all cameras, by camera and mag index. */
export const foundPixelSizes = (calibrations: Calibrations): readonly FoundPixelSize[] =>
  [...calibrations.shortTerm('FoundPixelSize').all()].sort(
    (one, other) => one.camera - other.camera || one.magIndex - other.magIndex,
  );

/** The one of a camera at a mag index. */
export const foundPixelSize = (
  calibrations: Calibrations,
  magIndex: MagIndex,
  camera: CameraIndex,
): FoundPixelSize | undefined =>
  calibrations.shortTerm('FoundPixelSize').find((row) => row.magIndex === magIndex && row.camera === camera);

/** A multiple of 90 degrees that was added to a relative rotation because the column reports another one. */
export interface AddedRotation {
  readonly magIndex: MagIndex;
  readonly degrees: number;
}

/**
 * The list with a newly found size in it, and what was added to relative rotations. All lines carry the time of the latest one, as the file
 * has it. The angle of a grid gives the rotation to a multiple of 90 degrees only; the rest is taken from the rotations that the column reports.
 */
export function withFoundPixelSize(
  list: readonly FoundPixelSize[],
  found: Omit<FoundPixelSize, 'addedRotation'>,
  optics: Optics,
): { readonly list: readonly FoundPixelSize[]; readonly added: readonly AddedRotation[] } {
  const { camera, magIndex, time } = found;
  const [lower, upper] = [asMagIndex(magIndex - 1), asMagIndex(magIndex + 1)];
  const at = (index: MagIndex): FoundPixelSize | undefined =>
    list.findLast((row) => row.camera === camera && row.magIndex === index);
  const stamped = list.filter((row) => row !== at(magIndex)).map((row) => ({ ...row, time }));
  const earlier = at(magIndex);
  if (earlier) return { list: [...stamped, { ...found, addedRotation: earlier.addedRotation }], added: [] };
  const reported = (index: MagIndex): number => optics.magnifications.reportedRotation(optics.camera(camera), index);
  const toAdd = (from: MagIndex, to: MagIndex, difference: number): number =>
    90 * Math.round(normalizeDegrees(reported(to) - reported(from) - difference) / 90) + 0;
  const added: AddedRotation[] = [];
  const below = at(lower);
  const step = below && found.gridAngle - below.gridAngle;
  const own = step !== undefined && Math.abs(step) < maxAngleDifference ? toAdd(lower, magIndex, step) : 0;
  if (own !== 0) added.push({ magIndex, degrees: own });
  const above = at(upper);
  const stepUp = above && above.gridAngle - found.gridAngle;
  const others = stamped.map((row) => {
    if (
      !above ||
      row.camera !== camera ||
      row.magIndex !== upper ||
      above.addedRotation !== 0 ||
      Math.abs(stepUp!) >= maxAngleDifference
    )
      return row;
    const degrees = toAdd(magIndex, upper, stepUp!);
    if (degrees !== 0) added.push({ magIndex: upper, degrees });
    return { ...row, addedRotation: degrees };
  });
  return { list: [...others, { ...found, addedRotation: own }], added };
}

/** The changes that make one list of found sizes of another; only the size at this place was measured. */
export function foundSizeChanges(
  before: readonly FoundPixelSize[],
  after: readonly FoundPixelSize[],
  place: { readonly camera: CameraIndex; readonly magIndex: MagIndex },
): readonly Change<'FoundPixelSize'>[] {
  return after.map((row) => {
    const { camera, magIndex, time, addedRotation } = row;
    if (camera === place.camera && magIndex === place.magIndex) return put('FoundPixelSize', row);
    const earlier = before.findLast((each) => each.camera === camera && each.magIndex === magIndex);
    const turned = earlier?.addedRotation === addedRotation ? {} : { addedRotation };
    return amend('FoundPixelSize', { camera, magIndex }, { time, ...turned }, { sessionMeasured: false });
  });
}

/** The difference in rotation between two magnifications that follow each other. */
export interface RelativeRotation {
  readonly degrees: number;
  /** The other possibility, where the angles of the grid differ so much that it may have been the other lines. */
  readonly alternative?: number;
}

/** The rotation from one magnification to the next as far as grid angles give it. */
export function relativeRotation(lower: FoundPixelSize, upper: FoundPixelSize): RelativeRotation {
  const difference = upper.gridAngle - lower.gridAngle;
  const degrees = normalizeDegrees(difference + upper.addedRotation);
  if (Math.abs(difference) < maxAngleDifference) return { degrees };
  return { degrees, alternative: normalizeDegrees(difference + upper.addedRotation + (difference > 0 ? -90 : 90)) };
}
