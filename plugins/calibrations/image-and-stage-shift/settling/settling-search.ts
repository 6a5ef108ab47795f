import type { Vector } from '../../../../core/base';

/** Measurement at one delay factor: what had not settled, in nanometres along each axis of image shift. */
export interface SettlingObservation {
  readonly factor: number;
  readonly unsettled: Vector;
  readonly standardErrors: Vector;
  readonly series: number;
}

/** Result of a search for a delay factor. */
export interface SettlingSearchResult {
  /** By rising factor. */
  readonly observations: readonly SettlingObservation[];
  /**
   * `found`: `factor` leaves as little as asked for. `not seen`: nothing settles at the smallest factor, which is `factor`.
   * `too slow`: it still settles at the largest factor, which is `factor`. `slow tail`: what looked permanent after `factor` is smaller
   * after the longest waiting, so a part settles too slowly for the series to follow it.
   */
  readonly outcome: 'found' | 'not seen' | 'too slow' | 'slow tail';
  readonly factor: number;
  /** The part that has not settled after the longest waiting that was tried. */
  readonly plateau: Vector;
  /** That waiting in seconds, beyond that of the smallest factor. */
  readonly plateauWait: number;
  readonly plateauErrors: Vector;
  /** Percentage that is left at `factor` of what settles after the smallest factor. */
  readonly remainingPercent?: number;
  readonly remainingError?: number;
}

/** The factor of reference: what is left at others is a share of what settles after it. */
export const smallestFactor = 0.2;

/** Effect of the delay factor on the waiting before an image. */
export interface FactorScale {
  /** The factor from which there is any waiting at all. A camera that begins late makes all smaller ones equal. */
  readonly start: number;
  /** Increase of the factor for one second more. */
  readonly perSecond: number;
}
/** Seconds of waiting beyond that of the smallest factor: the first that are tried, doubled until nothing changes or the longest is reached. */
const firstWait = 0.25;
/** The longest waiting that a search tries, in seconds beyond that of the smallest factor. */
export const longestWait = 16;
/** Waiting in seconds after which settling would have been seen if there were any. */
const minWaitToConclude = 2;
/** Share of the settling at the smallest factor that may be left, and the lower share that the search aims at so that errors do not matter. */
const maxRemainder = 0.05;
const targetRemainder = 0.025;
/** Share of change between a factor and its double below which there is none. */
const flatness = 0.02;
/** Share of change above which there is one, beyond what the noise explains. */
const maxFlatChange = 0.05;
/**
 * Limits that distinguish drift from settling, which shrinks fast when the waiting is doubled. A change below the first of these that is
 * still more than the second of these times the one before is a drift that the longer series sees more of.
 */
const maxDriftChange = 0.1;
const slowestShrinking = 0.5;
/** Standard error of a share that the search aims at. */
const targetError = 0.008;
/** Limits of the number of series at one factor, however large the error still is. */
const minSeries = 3;
const maxSeries = 10;
/** Number of standard errors above which settling counts as seen. */
const minSignificance = 5;
const maxCandidates = 5;
/** Standard errors and nanometres above which a part is missing, or has changed, after a longer wait. */
const minPlateauSignificance = 4;
const minPlateau = 0.3;
/** Upper limit of the series of a search: at the smallest factor, at each that is tried while the waiting is doubled, and at each candidate. */
export const maxSeriesOfSearch = maxSeries * (3 + Math.log2(longestWait / firstWait) + maxCandidates);
/** Number of standard errors that are added to what is left before a factor is accepted. */
const safetyFactor = 2;
/** Number of standard errors by which two factors must differ to count as different. */
const differenceSignificance = 3;

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
  /** Standard error of the mean at a factor. */
  error(factor: number, axis: Axis): number {
    return Math.sqrt(this.variance(axis) / this.count(factor));
  }
  /** Share that is left at a factor of what settles between the smallest factor and `last`, both axes together. */
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
        standardErrors: of((axis) => this.error(factor, axis)),
        series: this.count(factor),
      };
    });
  }
}

/**
 * Finds a delay factor that leaves less than 5 % of the settling that is seen at the factor 0.2. What never settles, as on columns with
 * hysteresis, is found by doubling the waiting until nothing changes any more. Then the search tries a factor in between.
 * @param measure takes one series at a delay factor and gives what had not settled, in nanometres
 */
export async function findDelayFactor(
  measure: (factor: number) => Promise<Vector>,
  scale: FactorScale,
): Promise<SettlingSearchResult> {
  const seen = new Observations(measure);
  const start = Math.max(smallestFactor, scale.start);
  const last = await untilFlat(seen, (wait) => start + wait * scale.perSecond);
  const waited = (factor: number): number => (factor - start) / scale.perSecond;
  const conclude = (outcome: SettlingSearchResult['outcome'], factor: number, end = last.factor) =>
    concluded(seen, outcome, factor, last.factor, { factor: end, wait: waited(end) });
  const unseen = seen.share(smallestFactor, last.factor).significance < minSignificance;
  if (!unseen && !last.flat) return conclude('too slow', last.factor);
  // What seems to stay for ever is looked at once more after the longest wait, or a slow tail would be taken for it.
  const end = await plateauEnd(seen, last.factor, start + longestWait * scale.perSecond);
  if (end.changed) return conclude('slow tail', last.factor, end.factor);
  if (unseen) return conclude('not seen', smallestFactor, end.factor);
  for (let tries = 0; tries < maxCandidates; tries++) {
    const candidate = between(seen, start, last.factor);
    if (candidate >= last.factor) break;
    await precise(seen, candidate, last.factor);
    if (littleEnough(seen.share(candidate, last.factor))) return conclude('found', candidate, end.factor);
  }
  return conclude('found', last.factor, end.factor);
}

