import type { ReceivedImage } from '../base/connection';

/** A point on an image, in its pixels, from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The counts at a point; undefined outside. */
export function countsAt({ header, samples }: ReceivedImage, { x, y }: Point): number | undefined {
  const column = Math.floor(x / header.reduction);
  const row = Math.floor(y / header.reduction);
  if (column < 0 || row < 0 || column >= header.width || row >= header.height) return undefined;
  return header.offset + header.scale * samples[row * header.width + column]!;
}

/** Counts along a line, one for each pixel of its length, interpolated. */
export function profileAlong(image: ReceivedImage, from: Point, to: Point): { readonly distance: readonly number[]; readonly counts: readonly number[] } {
  const { header, samples } = image;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const steps = Math.max(2, Math.min(4000, Math.round(length / header.reduction)));
  const at = (column: number, row: number): number => samples[Math.min(header.height - 1, Math.max(0, row)) * header.width + Math.min(header.width - 1, Math.max(0, column))]!;
  const distance: number[] = [];
  const counts: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    const x = (from.x + share * (to.x - from.x)) / header.reduction - 0.5;
    const y = (from.y + share * (to.y - from.y)) / header.reduction - 0.5;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - column, y - row];
    const value = (1 - fy) * ((1 - fx) * at(column, row) + fx * at(column + 1, row)) + fy * ((1 - fx) * at(column, row + 1) + fx * at(column + 1, row + 1));
    distance.push(share * length);
    counts.push(header.offset + header.scale * value);
  }
  return { distance, counts };
}

/** How often counts occur between two limits, in so many classes. */
export function histogram({ header, samples }: ReceivedImage, low: number, high: number, classes: number): Float32Array {
  const found = new Float32Array(classes);
  const [first, factor] = [(low - header.offset) / header.scale, (classes * header.scale) / (high - low || 1)];
  const step = Math.max(1, Math.floor(samples.length / 200_000));
  for (let index = 0; index < samples.length; index += step) {
    const at = Math.floor((samples[index]! - first) * factor);
    if (at >= 0 && at < classes) found[at]! += 1;
  }
  return found;
}

/** A round length for a scale bar that is no longer than so many nanometres. */
export function roundLength(nanometres: number): number {
  const power = 10 ** Math.floor(Math.log10(nanometres));
  const share = nanometres / power;
  return power * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}
