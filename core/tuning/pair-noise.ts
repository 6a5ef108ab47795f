import type { TiltPair } from './tilt-series';

/**
 * Share of the variance of a shift that belongs to its two images, half to each, and so is in all their pairs; the rest belongs to the
 * pair alone. Where the specimen stands out of the noise it is all; where it does not, next to nothing.
 */
const sharedByImages = 0.7;
/** Standard error of a pair beyond its noise, in compared pixels, as the best images show. */
export const usualFloor = 0.01;

/** Covariance of the shifts of the pairs of a series along one axis: the noise of an image is in all its pairs. */
export function pairCovariance(
  pairs: readonly TiltPair[],
  axis: 'x' | 'y',
  floor: number,
): readonly (readonly number[])[] {
  const errors = pairs.map(({ standardError }) => Math.hypot(standardError[axis], floor));
  return pairs.map((first, one) =>
    pairs.map((second, other) => {
      const signs =
        Number(first.earlier === second.earlier) +
        Number(first.later === second.later) -
        Number(first.earlier === second.later) -
        Number(first.later === second.earlier);
      const common = (sharedByImages * signs * errors[one]! * errors[other]!) / 2;
      return common + (one === other ? (1 - sharedByImages) * errors[one]! ** 2 : 0);
    }),
  );
}
