import type { Chart } from '../../base';
import { type Reason, aboveLimit, belowLimit } from '../../judgement';
import { zeroLossErrors } from './errors';
import { type SlitCounts, type SlitEdge, refineEdge } from './slit-edge';

/** Plan of a scan of the energy across the slit. */
export interface SlitScanPlan {
  /** First energy, and the step from one image to the next, in electronvolts. */
  readonly start: number;
  readonly step: number;
  readonly slitWidth: number;
  /** Range of energies in which the peak is looked for. */
  readonly range: number;
  /** Highest mean of earlier scans, with which this one must keep up. */
  readonly overallPeak?: number;
}

/** Means by which a scan is made. */
export interface SlitScanParts {
  /** Goes to an energy, waits, and takes an image; the first of a scan waits longer. */
  readonly measure: (energy: number, first: boolean) => Promise<SlitCounts>;
  /** Says that the scan begins again at another energy. */
  readonly redo: (start: number) => void;
  /** Shows the points of a scan, and the peak when it was found. */
  readonly show: (counts: readonly SlitCounts[]) => void;
}

/** The zero-loss peak as a scan shows it. */
export interface ZeroLossPeak {
  /** Middle between the edges of the slit, in electronvolts. */
  readonly energy: number;
  readonly standardError: number;
  /** Distance of the edges. */
  readonly width: number;
  /** Highest mean of the scan. */
  readonly peak: number;
  /** Counts of electrons that lost more energy, as a share of those of the peak. */
  readonly tail: number;
  /** First energy of the scan by which it was found. */
  readonly start: number;
  readonly counts: readonly SlitCounts[];
}

/** Width over which the sheet of a scan reaches beside the slit, in electronvolts. */
const beside = 20;
/** Share of the highest mean below which the peak has ended. */
const endShare = 0.02;
/** A peak as high as this, in counts, is one in any case. */
const certainPeak = 2000;
/** Height of a peak in standard errors of its counts, at least; counts of cameras that count electrons may be few. */
const minHeight = 50;
/** Share of the highest mean of earlier scans that a peak reaches. */
const ofEarlier = 0.1;
/** Share of the highest mean from which on a point lies on the top. */
const topShare = 0.85;
/** Scatter that images have at least, as a share. */
const minScatter = 0.002;

/** Finds the zero-loss peak by a scan with one repetition, and refines both edges of the slit by further images. */
export async function scanZeroLoss(plan: SlitScanPlan, parts: SlitScanParts): Promise<ZeroLossPeak> {
  let { start } = plan;
  for (let pass = 0; ; pass++) {
    const counts = await scanOnce(plan, parts, start);
    const again = pass === 0 ? redoAt(plan, counts) : undefined;
    if (again === undefined) return refined(parts, counts, start);
    parts.redo(again);
    start = again;
  }
}

const highest = (counts: readonly SlitCounts[]): SlitCounts =>
  counts.reduce((one, other) => (other.mean > one.mean ? other : one));

const isFound = ({ overallPeak }: SlitScanPlan, peak: number): boolean =>
  peak > certainPeak || (overallPeak !== undefined && peak > ofEarlier * overallPeak);

/** Energies from the highest point within which the peak lies with certainty. */
const reach = ({ slitWidth }: SlitScanPlan): number => Math.max((beside + slitWidth) / 2, slitWidth);

const lowest = (counts: readonly SlitCounts[]): number => Math.min(...counts.map(({ mean }) => mean));

/** The counts below which the peak has ended, above those of the dark where the scan has seen it. */
function endOf(counts: readonly SlitCounts[], peak: SlitCounts): number {
  const least = lowest(counts);
  const dark = least < 0.5 * peak.mean ? least : 0;
  return dark + endShare * (peak.mean - dark);
}

const standsOut = (counts: readonly SlitCounts[], peak: SlitCounts): boolean =>
  peak.mean - lowest(counts) > minHeight * peak.error;

async function scanOnce(
  plan: SlitScanPlan,
  { measure, show }: SlitScanParts,
  start: number,
): Promise<readonly SlitCounts[]> {
  const { range, step, slitWidth, overallPeak } = plan;
  const imagesOf = (width: number): number => Math.floor(width / step + 1);
  const [without, most] = [imagesOf(range), imagesOf(range + beside + slitWidth)];
  const counts: SlitCounts[] = [];
  for (;;) {
    const energy = start + counts.length * step;
    counts.push(await measure(energy, counts.length === 0));
    show(counts);
    const peak = highest(counts);
    const [first, last] = [counts[0]!, counts.at(-1)!];
    const end = endOf(counts, peak);
    const found = isFound(plan, peak.mean);
    // Electrons of a thick specimen may follow the peak for long.
    const ended = found && (last.mean < end || last.energy > peak.energy + reach(plan));
    const finished = counts.length >= most || ended || (!found && counts.length >= without);
    if (finished && (!standsOut(counts, peak) || (overallPeak !== undefined && !found)))
      throw zeroLossErrors.notFound(peak.mean, first.energy, last.energy);
    if (
      finished ||
      (found &&
        first.mean >= end &&
        peak.energy - reach(plan) < first.energy &&
        counts.length > 1 &&
        last.mean < 0.5 * peak.mean)
    )
      return counts;
  }
}

