import { zeroLossErrors } from './errors';

/** Mean counts through the slit with the filter at one energy. */
export interface SlitCounts {
  /** Electronvolts that the filter holds. */
  readonly energy: number;
  readonly mean: number;
  /** Standard error of the mean by the noise of the counts. */
  readonly error: number;
}

/** Energy at which an edge of the slit cuts the zero-loss peak in half. */
export interface SlitEdge {
  readonly energy: number;
  readonly standardError: number;
}

/** Levels on both sides of an edge, and what is known of the steadiness of the counts. */
export interface EdgeLevels {
  readonly dark: number;
  readonly bright: number;
  /** Scatter of single images beyond the noise of the counts, as a share. */
  readonly scatter: number;
}

/** Images with which an edge is refined, at most. */
const maxRefinements = 6;
/** Distance from half the height, as a share, within which no further image is needed. */
const nearHalf = 0.12;
/** Shares of the height between which a point tells where the edge is. */
const informative: readonly [number, number] = [0.03, 0.97];
/** Electronvolts below which points on both sides of an edge are not divided further. */
const finest = 0.2;
/** Electronvolts in which the logit of the share of an edge changes by one: usual widths of peak and slit edge together. */
const usualScale = 0.45;
const scaleUncertainty = 0.35;
/** Share of the height by which a point may lie outside its neighbours, beside the noise. */
const allowance = 0.06;

const logit = (share: number): number => Math.log(share / (1 - share));

/**
 * Finds the energy at which the counts are halfway between two levels, by images at energies that come nearer to it.
 * @param outer the last point in the dark
 * @param inner the first point in the bright
 */
export async function refineEdge(
  outer: SlitCounts,
  inner: SlitCounts,
  levels: EdgeLevels,
  measure: (energy: number) => Promise<SlitCounts>,
): Promise<SlitEdge> {
  const height = levels.bright - levels.dark;
  const shareOf = ({ mean }: SlitCounts): number => (mean - levels.dark) / height;
  let [dark, bright] = [outer, inner];
  for (let image = 0; image < maxRefinements; image++) {
    const [low, high] = [shareOf(dark), shareOf(bright)];
    if (Math.min(Math.abs(low - 0.5), Math.abs(high - 0.5)) < nearHalf) break;
    if (Math.abs(bright.energy - dark.energy) <= finest) break;
    const part = Math.min(0.7, Math.max(0.3, (0.5 - low) / (high - low)));
    const energy = dark.energy + part * (bright.energy - dark.energy);
    let found = await measure(energy);
    const outside = (each: SlitCounts): boolean => {
      const noise = 5 * Math.hypot(each.error / height, levels.scatter) + allowance;
      return shareOf(each) < low - noise || shareOf(each) > high + noise;
    };
    if (outside(found)) found = await measure(energy);
    if (outside(found)) throw zeroLossErrors.notFollowing(energy);
    if (shareOf(found) < 0.5) dark = found;
    else bright = found;
  }
  return edgeBetween(dark, bright, shareOf, (each) => Math.hypot(each.error / height, levels.scatter));
}

/** The edge by the points on both sides of it, of which one or both lie on its slope. */
function edgeBetween(
  dark: SlitCounts,
  bright: SlitCounts,
  shareOf: (each: SlitCounts) => number,
  errorOf: (each: SlitCounts) => number,
): SlitEdge {
  const gap = bright.energy - dark.energy;
  const tells = (each: SlitCounts): boolean => shareOf(each) > informative[0] && shareOf(each) < informative[1];
  const direction = Math.sign(gap) || 1;
  const onSlope = [dark, bright].filter(tells);
  if (onSlope.length === 0) {
    if (Math.abs(gap) > 2 * finest) throw zeroLossErrors.notFollowing((dark.energy + bright.energy) / 2);
    return { energy: dark.energy + gap / 2, standardError: Math.max(Math.abs(gap), finest) / Math.sqrt(12) };
  }
  const [low, high] = [logit(clipped(shareOf(dark))), logit(clipped(shareOf(bright)))];
  const between = Math.abs(gap) / (high - low);
  // Two points on the slope tell its width themselves; a single one is carried over the little that is left by the usual width.
  const scale = onSlope.length === 2 ? between : Math.min(usualScale, between);
  const nearest = onSlope.reduce((one, other) =>
    Math.abs(shareOf(one) - 0.5) < Math.abs(shareOf(other) - 0.5) ? one : other,
  );
  const share = shareOf(nearest);
  const left = scale * logit(share);
  const noise = (scale * errorOf(nearest)) / (share * (1 - share));
  return {
    energy: nearest.energy - direction * left,
    standardError: Math.hypot(noise, scaleUncertainty * left, 0.01),
  };
}

const clipped = (share: number): number => Math.min(informative[1], Math.max(informative[0], share));
