import type { CalibrationFile, RecordValues } from '../serialem';

const minutesPerHour = 60;
/** Hours for which a shift matrix of the short-term file counts as measured in this session. */
const matrixLifetimeHours = 22;
const pixelSizeLifetimeHours = 24;
const customTimeLifetimeMinutes = 20_000;
const alignmentLifetimeMinutes = 60;
const doseReminderMinutes = 7 * 24 * minutesPerHour;

/** The records that are not used while short-term calibrations are ignored. */
export const ignorableRecords = [
  'DoseCalibration',
  'FilterAlignment',
  'LastFeiZLPshift',
  'ImageShiftMatrix',
  'StageCalibration',
  'FoundPixelSize',
] as const;

/** Conditions by which short-term records are kept or dropped. */
export interface ShortTermConditions {
  /** Minutes since 1970. */
  readonly now: number;
  readonly user: string;
  /** True when the filter is in the column, so that its alignment belongs to no user. */
  readonly omegaFilter: boolean;
  readonly doseLifetimeHours: number;
}

/** Drops expired records when the file is read. `changed` is true when the file must be written again; the remarks are for the operator. */
export function dropExpired(
  file: CalibrationFile,
  conditions: ShortTermConditions,
): { readonly changed: boolean; readonly remarks: readonly string[] } {
  const { now } = conditions;
  const olderThan =
    (minutes: number) =>
    (values: RecordValues): boolean =>
      now - Number(values.time) >= minutes;
  const doses = file.get('DoseCalibration');
  const remind = doses.some((dose) => now - Number(dose.time) < doseReminderMinutes);
  const expiredDoses = file.remove('DoseCalibration', olderThan(conditions.doseLifetimeHours * minutesPerHour));
  file.remove('ImageShiftMatrix', olderThan(matrixLifetimeHours * minutesPerHour));
  file.remove('StageCalibration', olderThan(matrixLifetimeHours * minutesPerHour));
  file.remove('FoundPixelSize', olderThan(pixelSizeLifetimeHours * minutesPerHour));
  file.remove('LastCustomTime', olderThan(customTimeLifetimeMinutes));
  const remarks =
    remind && expiredDoses === doses.length
      ? ['The electron dose calibrations have expired; calibrate the dose again to see dose rates.']
      : [];
  return { changed: countIdleTime(file, conditions), remarks };
}

/** An alignment of the filter ages only while the program does not run, so that time is added up at every start. */
function countIdleTime(file: CalibrationFile, { now, user, omegaFilter }: ShortTermConditions): boolean {
  const alignment = file.get('FilterAlignment').at(-1);
  const idle = alignment && Number(alignment.minutesNotRunning) + Math.max(0, now - Number(alignment.time));
  if (alignment && idle! <= alignmentLifetimeMinutes && (omegaFilter || alignment.user === user)) {
    file.put('FilterAlignment', { ...alignment, minutesNotRunning: idle, time: now }, () => true);
    return true;
  }
  file.remove('FilterAlignment', () => true);
  file.remove('LastFeiZLPshift', () => true);
  return false;
}