/** Looks after the longest waiting whether what is missing at a factor is still missing; nothing is looked at where nothing is missing. */
async function plateauEnd(
  seen: Observations,
  last: number,
  longest: number,
): Promise<{ readonly factor: number; readonly changed: boolean }> {
  const stands = (value: number, error: number): boolean =>
    Math.abs(value) > Math.max(minPlateau, minPlateauSignificance * error);
  const missing = axes.some((axis) => stands(seen.mean(last, axis), seen.error(last, axis)));
  if (!missing || last >= longest) return { factor: last, changed: false };
  await seen.atLeast(longest, minSeries);
  const changed = axes.some((axis) =>
    stands(
      seen.mean(last, axis) - seen.mean(longest, axis),
      Math.hypot(seen.error(last, axis), seen.error(longest, axis)),
    ),
  );
  return { factor: longest, changed };
}

/** Doubles the waiting until what is seen no longer changes. */
async function untilFlat(
  seen: Observations,
  factorAfter: (wait: number) => number,
): Promise<{ readonly factor: number; readonly flat: boolean }> {
  await seen.atLeast(smallestFactor, minSeries);
  let before = smallestFactor;
  let changeBefore = Infinity;
  for (let wait = firstWait; ; wait *= 2) {
    const factor = factorAfter(wait);
    await seen.atLeast(factor, minSeries);
    const patient = wait >= minWaitToConclude;
    if (patient && seen.share(smallestFactor, factor).significance < minSignificance) {
      // Either nothing settles or it hides in the noise; more series decide.
      await seen.atLeast(smallestFactor, maxSeries);
      await seen.atLeast(factor, maxSeries);
    }
    if (seen.share(smallestFactor, factor).significance < minSignificance) {
      if (patient) return { factor, flat: true };
    } else if (before !== smallestFactor) {
      if (await isFlat(seen, before, factor)) return { factor, flat: true };
      const change = Math.abs(seen.share(before, factor).share);
      if (patient && Math.max(change, changeBefore) < maxDriftChange && change > slowestShrinking * changeBefore)
        return { factor: before, flat: true };
      changeBefore = change;
    }
    if (wait >= longestWait) return { factor, flat: false };
    before = factor;
  }
}

/** True when nothing changes any more between two factors. Where the series do not decide it, more are taken. */
async function isFlat(seen: Observations, before: number, factor: number): Promise<boolean> {
  for (;;) {
    const { share, error } = seen.share(before, factor);
    if (Math.abs(share) > maxFlatChange + differenceSignificance * error) return false;
    if (error <= targetError && Math.abs(share) < Math.max(flatness, differenceSignificance * error)) return true;
    const poorer = seen.count(before) <= seen.count(factor) ? before : factor;
    if (seen.count(poorer) >= maxSeries) return Math.abs(share) < Math.max(flatness, differenceSignificance * error);
    await seen.add(poorer);
  }
}

/** Takes more series at a factor, and at the last one, until the share that is left there is known well enough. */
async function precise(seen: Observations, factor: number, last: number): Promise<void> {
  await seen.atLeast(factor, minSeries);
  while (seen.share(factor, last).error > targetError) {
    const poorer = seen.count(factor) <= seen.count(last) ? factor : last;
    if (seen.count(poorer) >= maxSeries) return;
    await seen.add(poorer);
  }
}

const littleEnough = ({ share, error }: { readonly share: number; readonly error: number }): boolean =>
  Math.max(0, share) + safetyFactor * error < maxRemainder;

/** The factor at which what is left falls to the target, on straight lines of its logarithm between the factors that were tried. */
function between(seen: Observations, start: number, last: number): number {
  const tried = seen.factors
    .filter((factor) => factor < last)
    .map((factor) => ({ factor: Math.max(start, factor), ...seen.share(factor, last) }));
  const from = tried.filter((each) => !littleEnough(each)).at(-1);
  if (!from) return start;
  const to = tried.find(({ factor }) => factor > from.factor);
  const [end, left] = to ? [to.factor, Math.max(to.share, to.error, flatness / 4)] : [last, flatness / 4];
  const steepness =
    Math.log(Math.max(from.share, maxRemainder) / Math.min(left, targetRemainder)) / (end - from.factor);
  const factor = from.factor + Math.log(Math.max(from.share, maxRemainder) / targetRemainder) / steepness;
  return Math.min(last, Math.ceil(100 * Math.max(factor, from.factor + 0.02 * (last - start))) / 100);
}

function concluded(
  seen: Observations,
  outcome: SettlingSearchResult['outcome'],
  factor: number,
  last: number,
  end: { readonly factor: number; readonly wait: number },
): SettlingSearchResult {
  const observations = seen.summary();
  const { unsettled, standardErrors } = observations.find((each) => each.factor === end.factor)!;
  const { share, error } = seen.share(factor, last);
  return {
    observations,
    outcome,
    factor,
    plateau: unsettled,
    plateauErrors: standardErrors,
    plateauWait: end.wait,
    ...(outcome === 'found' && { remainingPercent: 100 * share, remainingError: factor === last ? 0 : 100 * error }),
  };
}
