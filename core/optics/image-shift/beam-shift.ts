import type { MagIndex, Matrix } from '../../base';
import type { Calibrations } from '../../store';

/**
 * The beam shift that goes with one unit of image shift so that the beam stays on the camera: that of the nearest calibrated mag index
 * among the comparable ones, for this alpha if there is one. Undefined where the site has not calibrated it.
 */
export function imageShiftToBeamShift(
  calibrations: Pick<Calibrations, 'records'>,
  magIndex: MagIndex,
  comparable: (magIndex: MagIndex) => boolean,
  alpha?: number,
): Matrix | undefined {
  const rows = calibrations
    .records('BeamShiftCalibration')
    .all()
    .filter((row) => row.magIndex > 0 && comparable(row.magIndex));
  const ofAlpha = rows.filter((row) => row.alpha === alpha);
  const [nearest] = [...(ofAlpha.length > 0 ? ofAlpha : rows)].sort(
    (a, b) => Math.abs(a.magIndex - magIndex) - Math.abs(b.magIndex - magIndex),
  );
  return nearest && { xpx: nearest.xpx, xpy: nearest.xpy, ypx: nearest.ypx, ypy: nearest.ypy };
}
