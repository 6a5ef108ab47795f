import { straightLine } from '../../../../imaging';
import { fittedChart } from '../../../../core/base';
import type { Run } from '../../../../core/kernel';
import { timingErrors } from './timing-errors';

/** Number of exposures of a round of Shutter Dead Time. */
export const exposuresPerRound = 7;
/** Counts of an exposure as a share of the most, below which the shutter let nothing through. */
const minShare = 0.02;
const minPoints = 3;
/** Ratio of the most counts to the least, below which they do not follow the exposure. */
const minGrowth = 1.05;

/** Counts of an exposure, with their standard error; seconds. */
export interface ExposurePoint {
  readonly exposure: number;
  readonly counts: number;
  readonly error: number;
}

/** Dead time of a shutter as a round of exposures shows it, in seconds. */
export interface DeadTime {
  readonly deadTime: number;
  readonly deadTimeError: number;
  /** Seconds for one count. */
  readonly slope: number;
  /** Standard deviation of the exposures about the line. */
  readonly deviation: number;
  /** The most counts, and their error. */
  readonly counts: number;
  readonly countsError: number;
  /** Share by which the beam changed over the round. */
  readonly beamChange: number;
}

/**
 * Fits exposures against counts: the line crosses zero counts at the dead time.
 * @param again one of the exposures, taken once more at the end: what it has less, the beam lost, evenly from one image to the next
 */
export function deadTimeOf(points: readonly ExposurePoint[], again?: ExposurePoint): DeadTime {
  const brightest = points.reduce((most, each) => (each.counts > most.counts ? each : most));
  const first = again ? points.findIndex(({ exposure }) => exposure === again.exposure) : -1;
  const change = first < 0 || !again || !(points[first]!.counts > 0) ? 0 : again.counts / points[first]!.counts - 1;
  const perImage = change / Math.max(1, points.length - first);
  const used = points.flatMap(({ exposure, counts }, at) =>
    counts > minShare * brightest.counts && counts > 0
      ? [{ x: counts / (1 + perImage * (at - first)), y: exposure }]
      : [],
  );
  if (new Set(used.map(({ y }) => y)).size < minPoints) throw timingErrors.fewExposures(used.length);
  if (!grows(used)) throw timingErrors.countsDoNotGrow();
  const { slope, intercept, interceptError, deviation } = straightLine(used);
  return {
    deadTime: intercept,
    deadTimeError: interceptError,
    slope,
    deviation,
    counts: brightest.counts,
    countsError: brightest.error,
    beamChange: change,
  };
}

/** True where there is enough of a range in X for a line. */
const grows = (points: readonly { readonly x: number }[]): boolean => {
  const values = points.map(({ x }) => x);
  return Math.max(...values) > minGrowth * Math.min(...values);
};

/** Shows the exposures against their counts, as they come. */
export function plotDeadTime(run: Pick<Run, 'plot'>, points: readonly ExposurePoint[]): void {
  const lit = points.filter(({ counts }) => counts > 0).map(({ counts, exposure }) => ({ x: counts, y: exposure }));
  const line = lit.length >= minPoints && grows(lit) ? straightLine(lit) : undefined;
  run.plot(
    fittedChart({ id: 'dead-time', title: 'Exposure against counts', x: 'mean counts', y: 'exposure (s)' }, [
      {
        name: 'images',
        points: points.map(({ counts, exposure }) => ({ x: counts, y: exposure })),
        ...(line && { curve: (x: number) => line.at(x) }),
      },
    ]),
  );
}
