import { type ImageShiftUnits, type MagIndex, type Vector, imageShiftUnits, vector } from '../../../../core/base';
import type { Camera } from '../../../../core/devices';
import type { Calibrations } from '../../../../core/store';

/** The record of the neutral image shift for a camera: one behind the energy filter has values of its own. */
export const neutralRecordFor = ({ traits }: Pick<Camera, 'traits'>): 'GIFNeutralIS' | 'NeutralImageShifts' =>
  traits.behindFilter ? 'GIFNeutralIS' : 'NeutralImageShifts';

/** The neutral image shift that is stored at a magnification for a camera; undefined where there is none. */
export function storedNeutral(
  calibrations: Pick<Calibrations, 'records'>,
  camera: Pick<Camera, 'traits'>,
  magIndex: MagIndex,
): Vector<ImageShiftUnits> | undefined {
  const row = calibrations.records(neutralRecordFor(camera)).find((each) => each.magIndex === magIndex);
  return row && vector(imageShiftUnits(row.x), imageShiftUnits(row.y));
}
