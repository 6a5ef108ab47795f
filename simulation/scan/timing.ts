import type { ScanPlan } from './scan-request';

/** The truth of the times of a scan generator; seconds. */
export interface ScanTimingTruth {
  /** Mean time from the request to the first pixel, and the half width of its even spread. */
  readonly startup: number;
  readonly startupSpread: number;
  /** Flyback of a line of a scan of no length. */
  readonly flyback: number;
  /** Increase of the flyback by the time on the pixels, seconds per second: up to the knee, and beyond it. */
  readonly flybackSlope: number;
  readonly flybackSlopeBeyond: number;
  readonly flybackKnee: number;
  /** Times on the pixels about which the flyback is another one, with its factor. */
  readonly flybackIntervals: readonly (readonly [exposure: number, factor: number])[];
  /** Share by which the flyback grows with each doubling of the binning, and with each mag index. */
  readonly flybackPerDoubling: number;
  readonly flybackPerMagIndex: number;
  /** Time added to the flyback of a line that waits for the mains. */
  readonly syncMargin: number;
  /** Hertz, and the phase in turns at time zero of the clock. */
  readonly mains: number;
  readonly mainsPhase: number;
}

/** Half width of the intervals with another flyback, as a share of their exposure. */
const intervalHalfWidth = 0.05;
const microsecond = 1e-6;

/** A scan as far as its times depend on it; seconds on all pixels. */
export interface TimedScan {
  readonly columns: number;
  readonly rows: number;
  readonly exposure: number;
  readonly binning: number;
  readonly magIndex: number;
  readonly lineSync: boolean;
}

/** Flyback of a line in seconds. */
function flybackOf(truth: ScanTimingTruth, { exposure, binning, magIndex }: TimedScan): number {
  const { flyback, flybackSlope, flybackSlopeBeyond, flybackKnee, flybackIntervals } = truth;
  const below = Math.min(exposure, flybackKnee);
  const law = flyback + flybackSlope * below + flybackSlopeBeyond * (exposure - below);
  const [, factor = 1] =
    flybackIntervals.find(([centre]) => Math.abs(exposure - centre) <= intervalHalfWidth * centre) ?? [];
  let doublings = 0;
  for (let rest = binning; rest > 1; rest /= 2) doublings++;
  return law * factor * (1 + truth.flybackPerDoubling * doublings) * (1 + truth.flybackPerMagIndex * magIndex);
}

/**
 * Times of a scan that is requested now.
 * @param requested seconds of the clock
 * @param chance 0 to 1, from which the startup follows
 */
export function plannedScan(truth: ScanTimingTruth, scan: TimedScan, requested: number, chance: number): ScanPlan {
  const { columns, rows, exposure, lineSync } = scan;
  const pixelTime = exposure / (columns * rows);
  const flyback = flybackOf(truth, scan);
  const asked = Math.max(0, truth.startup + truth.startupSpread * (2 * chance - 1));
  const startup = lineSync ? nextTrigger(truth, requested + asked) - requested : asked;
  const lines = new Float64Array(rows);
  const busy = columns * pixelTime + flyback + (lineSync ? truth.syncMargin : 0);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    lines[row] = next;
    next += busy;
    if (lineSync) next = nextTrigger(truth, requested + startup + next) - requested - startup;
  }
  return { startup, pixelTime, columns, rows, flyback, lines, duration: lines[rows - 1]! + busy };
}

/** The first rise of the mains through zero at or after a time. A line that ends at the very moment does not wait for the next one. */
function nextTrigger({ mains, mainsPhase }: ScanTimingTruth, time: number): number {
  return (Math.ceil((time - microsecond) * mains + mainsPhase) - mainsPhase) / mains;
}
