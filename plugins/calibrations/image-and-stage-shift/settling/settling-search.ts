import type { Vector } from '../../../../core/base';

/** What was measured at one delay factor: what had not settled, in nanometres along each axis of image shift. */
export interface SettlingObservation {
  readonly factor: number;
  readonly unsettled: Vector;
  readonly standardErrors: Vector;
  readonly series: number;
}

/** What a search for a delay factor found. */
export interface SettlingSearchResult {
  /** By rising factor. */
  readonly observations: readonly SettlingObservation[];
  /**
   * `found`: `factor` leaves as little as asked for. `not seen`: nothing settles at the smallest factor, which is `factor`.
   * `too slow`: it still settles at the largest factor, which is `factor`.
   */
  readonly verdict: 'found' | 'not seen' | 'too slow';
  readonly factor: number;
  /** What stays however long one waits. */
  readonly plateau: Vector;
  readonly plateauErrors: Vector;
  /** What is left at `factor` of that which settles after the smallest factor, in percent. */
  readonly remainingPercent?: number;
  readonly remainingError?: number;
}

/** The factor that what is left is compared with. */
export const smallestFactor = 0.2;

/** How the delay factor acts on the waiting before an image. */
export interface FactorScale {
  /** The factor from which there is any waiting at all; a camera that begins late makes smaller ones all the same. */
  readonly start: number;
  /** What has to be added to the factor for a second more. */
  readonly perSecond: number;
}
/** Seconds of waiting beyond that of the smallest factor: the first that are tried, doubled until nothing changes or the longest is reached. */
const firstWait = 0.25;
/** The longest waiting that a search tries, in seconds beyond that of the smallest factor. */
export const longestWait = 16;
/** Waiting after which something would have been seen if there were anything. */
const patience = 2;
/** What may be left of the settling at the smallest factor, and what is aimed at so that errors do not matter. */
const allowed = 0.05;
const wanted = 0.025;
/** A change below this share between a factor and its double counts as none. */
const flatness = 0.02;
/** A change above this share is one, whatever the noise. */
const doubtful = 0.05;
/**
 * What settles shrinks fast when the waiting is doubled. A change up to the first of these that is still more than the second of these
 * times the one before is a drift that the longer series sees more of, not settling.
 */
const mostOfDrift = 0.1;
const slowestShrinking = 0.5;
/** Standard error of a share that is precise enough, and the number of series at one factor after which it is left at that. */
const preciseEnough = 0.008;
const leastSeries = 3;
const mostSeries = 10;
/** Settling is seen when it is so many standard errors from nothing. */
const significance = 5;
const mostCandidates = 5;
/** How many series a search takes at most: at the smallest factor, at each that is tried while the waiting is doubled, and at each candidate. */
export const mostSeriesOfSearch = mostSeries * (2 + Math.log2(longestWait / firstWait) + mostCandidates);
/** How many standard errors what is left may be more than it seems, when a factor is accepted, and when two factors are taken to differ. */
const caution = 2;
const differing = 3;

const axes = ['x', 'y'] as const;
type Axis = (typeof axes)[number];

/** All series so far, and what follows from them. */
class Observations {
  private readonly values = new Map<number, Vector[]>();

  constructor(private readonly measure: (factor: number) => Promise<Vector>) {}

  async add(factor: number): Promise<void> {
    this.values.set(factor, [...(this.values.get(factor) ?? []), await this.measure(factor)]);
  }
  count(factor: number): number {
    return this.values.get(factor)?.length ?? 0;
  }
  async atLeast(factor: number, count: number): Promise<void> {
    while (this.count(factor) < count) await this.add(factor);
  }
  get factors(): readonly number[] {
    return [...this.values.keys()].sort((a, b) => a - b);
  }
  mean(factor: number, axis: Axis): number {
    const values = this.values.get(factor)!;
    return values.reduce((sum, value) => sum + value[axis], 0) / values.length;
  }
  /** Variance of one series: the scatter about the means of all factors together. */
  variance(axis: Axis): number {
    let [squares, freedom] = [0, 0];
    for (const [factor, values] of this.values) {
      const mean = this.mean(factor, axis);
      for (const value of values) squares += (value[axis] - mean) ** 2;
      freedom += values.length - 1;
    }
    return freedom > 0 ? squares / freedom : NaN;
  }
  /** How much of what settles between the smallest factor and `last` is left at a factor, both axes together. */
  share(
    factor: number,
    last: number,
  ): { readonly share: number; readonly error: number; readonly significance: number } {
    let [product, square] = [0, 0];
    for (const axis of axes) {
      const [settling, weight] = [
        this.mean(smallestFactor, axis) - this.mean(last, axis),
        1 / Math.max(this.variance(axis), Number.MIN_VALUE),
      ];
      product += weight * settling * (this.mean(factor, axis) - this.mean(last, axis));
      square += weight * settling ** 2;
    }
    const each = (at: number): number => 1 / this.count(at);
    return {
      share: product / square,
      error: Math.sqrt((each(factor) + each(last)) / square),
      significance: Math.sqrt(square / (each(smallestFactor) + each(last))),
    };
  }
  summary(): readonly SettlingObservation[] {
    return this.factors.map((factor) => {
      const of = (pick: (axis: Axis) => number): Vector => ({ x: pick('x'), y: pick('y') });
      return {
        factor,
        unsettled: of((axis) => this.mean(factor, axis)),
        standardErrors: of((axis) => Math.sqrt(this.variance(axis) / this.count(factor))),
        series: this.count(factor),
      };
    });
  }
}

