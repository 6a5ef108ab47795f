import type { Vector } from '../geometry';

/** Number of blocks along each axis of an image. */
export const blocksAcross = 8;
/** Highest power of a coordinate in a sum over a block. */
const highestPower = 4;
const powers = highestPower + 1;

/** An image on coordinates from -1 to 1 along each axis, X right and Y DOWN. */
export interface Plane {
  readonly pixels: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Real and imaginary part. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** Place of a pixel along an axis. */
export const place = (index: number, size: number): number => (2 * index + 1 - size) / size;

/** Begin of each block along an axis, and the end of the last. */
export const blockEdges = (size: number): readonly number[] =>
  Array.from({ length: blocksAcross + 1 }, (_, index) => Math.round((index * size) / blocksAcross));

/** Sums of `place^power * exp(2 pi i frequency place)` over each block of an axis; [block][power]. */
export function axisMoments(frequency: number, size: number): readonly (readonly Complex[])[] {
  const edges = blockEdges(size);
  return Array.from({ length: blocksAcross }, (_, block) => {
    const re = new Float64Array(powers);
    const im = new Float64Array(powers);
    for (let index = edges[block]!; index < edges[block + 1]!; index++) {
      const at = place(index, size);
      let cosine = Math.cos(2 * Math.PI * frequency * at);
      let sine = Math.sin(2 * Math.PI * frequency * at);
      for (let power = 0; power < powers; power++) {
        re[power]! += cosine;
        im[power]! += sine;
        cosine *= at;
        sine *= at;
      }
    }
    return Array.from({ length: powers }, (_, power) => ({ re: re[power]!, im: im[power]! }));
  });
}

/** Sums over one block: pixel * x^a * y^b * exp(2 pi i frequency . place), [a][b]. */
export type BlockSums = readonly (readonly Complex[])[];

/**
 * Sums over each block of the pixels times a wave, and times powers of their coordinates up to the given total; [row of
 * blocks * 8 + column of blocks].
 */
export function waveSums(
  { pixels, rows, columns }: Plane,
  { x: across, y: down }: Vector,
  power: number,
): readonly BlockSums[] {
  const horizontal = blockEdges(columns);
  const vertical = blockEdges(rows);
  const cosines = new Float64Array(columns);
  const sines = new Float64Array(columns);
  const places = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const at = place(column, columns);
    places[column] = at;
    cosines[column] = Math.cos(2 * Math.PI * across * at);
    sines[column] = Math.sin(2 * Math.PI * across * at);
  }
  const [downCosines, downSines, downPlaces] = [0, 0, 0].map(() => new Float64Array(rows)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < rows; row++) {
    const at = place(row, rows);
    downPlaces[row] = at;
    downCosines[row] = Math.cos(2 * Math.PI * down * at);
    downSines[row] = Math.sin(2 * Math.PI * down * at);
  }
  const results: BlockSums[] = [];
  const terms = power + 1;
  const line = new Float64Array(6);
  for (let blockRow = 0; blockRow < blocksAcross; blockRow++) {
    for (let blockColumn = 0; blockColumn < blocksAcross; blockColumn++) {
      const re = new Float64Array(terms * terms);
      const im = new Float64Array(terms * terms);
      const [from, to] = [horizontal[blockColumn]!, horizontal[blockColumn + 1]!];
      for (let row = vertical[blockRow]!; row < vertical[blockRow + 1]!; row++) {
        const start = row * columns;
        let re0 = 0;
        let im0 = 0;
        let re1 = 0;
        let im1 = 0;
        for (let column = from; column < to; column++) {
          const value = pixels[start + column]!;
          const at = places[column]!;
          const c = value * cosines[column]!;
          const s = value * sines[column]!;
          re0 += c;
          im0 += s;
          re1 += c * at;
          im1 += s * at;
        }
        let re2 = 0;
        let im2 = 0;
        if (terms > 2)
          for (let column = from; column < to; column++) {
            const value = pixels[start + column]!;
            const at = places[column]!;
            re2 += value * cosines[column]! * at * at;
            im2 += value * sines[column]! * at * at;
          }
        line[0] = re0;
        line[1] = im0;
        line[2] = re1;
        line[3] = im1;
        line[4] = re2;
        line[5] = im2;
        const at = downPlaces[row]!;
        const cosine = downCosines[row]!;
        const sine = downSines[row]!;
        for (let a = 0; a < terms; a++) {
          let real = line[2 * a]! * cosine - line[2 * a + 1]! * sine;
          let imaginary = line[2 * a]! * sine + line[2 * a + 1]! * cosine;
          for (let b = 0; a + b < terms; b++) {
            re[a * terms + b]! += real;
            im[a * terms + b]! += imaginary;
            real *= at;
            imaginary *= at;
          }
        }
      }
      results.push(
        Array.from({ length: terms }, (_, a) =>
          Array.from({ length: terms }, (__, b) => ({ re: re[a * terms + b]!, im: im[a * terms + b]! })),
        ),
      );
    }
  }
  return results;
}
