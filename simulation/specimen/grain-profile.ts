import { exponential } from '../base/functions';

/** Binary digits of the place of a grain within a sample. */
export const phaseBits = 8;
/** Places of a grain within a sample. */
const phaseCount = 1 << phaseBits;

/** The profile of a grain sampled on pixels, for each of many positions of the grain within a pixel. */
export interface Profile {
  readonly taps: number;
  readonly half: number;
  readonly values: Float32Array;
}

/**
 * A Gaussian of unit height before blurring, averaged over each pixel.
 * @param sigma of the grain, in pixels
 * @param variance of the grain after all blurs but the pixel's own, in pixels squared
 */
export function pixelProfile(sigma: number, variance: number): Profile {
  const spread = Math.sqrt(variance);
  const scale = sigma * Math.sqrt(2 * Math.PI);
  return profile(
    `pixel ${sigma} ${variance}`,
    Math.sqrt(variance + 1 / 12),
    3.6,
    (distance) => scale * (cumulative((distance + 0.5) / spread) - cumulative((distance - 0.5) / spread)),
  );
}

/** A Gaussian of unit height before blurring, sampled at points. @param sigma and variance as for `pixelProfile`. */
export function pointProfile(sigma: number, variance: number): Profile {
  const height = sigma / Math.sqrt(variance);
  return profile(
    `point ${sigma} ${variance}`,
    Math.sqrt(variance),
    4.2,
    (distance) => height * exponential((-0.5 * distance * distance) / variance),
  );
}

const profiles = new Map<string, Profile>();
const maxProfiles = 64;

/** Fills a profile for grains at every phase within a pixel; the tails are cut beyond `reach` standard deviations. It is kept for the next image. */
function profile(name: string, spread: number, reach: number, at: (distance: number) => number): Profile {
  const kept = profiles.get(name);
  if (kept) return kept;
  // The nearest pixel left out is half + 1 away.
  const half = Math.max(1, Math.ceil(reach * spread) - 1);
  const taps = 2 * half + 2;
  const values = new Float32Array(phaseCount * taps);
  for (let phase = 0; phase < phaseCount; phase++) {
    for (let k = 0; k < taps; k++) values[phase * taps + k] = at(k - half - phase / phaseCount);
  }
  if (profiles.size >= maxProfiles) profiles.clear();
  const made = { taps, half, values };
  profiles.set(name, made);
  return made;
}

/** The normal distribution function, to about 1e-7 (Abramowitz and Stegun 7.1.26 on the complementary error function). */
function cumulative(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const tail =
    0.5 *
    exponential(-z * z) *
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return x > 0 ? 1 - tail : tail;
}
