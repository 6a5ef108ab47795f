import { type MagIndex, type Matrix, magIndex as asMagIndex } from '../../base';
import type { Calibrations } from '../../store';

/**
 * The beam shift that goes with one unit of image shift so that the beam stays on the camera: that of the nearest calibrated mag index
 * among the comparable ones, for this alpha if there is one. Those of filtered imaging stand under negative mag indexes. Undefined where the site has not calibrated it.
 */
export function imageShiftToBeamShift(
  calibrations: Pick<Calibrations, 'records'>,
  magIndex: MagIndex,
  comparable: (magIndex: MagIndex) => boolean,
  alpha?: number,
  filtered = false,
): Matrix | undefined {
  const rows = calibrations
    .records('BeamShiftCalibration')
    .all()
    .filter(({ magIndex: each }) => each !== 0 && each < 0 === filtered && comparable(asMagIndex(Math.abs(each))));
  const ofAlpha = rows.filter((row) => row.alpha === alpha);
  const [nearest] = [...(ofAlpha.length > 0 ? ofAlpha : rows)].sort(
    (a, b) => Math.abs(Math.abs(a.magIndex) - magIndex) - Math.abs(Math.abs(b.magIndex) - magIndex),
  );
  return nearest && { xpx: nearest.xpx, xpy: nearest.xpy, ypx: nearest.ypx, ypy: nearest.ypy };
}
