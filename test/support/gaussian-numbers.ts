import { Random } from '../../imaging';

/** Normally distributed numbers of mean 0 and standard deviation 1 from a seed. */
export function gaussianNumbers(seed: number): () => number {
  const random = new Random(seed);
  return () => random.normal();
}
