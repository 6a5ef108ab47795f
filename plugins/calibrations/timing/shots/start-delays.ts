import { aboveLimit, type Reason } from '../../../../core/judgement';

/** Starts of the exposures of the test images, in seconds after the request. */
export interface StartDelays {
  readonly least: number;
  readonly most: number;
  /** The middle of both, as the configuration gets it. */
  readonly start: number;
  /** Seconds for which the beam is needed beyond the exposure because of the spread, as the configuration gets them. */
  readonly extra: number;
  /** Number of images that stand apart from all others, such as images that were lost. */
  readonly apart: number;
  /** Number of images without any blanking, or without any light. */
  readonly beyond: number;
}

/** Step of start-up delays, and of the time beyond the exposure, in seconds. */
const startStep = 0.005;
const extraStep = 0.05;
const extraPerSpread = 15;
/** An image stands apart by this time, or by this share of the range of the others. */
const minGap = 0.02;
const gapShare = 0.5;
/** Share of the images that may stand apart. */
const maxApart = 0.05;
/** Shares of light beyond which an image says only on which side the start is. */
const edges = { least: 0.01, most: 0.99 };

/** The starts that follow from the shares of light of images with one delay. @param seconds of an exposure, or of a scan with its flyback */
export function startDelays(
  shares: readonly number[],
  { delay, seconds }: { readonly delay: number; readonly seconds: number },
): StartDelays {
  const starts = shares.map((share) => delay - (1 - share) * seconds).sort((one, other) => one - other);
  let [from, to] = [0, starts.length - 1];
  const isApart = (gap: number, rest: number): boolean => gap > Math.max(minGap, gapShare * rest);
  for (let left = Math.max(1, Math.floor(maxApart * starts.length)); left > 0 && to - from >= 3; left--) {
    if (isApart(starts[from + 1]! - starts[from]!, starts[to]! - starts[from + 1]!)) from++;
    else if (isApart(starts[to]! - starts[to - 1]!, starts[to - 1]! - starts[from]!)) to--;
    else break;
  }
  const [least, most] = [starts[from]!, starts[to]!];
  return {
    least,
    most,
    start: startStep * Math.round((least + most) / 2 / startStep),
    extra: extraStep * Math.ceil(extraPerSpread * (most - least)),
    apart: from + starts.length - 1 - to,
    beyond: shares.filter((share) => share < edges.least || share > edges.most).length,
  };
}

/** Evidence by images that were lost, and by images that say little. @param dropped images of the search that differ from their like */
export const delayEvidence = (
  { apart, beyond }: StartDelays,
  images: number,
  dropped: number,
): readonly (Reason | undefined)[] => [
  aboveLimit({
    kind: 'disagreement',
    what: 'Images that differ from all others',
    number: apart + dropped,
    unit: '',
    doubtfulAbove: 0,
    refusedAbove: 1 + Math.floor(maxApart * images),
    why: 'They were left out: images were lost, or the exposure sometimes begins at quite another time.',
    change: 'Look at the counts in the log, and measure again.',
  }),
  aboveLimit({
    kind: 'edge',
    what: 'Images without any blanking or without any light',
    number: Math.max(0, beyond - apart),
    unit: '',
    doubtfulAbove: 1,
    refusedAbove: 1 + Math.floor(0.1 * images),
    why: 'The starts scatter by more than the exposure shows.',
    change: 'Measure again with an exposure that is longer by 0.2 s.',
  }),
];
