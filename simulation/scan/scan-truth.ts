import type { ProbeTruth } from './records';
import type { StemSignalTruth } from './signal';
import type { ScanTimingTruth } from './timing';
import type { Wave } from './wander';

/** The truth of the scan generator, of the probe and of the detectors; micrometres, seconds, radians. */
export interface ScanTruth {
  readonly timing: ScanTimingTruth;
  /** Displacement of the probe against the direction of the scan when the flyback starts, as a share of the field, and seconds in which it falls to 1/e. */
  readonly lag: { readonly share: number; readonly time: number };
  /** Seconds by which the probe is behind. */
  readonly delay: number;
  /** Wandering along the lines and across them. */
  readonly waves: readonly [along: readonly Wave[], across: readonly Wave[]];
  /** Degrees in which the scan turns. */
  readonly rotationStep: number;
  readonly probe: Readonly<Record<'nano' | 'micro', ProbeTruth>>;
  readonly source: number;
  /** Micrometres by which the focus is higher with each spot size above the middle one. */
  readonly focusPerSpot: number;
  /** Electrons per second at the middle spot size; half as many with each one above. */
  readonly current: number;
  readonly signal: StemSignalTruth;
}
