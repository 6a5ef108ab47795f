/** A defocus changes over an image by steps of this many pixels of the blurred disc's radius, or by this share of it where it is large. */
const radiusStep = 0.5;
const radiusShare = 0.25;
/** An image whose disc changes by no more than this has one blur. */
const maxUnseenRadius = 0.2;
const maxLevels = 40;

/**
 * Defocus values at which an image is blurred, so that one between two of them is well made of both.
 * @param perPixel radius of the blurred disc in pixels for one unit of defocus
 */
export function defocusLevels(lowest: number, highest: number, perPixel: number): readonly number[] {
  if ((highest - lowest) * perPixel <= maxUnseenRadius) return [(lowest + highest) / 2];
  const levels: number[] = [];
  for (let next = lowest * perPixel; levels.length < maxLevels - 1;) {
    levels.push(next / perPixel);
    if (next >= highest * perPixel) return levels;
    const step = Math.max(radiusStep, radiusShare * Math.abs(next));
    // A step towards focus goes by the radius where it ends.
    const inward = next < 0 ? Math.max(radiusStep, (radiusShare / (1 + radiusShare)) * -next) : step;
    next = Math.min(highest * perPixel, next + (next < 0 ? inward : step));
  }
  return [...levels, highest];
}

/** Share of each level in the pixels of a line, whose defocus values lie on a straight line between neighbouring levels. */
export function levelShares(
  levels: readonly number[],
  level: number,
  defocus: Float64Array,
  shares: Float32Array,
): boolean {
  const here = levels[level]!;
  const below = levels[level - 1];
  const above = levels[level + 1];
  let any = false;
  for (let k = 0; k < defocus.length; k++) {
    const value = defocus[k]!;
    let share: number;
    if (value <= here) share = below === undefined ? 1 : value <= below ? 0 : (value - below) / (here - below);
    else share = above === undefined ? 1 : value >= above ? 0 : (above - value) / (above - here);
    shares[k] = share;
    any ||= share !== 0;
  }
  return any;
}
