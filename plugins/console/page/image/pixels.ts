import type { ReceivedImage } from '../base/connection';

/** A point on an image, in its pixels, from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The counts at a point from the samples on this page, a mean where the image is reduced; undefined outside. */
export function countsAt({ header, samples }: ReceivedImage, { x, y }: Point): number | undefined {
  const column = Math.floor((x - header.left) / header.reduction);
  const row = Math.floor((y - header.top) / header.reduction);
  if (column < 0 || row < 0 || column >= header.width || row >= header.height) return undefined;
  return header.offset + header.scale * samples[row * header.width + column]!;
}

/** A round length for a scale bar, at most this number of nanometres. */
export function roundLength(nanometres: number): number {
  const power = 10 ** Math.floor(Math.log10(nanometres));
  const share = nanometres / power;
  return power * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}
