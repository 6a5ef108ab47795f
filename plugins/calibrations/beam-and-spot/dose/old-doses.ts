import { counted } from '../../../../core/base';
import { type ProbeMode, probeOfNumber } from '../../../../core/devices';
import { type Calibrations, type Change, remove } from '../../../../core/store';

const millisecondsPerMinute = 60_000;

/** The dose calibrations of earlier sessions. */
export interface OldDoses {
  readonly rows: readonly {
    readonly spot: number;
    readonly probe: ProbeMode;
    readonly side: 'above' | 'below';
    readonly dose: number;
    /** Since it was made. */
    readonly hours: number;
  }[];
  /** Number of those of this session. */
  readonly kept: number;
  readonly summary: string;
  /** The changes that forget them. */
  readonly changes: readonly Change[];
}

/** Finds the dose calibrations that were made before the session began: of all spot sizes, sides of crossover and probe modes. */
export function oldDoses(calibrations: Pick<Calibrations, 'shortTerm' | 'openedAt'>, date: Date): OldDoses {
  const now = date.getTime() / millisecondsPerMinute;
  const all = calibrations.shortTerm('DoseCalibration').all();
  // Time stamps are whole minutes: one of the minute in which the session began may be of it.
  const old = all.filter(({ time }) => time < calibrations.openedAt);
  const kept = all.length - old.length;
  const rest = kept > 0 ? ` ${counted(kept, 'calibration')} of this session ${kept === 1 ? 'stays' : 'stay'}.` : '';
  const forgotten = `${counted(old.length, 'dose calibration')} of earlier sessions forgotten.`;
  return {
    rows: old.map(({ spot, probe, aboveCrossover, dose, time }) => ({
      spot,
      probe: probeOfNumber(probe),
      side: aboveCrossover === 1 ? 'above' : 'below',
      dose,
      hours: Math.max(0, now - time) / 60,
    })),
    kept,
    summary: `${old.length === 0 ? 'There is no dose calibration of an earlier session.' : forgotten}${rest}`,
    changes: old.map(({ spot, aboveCrossover, probe }) => remove('DoseCalibration', { spot, aboveCrossover, probe })),
  };
}
