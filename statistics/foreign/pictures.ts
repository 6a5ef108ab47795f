import { Chance, normals } from './chance';
import type { ForeignWorld, Moment, Picture, Point } from './foreign-world';

type Paint = (picture: Picture, moment: Moment) => void;
type Field = NonNullable<ForeignWorld['field']>;

/** A field that is bent towards or away from the centre by the square of the distance, and turned with it. */
export const bentField =
  (radial: number, spiral: number): Field =>
  ({ x, y }) => {
    const square = x * x + y * y;
    const [push, turn] = [1 - radial * square, -spiral * square];
    return { x: x * push - y * turn, y: y * push + x * turn };
  };

/** A field whose scale changes from one side to the other, as of a detector that is tilted. */
export const slopingField =
  ({ x: alongX, y: alongY }: Point, shear: number): Field =>
  ({ x, y }) => {
    const slope = 1 - alongX * x - alongY * y;
    return { x: x * slope + shear * y * y, y: y * slope - shear * x * x };
  };

/** A field that grows and turns a little from image to image. */
export function wanderingField(growth: number, turn: number, seed: number): Field {
  const draw = normals(seed);
  return ({ x, y }, { image }) => {
    const [scale, angle] = [1 + growth * draw(image, 0), turn * draw(image, 1)];
    const [cosine, sine] = [scale * Math.cos(angle), scale * Math.sin(angle)];
    return { x: cosine * x - sine * y, y: sine * x + cosine * y };
  };
}

/** Multiplies a picture by a function of the place on the camera. */
const shaded =
  (shade: (place: Point, moment: Moment) => number): Paint =>
  (picture, moment) => {
    const { columns, rows, counts } = picture;
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++)
        counts[at]! *= Math.max(0, shade(picture.place(column, row), moment));
  };

/** Light that is stronger on one side and in one place, and stays with the camera. */
export const unevenLight = (slope: Point, depth: number, centre: Point, width: number): Paint =>
  shaded(({ x, y }) => {
    const square = ((x - centre.x) ** 2 + (y - centre.y) ** 2) / width ** 2;
    return 1 + slope.x * x + slope.y * y - depth * Math.exp(-square / 2);
  });

/** A bright spot of charge that grows with each image. */
export const growingSpot = (height: number, centre: Point, width: number, images: number): Paint =>
  shaded(({ x, y }, { image }) => {
    const square = ((x - centre.x) ** 2 + (y - centre.y) ** 2) / width ** 2;
    return 1 + height * (1 - Math.exp(-(image + 1) / images)) * Math.exp(-square / 2);
  });

/** The round edge of the beam, outside of which it is dark. */
export const beamEdge = (centre: Point, radius: number, softness: number): Paint =>
  shaded(({ x, y }) => {
    const inward = (radius - Math.hypot(x - centre.x, y - centre.y)) / softness;
    return 1 / (1 + Math.exp(-6 * inward)) + 0.002;
  });

/** A pattern of the camera that a stale gain reference leaves: each pixel, and each column. */
export function stalePattern(pixels: number, stripes: number, seed: number): Paint {
  let pattern: Float32Array | undefined;
  return ({ columns, rows, counts }) => {
    if (pattern?.length !== counts.length) {
      const chance = new Chance(seed);
      pattern = new Float32Array(counts.length);
      const stripe = Array.from({ length: columns }, () => stripes * chance.normal());
      for (let row = 0, at = 0; row < rows; row++)
        for (let column = 0; column < columns; column++, at++)
          pattern[at] = 1 + pixels * chance.normal() + stripe[column]!;
    }
    for (let at = 0; at < counts.length; at++) counts[at]! *= Math.max(0, pattern[at]!);
  };
}

/** Pixels that are bright in every image, and some that a particle strikes in one. */
export function hotPixels(share: number, strikes: number, height: number, seed: number): Paint {
  return ({ counts }, { image }) => {
    const mean = meanOf(counts) + 1;
    for (const [number, stream] of [
      [share * counts.length, seed],
      [strikes, seed + 31 * (image + 1)],
    ] as const) {
      const chance = new Chance(stream);
      for (let left = Math.round(number); left > 0; left--)
        counts[chance.whole(0, counts.length - 1)]! += mean * chance.factor(1, height);
    }
  };
}

/** Noise of electrons as if a pixel had caught this many. */
export function fewElectrons(perPixel: number, seed: number): Paint {
  return ({ counts }, { image }) => {
    const chance = new Chance(seed + 17 * (image + 1));
    const unit = meanOf(counts) / perPixel;
    if (unit > 0)
      for (let at = 0; at < counts.length; at++) counts[at]! += Math.sqrt(counts[at]! * unit) * chance.normal();
  };
}

/** Defects of a single image. */
export type Defect = 'dark' | 'half read' | 'noise alone' | 'stripes';

/** One image that is spoilt. */
export const spoiltImage =
  (which: number, defect: Defect, seed: number): Paint =>
  ({ columns, rows, counts }, { image }) => {
    if (image !== which) return;
    const chance = new Chance(seed);
    const mean = meanOf(counts);
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) {
        if (defect === 'dark') counts[at]! *= 0.01;
        if (defect === 'half read' && row > rows / 2) counts[at] = mean * 0.02;
        if (defect === 'noise alone') counts[at] = mean + Math.sqrt(mean + 1) * chance.normal();
        if (defect === 'stripes') counts[at]! *= 1 + 0.5 * Math.sin(row * 0.7);
      }
  };

function meanOf(counts: Float32Array): number {
  let sum = 0;
  for (const each of counts) sum += each;
  return sum / counts.length;
}
