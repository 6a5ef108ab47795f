/** Number of blocks along each axis of an image. */
export const blocksAcross = 8;
/** Number of powers of a coordinate in the sums over a block: 0 to 4. */
export const powers = 5;

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

/** A wave along an axis at the place of each pixel. */
export interface AxisWave {
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** The wave of a frequency along an axis. */
export function axisWave(frequency: number, size: number): AxisWave {
  const wave = { cosines: new Float64Array(size), sines: new Float64Array(size) };
  for (let index = 0; index < size; index++) {
    const phase = 2 * Math.PI * frequency * place(index, size);
    wave.cosines[index] = Math.cos(phase);
    wave.sines[index] = Math.sin(phase);
  }
  return wave;
}

/** Sums over each block of an axis for each power of the place, at block * powers + power. */
export interface AxisMoments {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Sums of `place^power` times one wave and another one, or its opposite for a sign of -1, over each block of an axis. */
export function axisMoments(one: AxisWave, other: AxisWave, sign: 1 | -1, highest: number): AxisMoments {
  const size = one.cosines.length;
  const edges = blockEdges(size);
  const moments = { re: new Float64Array(blocksAcross * powers), im: new Float64Array(blocksAcross * powers) };
  for (let block = 0; block < blocksAcross; block++) {
    const at = block * powers;
    for (let index = edges[block]!; index < edges[block + 1]!; index++) {
      const where = place(index, size);
      const sine = sign * other.sines[index]!;
      let re = one.cosines[index]! * other.cosines[index]! - one.sines[index]! * sine;
      let im = one.cosines[index]! * sine + one.sines[index]! * other.cosines[index]!;
      moments.re[at]! += re;
      moments.im[at]! += im;
      for (let power = 1; power <= highest; power++) {
        re *= where;
        im *= where;
        moments.re[at + power]! += re;
        moments.im[at + power]! += im;
      }
    }
  }
  return moments;
}

/** Sums over one block: pixel * x^a * y^b * exp(2 pi i frequency . place), [a][b]. */
export type BlockSums = readonly (readonly Complex[])[];

/**
 * Sums over each block of the pixels times a wave, which is the product of one across and one down, and times powers of their coordinates up to the given total; [row of
 * blocks * 8 + column of blocks].
 */
export function waveSums(
  { pixels, rows, columns }: Plane,
  { cosines, sines }: AxisWave,
  { cosines: downCosines, sines: downSines }: AxisWave,
  power: number,
): readonly BlockSums[] {
  const horizontal = blockEdges(columns);
  const vertical = blockEdges(rows);
  const places = Float64Array.from({ length: columns }, (_, column) => place(column, columns));
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
        const at = place(row, rows);
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