/** First energy of a second scan where the first one does not hold the whole peak. */
function redoAt(plan: SlitScanPlan, counts: readonly SlitCounts[]): number | undefined {
  const peak = highest(counts);
  const [first, last] = [counts[0]!, counts.at(-1)!];
  const end = endOf(counts, peak);
  const cutBelow = first.mean >= end && peak.energy - reach(plan) < first.energy;
  const cutAbove = last.mean >= end && peak.energy + reach(plan) > last.energy;
  return cutBelow || cutAbove ? peak.energy - reach(plan) : undefined;
}

async function refined(
  { measure, show }: SlitScanParts,
  counts: readonly SlitCounts[],
  start: number,
): Promise<ZeroLossPeak> {
  const peak = highest(counts);
  const top = counts.filter(({ mean }) => mean >= topShare * peak.mean);
  const bright = top.reduce((sum, { mean }) => sum + mean, 0) / top.length;
  const all = [...counts];
  const measured = async (energy: number): Promise<SlitCounts> => {
    const found = await measure(energy, false);
    all.push(found);
    show([...all].sort((one, other) => one.energy - other.energy));
    return found;
  };
  const at = counts.indexOf(peak);
  const edge = (side: 'below' | 'above'): Promise<SlitEdge> => {
    const outwards = side === 'below' ? counts.slice(0, at + 1).reverse() : counts.slice(at);
    const dark = Math.min(...outwards.map(({ mean }) => mean));
    const outer = outwards.findIndex(({ mean }) => mean < (dark + bright) / 2);
    if (outer < 1 || dark > 0.5 * bright) throw zeroLossErrors.noEdge(side, peak.energy);
    const levels = { dark, bright, scatter: scatterOf(top, bright) };
    return refineEdge(outwards[outer]!, outwards[outer - 1]!, levels, measured);
  };
  const upper = await edge('above');
  const lower = await edge('below');
  const beyond = counts.filter(({ energy }) => energy > upper.energy + 3).map(({ mean }) => mean);
  const dark = Math.min(...counts.slice(0, at + 1).map(({ mean }) => mean));
  return {
    energy: (lower.energy + upper.energy) / 2,
    standardError: Math.hypot(lower.standardError, upper.standardError) / 2,
    width: upper.energy - lower.energy,
    peak: peak.mean,
    tail: beyond.length === 0 ? 0 : (Math.max(...beyond) - dark) / (bright - dark),
    start,
    counts: all,
  };
}

/** Scatter of the images on the top beyond the noise of their counts, as a share. */
function scatterOf(top: readonly SlitCounts[], mean: number): number {
  // Where slit and peak are as narrow as a step, points beside the middle lie on a slope.
  const upper = top.filter((each) => each.mean > 0.97 * mean);
  if (upper.length < 3) return 5 * minScatter;
  const average = upper.reduce((sum, each) => sum + each.mean, 0) / upper.length;
  const variance = upper.reduce((sum, each) => sum + (each.mean - average) ** 2, 0) / (upper.length - 1);
  return Math.max(minScatter, Math.sqrt(variance) / average);
}

/** A chart of the counts of a scan. */
export const zeroLossChart = (title: string, counts: readonly SlitCounts[]): Chart => ({
  id: 'zero loss',
  title,
  x: 'Energy (eV)',
  y: 'Mean counts',
  series: [
    {
      name: 'mean counts',
      kind: 'points',
      points: counts.map(({ energy, mean, error }) => ({ x: energy, y: mean, error })),
    },
  ],
});

/** Evidence against a zero-loss peak: a distance of the edges that is not that of the slit, many electrons that lost energy, a large error. */
export const zeroLossEvidence = (
  { width, tail, standardError }: ZeroLossPeak,
  slitWidth: number,
  place: string,
): readonly (Reason | undefined)[] => [
  aboveLimit({
    kind: 'implausible',
    what: `Distance of the edges${place} as a share of the slit width`,
    number: width / slitWidth,
    unit: '',
    doubtfulAbove: 1.25,
    refusedAbove: 1.6,
    why: 'The counts do not fall where the slit ends.',
    change: 'See whether the slit is in and has the width that was set, and whether the beam is steady.',
  }),
  belowLimit({
    kind: 'implausible',
    what: `Distance of the edges${place} as a share of the slit width`,
    number: width / slitWidth,
    unit: '',
    doubtfulBelow: 0.8,
    refusedBelow: 0.6,
    why: 'The counts do not fall where the slit ends.',
    change: 'See whether the slit is in and has the width that was set, and whether the beam is steady.',
  }),
  aboveLimit({
    kind: 'implausible',
    what: `Electrons that lost energy${place} as a share of the others`,
    number: tail,
    unit: '',
    doubtfulAbove: 0.3,
    refusedAbove: 0.8,
    why: 'A specimen seems to be in the beam.',
    change: 'Move to a place without specimen.',
  }),
  aboveLimit({
    kind: 'uncertain',
    what: `Standard error of the zero-loss peak${place}`,
    number: standardError,
    unit: 'eV',
    doubtfulAbove: 0.3,
    refusedAbove: 1,
    why: 'The counts are too few or too unsteady.',
    change: 'Take more counts with a longer exposure of Trial or a brighter beam.',
  }),
];
