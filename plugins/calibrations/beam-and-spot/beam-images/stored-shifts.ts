import { type CameraIndex, magIndex as asMagIndex } from '../../../../core/base';
import { isApart } from '../../../../core/illumination';
import type { Optics } from '../../../../core/optics';
import type { Settings } from '../../../../core/settings';
import type { Calibrations, MainRecords } from '../../../../core/store';

type Row = MainRecords['BeamShiftCalibration'];
/** A calibration of beam shift by what decides which others it replaces. */
export interface ShiftKey {
  readonly magIndex: number;
  readonly alpha: number;
  readonly probe: number;
  readonly retain: number;
}

/** Dependencies of the search for calibrations that a new one replaces. */
export interface StoredShifts {
  readonly calibrations: Pick<Calibrations, 'records'>;
  readonly optics: Pick<Optics, 'canTransferImageShift'>;
  readonly settings: Pick<Settings, 'get'>;
}

/**
 * The stored calibrations of beam shift that a new one replaces, besides the one with its own key: the first of the same range, probe mode and alpha,
 * or without alpha. A refined one is replaced only at its own magnification, and replaces only there.
 */
export function replacedBy(
  { calibrations, optics, settings }: StoredShifts,
  fresh: ShiftKey,
  camera: CameraIndex,
): readonly Row[] {
  const rows = calibrations.records('BeamShiftCalibration').all();
  const isSame = (row: Row): boolean =>
    row.magIndex === fresh.magIndex && row.alpha === fresh.alpha && row.probe === fresh.probe;
  const isOld = (row: Row): boolean => row.magIndex === 0;
  const isReplaced = (row: Row): boolean => {
    if (isOld(row)) return true;
    if (row.magIndex < 0 !== fresh.magIndex < 0 || row.probe !== fresh.probe) return false;
    if (row.alpha >= 0 && row.alpha !== fresh.alpha) return false;
    const [there, here] = [asMagIndex(Math.abs(row.magIndex)), asMagIndex(Math.abs(fresh.magIndex))];
    if ((row.retain === 1 || fresh.retain === 1) && there !== here) return false;
    return optics.canTransferImageShift(there, here, camera) && !isApart(settings, there, here);
  };
  // Where the key is there already, that one is the one that is replaced.
  if (rows.some(isSame)) return rows.filter((row) => isOld(row) && !isSame(row));
  const first = rows.find(isReplaced);
  return first ? [first] : [];
}
