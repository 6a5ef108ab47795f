import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  asymmetry,
  inverse,
  magIndex as asMagIndex,
  product,
  counted,
  readable,
} from '../../../../core/base';
import type { Run } from '../../../../core/kernel';
import type { Optics } from '../../../../core/optics';
import { type Calibrations, put } from '../../../../core/store';
import type { CarriedChanges } from './carried-changes';

/** Asymmetry up to which a matrix counts as a rotation with scale. */
const maxAsymmetry = 0.2;
/** Change in percent from which the shape of the matrices matters. */
const minJudgedChange = 10;

/** Change in percent that would be shown as 0.0 %: there is nothing to carry over. */
const minCarriedChange = 0.05;

/**
 * Offers to carry the change of one calibration over to the other mags of its range that have an older one of their own, and does it.
 * The carried-over matrices do not count as measured in this session.
 */
export async function propagateChange(
  run: Run,
  optics: Optics,
  calibrations: Calibrations,
  carriedBefore: CarriedChanges,
  given: {
    readonly magIndex: MagIndex;
    readonly camera: CameraIndex;
    readonly before: Matrix;
    readonly after: Matrix;
    readonly change: number;
  },
): Promise<void> {
  const { magIndex, camera, before, after, change } = given;
  const back = inverse(before);
  if (run.fromScript || !back || change < minCarriedChange) return;
  if (change >= minJudgedChange && (asymmetry(back) > maxAsymmetry || asymmetry(after) > maxAsymmetry)) return;
  const { imageShift } = calibrations;
  const { lowest, highest } = optics.at({ magIndex, camera }).range;
  const related = imageShift
    .entries()
    .filter(
      (entry) =>
        entry.camera === camera &&
        entry.magIndex >= lowest &&
        entry.magIndex <= highest &&
        optics.canTransferImageShift(magIndex, entry.magIndex, camera),
    )
    .map((entry) => entry.magIndex);
  if (related.some((index) => carriedBefore.has(`${camera}:${index}`))) return;
  const candidates = related.filter((index) => index !== magIndex && imageShift.measuredAt(index, camera) === 0);
  if (candidates.length === 0) return;
  const [low, high] = [Math.min(...candidates), Math.max(...candidates)].map(
    (index) => optics.at({ magIndex: asMagIndex(index), camera }).magnification,
  );
  const text = `Carry this change of ${readable(change, 1)} % over to ${counted(candidates.length, 'other magnification')}, from ${low}x to ${high}x, not calibrated in this session?`;
  if (!(await run.operator.confirm({ id: 'propagate', text, default: false }))) return;
  const delta = product(after, back);
  const carried = candidates.map((index) => {
    const matrix = product(delta, imageShift.get(index, camera)!);
    return put('ImageShiftMatrix', { magIndex: index, camera, ...matrix }, { sessionMeasured: false });
  });
  await run.accept({
    summary: `The change of ${readable(change, 1)} % was carried over to ${counted(candidates.length, 'magnification')}.`,
    values: { magIndexes: candidates, changePercent: change },
    conditions: { magIndex, camera },
    changes: carried,
  });
  carriedBefore.add(`${camera}:${magIndex}`);
}
