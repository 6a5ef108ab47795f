import { origin, scaled, sum, type PlaneVector } from '../base/plane';

/** A specimen that moves by less than this many pixels of the image within a subframe is seen at its mean position, a little blurred. */
const pixelsPerSubframe = 0.3;
const motionSamples = 9;
const maxSubframes = 12;

/**
 * The positions of the specimen origin whose images are averaged, one where it hardly moves,
 * and the standard deviation along either axis of the motion within each, in unbinned pixels.
 */
export function subframes(
  place: (time: number) => PlaneVector,
  opened: number,
  seconds: number,
  pixelsPerPixel: number,
): { positions: PlaneVector[]; smear: number } {
  const midpoints = (count: number): PlaneVector[] =>
    Array.from({ length: count }, (_, k) => place(opened + (seconds * (k + 0.5)) / count));
  const samples = midpoints(motionSamples);
  const sampled = samples
    .slice(1)
    .reduce((length, point, k) => length + Math.hypot(point.x - samples[k]!.x, point.y - samples[k]!.y), 0);
  const path = (sampled * motionSamples) / (motionSamples - 1);
  const count = Math.min(maxSubframes, Math.ceil(path / pixelsPerPixel / pixelsPerSubframe));
  // An even motion over a length l has the variance l^2/12, of which either axis takes half.
  if (count <= 1)
    return { positions: [scaled(samples.reduce(sum, origin), 1 / samples.length)], smear: path / Math.sqrt(24) };
  return { positions: midpoints(count), smear: path / count / Math.sqrt(24) };
}
