import type { Pair } from './cross-spectrum';
import { Field, type FieldShift, type PartPair } from './field-fit';

/** Parts of two images that show the same at a shift. */
export interface Cut extends PartPair {
  /** Shift at which they were cut, in compared pixels, X right and Y DOWN. */
  readonly base: Pair;
}

/** Cuts what two images have in common at a shift; undefined when that is nothing. */
export type Cutter = (shift: Pair) => Cut | undefined;

/** Shift between two images, in compared pixels, X right and Y DOWN. */
export interface Alignment {
  /** Shift to which that of the fit adds. */
  readonly base: Pair;
  readonly fit: FieldShift;
  /** Height of the highest rival as a share of the chosen peak, where it was looked for. */
  readonly rivalHeight?: number;
}

/** Places at which a shift is looked for. */
export interface Search {
  readonly start: Pair;
  /** True when the start is exact to a fraction of a pixel. */
  readonly refined: boolean;
  /** Height of the highest peak beside the start as a share of it. */
  readonly rivalHeight: number;
  readonly expected: Pair | undefined;
  /** Largest distance from the expected shift. */
  readonly within: number | undefined;
  /** Place of a peak that is known to be wrong. */
  readonly avoid: Pair | undefined;
}

/** Change in pixels by the fit that means that it found something else. */
const maxCorrection = 1.5;
/** Significance below which a refined start has to be looked at again. */
const minSignificance = 8;
/** Height of a rival from which its place has to be looked at. */
const maxClearRival = 0.6;
/** Share of the smaller side that is searched around a shift. */
const reachShare = 0.25;
/** Significance at the expected place as a share of that of another one, from which the expected one is taken. */
const preferredShare = 0.8;
/** Rest of a shift in pixels above which the parts are cut again. */
const maxRest = 1;
const maxCuts = 3;
/** Distance in pixels from which the expected shift is another place to look at. */
const elsewhere = 4;

/** Aligns two images from a first shift; undefined when nothing agrees there. */
export function align(cut: Cutter, search: Search): Alignment | undefined {
  const { start, expected } = search;
  const first = search.refined ? fitAt(cut, start, search.avoid === undefined) : undefined;
  if (first && search.rivalHeight < maxClearRival) return first;
  const around = lookAround(cut, search, start);
  const found = first ? withRival(first, around, search.rivalHeight) : around;
  if (!expected || (found && distance(placeOf(found), expected) < elsewhere)) return found;
  const there = lookAround(cut, search, expected);
  if (!found || !there) return there ?? found;
  if (samePlace(found, there)) return found;
  // Of two places that are nearly as good, the one that was expected; the other is its rival.
  const ratio = there.fit.significance / found.fit.significance;
  const [best, other] = ratio > preferredShare ? [there, 1 / ratio] : [found, ratio];
  return { ...best, rivalHeight: Math.max(best.rivalHeight ?? 0, other) };
}

function fitAt(cut: Cutter, start: Pair, axes: boolean): Alignment | undefined {
  const parts = cut(start);
  const rest = parts && restOf(start, parts.base);
  const fit = rest && Field.of(parts, axes)?.fit(rest);
  if (!fit || distance(fit.shift, rest) > maxCorrection || fit.significance < minSignificance) return undefined;
  return { base: parts.base, fit };
}

/** The first place with the rival that a search around it found: the same place tells its own rivals, another one is the rival. */
function withRival(first: Alignment, around: Alignment | undefined, rivalHeight: number): Alignment {
  if (around && samePlace(first, around)) return { ...first, rivalHeight: around.rivalHeight ?? 0 };
  return {
    ...first,
    rivalHeight: around ? Math.max(rivalHeight, around.fit.significance / first.fit.significance) : rivalHeight,
  };
}

function lookAround(cut: Cutter, { expected, within, avoid }: Search, start: Pair): Alignment | undefined {
  let at = start;
  for (let round = 1; ; round++) {
    const parts = cut(at);
    const field = parts && Field.of(parts, avoid === undefined);
    if (!parts || !field) return undefined;
    const peak = field.peak(
      restOf(expected ?? at, parts.base),
      within ?? reachShare * Math.min(parts.width, parts.height),
      avoid && restOf(avoid, parts.base),
    );
    if (!peak) return undefined;
    if (Math.hypot(...peak.shift) > maxRest && round < maxCuts) {
      at = added(parts.base, peak.shift);
      continue;
    }
    const fit = field.fit(peak.shift);
    if (!fit || distance(fit.shift, peak.shift) > maxCorrection) return undefined;
    return { base: parts.base, fit, rivalHeight: peak.rivalHeight };
  }
}

/** Significance of an alignment without what stripes of the camera may add, as a share of that with it. */
export function shareWithoutStripes(cut: Cutter, alignment: Alignment): number {
  const place = placeOf(alignment);
  const parts = cut(place);
  const fit = parts && Field.of(parts, false)?.fit(restOf(place, parts.base));
  return (fit?.significance ?? 0) / alignment.fit.significance;
}

const placeOf = ({ base, fit }: Alignment): Pair => added(base, fit.shift);
const samePlace = (one: Alignment, other: Alignment): boolean => distance(placeOf(one), placeOf(other)) < maxCorrection;
const restOf = (shift: Pair, base: Pair): Pair => [shift[0] - base[0], shift[1] - base[1]];
const added = (one: Pair, other: Pair): Pair => [one[0] + other[0], one[1] + other[1]];
/** Distance of two places. */
export const distance = (one: Pair, other: Pair): number => Math.hypot(one[0] - other[0], one[1] - other[1]);