/**
 * Finds a delay factor that leaves less than 5 % of the settling that is seen at the factor 0.2. What never settles, as on columns with
 * hysteresis, is told from what does by doubling the waiting until nothing changes any more; then a factor in between is taken and tried.
 * @param measure takes one series at a delay factor and gives what had not settled, in nanometres
 */
export async function findDelayFactor(
  measure: (factor: number) => Promise<Vector>,
  scale: FactorScale,
): Promise<SettlingSearchResult> {
  const seen = new Observations(measure);
  const start = Math.max(smallestFactor, scale.start);
  const last = await untilFlat(seen, (wait) => start + wait * scale.perSecond);
  if (seen.share(smallestFactor, last.factor).significance < significance)
    return concluded(seen, 'not seen', smallestFactor, last.factor);
  if (!last.flat) return concluded(seen, 'too slow', last.factor, last.factor);
  for (let tries = 0; tries < mostCandidates; tries++) {
    const candidate = between(seen, start, last.factor);
    if (candidate >= last.factor) break;
    await precise(seen, candidate, last.factor);
    if (littleEnough(seen.share(candidate, last.factor))) return concluded(seen, 'found', candidate, last.factor);
  }
  return concluded(seen, 'found', last.factor, last.factor);
}

/** Doubles the waiting until what is seen no longer changes. */
async function untilFlat(
  seen: Observations,
  factorAfter: (wait: number) => number,
): Promise<{ readonly factor: number; readonly flat: boolean }> {
  await seen.atLeast(smallestFactor, leastSeries);
  let before = smallestFactor;
  let changeBefore = Infinity;
  for (let wait = firstWait; ; wait *= 2) {
    const factor = factorAfter(wait);
    await seen.atLeast(factor, leastSeries);
    const patient = wait >= patience;
    if (patient && seen.share(smallestFactor, factor).significance < significance) {
      // Either nothing settles or it hides in the noise; more series tell.
      await seen.atLeast(smallestFactor, mostSeries);
      await seen.atLeast(factor, mostSeries);
    }
    if (seen.share(smallestFactor, factor).significance < significance) {
      if (patient) return { factor, flat: true };
    } else if (before !== smallestFactor) {
      if (await isFlat(seen, before, factor)) return { factor, flat: true };
      const change = Math.abs(seen.share(before, factor).share);
      if (patient && Math.max(change, changeBefore) < mostOfDrift && change > slowestShrinking * changeBefore)
        return { factor: before, flat: true };
      changeBefore = change;
    }
    if (wait >= longestWait) return { factor, flat: false };
    before = factor;
  }
}

/** Whether what is seen no longer changes between two factors; more series are taken where these do not tell. */
async function isFlat(seen: Observations, before: number, factor: number): Promise<boolean> {
  for (;;) {
    const { share, error } = seen.share(before, factor);
    if (Math.abs(share) > doubtful + differing * error) return false;
    if (error <= preciseEnough && Math.abs(share) < Math.max(flatness, differing * error)) return true;
    const poorer = seen.count(before) <= seen.count(factor) ? before : factor;
    if (seen.count(poorer) >= mostSeries) return Math.abs(share) < Math.max(flatness, differing * error);
    await seen.add(poorer);
  }
}

/** Takes more series at a factor, and at the last one, until the share that is left there is known well enough. */
async function precise(seen: Observations, factor: number, last: number): Promise<void> {
  await seen.atLeast(factor, leastSeries);
  while (seen.share(factor, last).error > preciseEnough) {
    const poorer = seen.count(factor) <= seen.count(last) ? factor : last;
    if (seen.count(poorer) >= mostSeries) return;
    await seen.add(poorer);
  }
}

const littleEnough = ({ share, error }: { readonly share: number; readonly error: number }): boolean =>
  Math.max(0, share) + caution * error < allowed;

/** The factor at which what is left falls to what is wanted, on straight lines of its logarithm between the factors that were tried. */
function between(seen: Observations, start: number, last: number): number {
  const tried = seen.factors
    .filter((factor) => factor < last)
    .map((factor) => ({ factor: Math.max(start, factor), ...seen.share(factor, last) }));
  const from = tried.filter((each) => !littleEnough(each)).at(-1);
  if (!from) return start;
  const to = tried.find(({ factor }) => factor > from.factor);
  const [end, left] = to ? [to.factor, Math.max(to.share, to.error, flatness / 4)] : [last, flatness / 4];
  const steepness = Math.log(Math.max(from.share, allowed) / Math.min(left, wanted)) / (end - from.factor);
  const factor = from.factor + Math.log(Math.max(from.share, allowed) / wanted) / steepness;
  return Math.min(last, Math.ceil(100 * Math.max(factor, from.factor + 0.02 * (last - start))) / 100);
}

function concluded(
  seen: Observations,
  verdict: SettlingSearchResult['verdict'],
  factor: number,
  last: number,
): SettlingSearchResult {
  const observations = seen.summary();
  const { unsettled, standardErrors } = observations.find((each) => each.factor === last)!;
  const { share, error } = seen.share(factor, last);
  return {
    observations,
    verdict,
    factor,
    plateau: unsettled,
    plateauErrors: standardErrors,
    ...(verdict === 'found' && { remainingPercent: 100 * share, remainingError: factor === last ? 0 : 100 * error }),
  };
}
