/** Shift of the later image against the earlier, X right and Y up, by the correlation that anybody writes first: a band-pass and a parabola. */
export interface PlainCorrelation {
  measure(later: Float32Array, earlier: Float32Array, expected: { x: number; y: number }): { x: number; y: number };
}

/** In-place transform of complex numbers along one line of a plane. */
function transformLine(
  re: Float64Array,
  im: Float64Array,
  start: number,
  stride: number,
  length: number,
  inverse: boolean,
): void {
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [a, b] = [start + i * stride, start + j * stride];
      [re[a], re[b]] = [re[b]!, re[a]!];
      [im[a], im[b]] = [im[b]!, im[a]!];
    }
  }
  for (let span = 2; span <= length; span <<= 1) {
    const angle = ((inverse ? 2 : -2) * Math.PI) / span;
    const [stepRe, stepIm] = [Math.cos(angle), Math.sin(angle)];
    for (let from = 0; from < length; from += span) {
      let [turnRe, turnIm] = [1, 0];
      for (let k = 0; k < span >> 1; k++) {
        const a = start + (from + k) * stride;
        const b = a + (span >> 1) * stride;
        const partRe = re[b]! * turnRe - im[b]! * turnIm;
        const partIm = re[b]! * turnIm + im[b]! * turnRe;
        re[b] = re[a]! - partRe;
        im[b] = im[a]! - partIm;
        re[a] = re[a]! + partRe;
        im[a] = im[a]! + partIm;
        [turnRe, turnIm] = [turnRe * stepRe - turnIm * stepIm, turnRe * stepIm + turnIm * stepRe];
      }
    }
  }
}

function transform(re: Float64Array, im: Float64Array, size: number, inverse = false): void {
  for (let row = 0; row < size; row++) transformLine(re, im, row * size, 1, size, inverse);
  for (let column = 0; column < size; column++) transformLine(re, im, column, size, size, inverse);
}

const lowest = 0.015;
const highest = 0.15;
/** Largest distance from the expected shift, in pixels. */
const window = 24;

/** The plain correlation of square images; the size is a power of two. */
export function plainCorrelation(size: number): PlainCorrelation {
  const pass = new Float64Array(size * size);
  for (let v = 0; v < size; v++)
    for (let u = 0; u < size; u++) {
      const squared = (Math.min(u, size - u) ** 2 + Math.min(v, size - v) ** 2) / size ** 2;
      pass[v * size + u] = (1 - Math.exp(-squared / (2 * lowest ** 2))) * Math.exp(-squared / (2 * highest ** 2));
    }
  const edge = (index: number, length: number): number =>
    0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, (Math.min(index, length - 1 - index) + 0.5) / (0.12 * length)));
  const spectrum = (pixels: Float32Array, left: number, top: number, width: number, height: number) => {
    const [re, im] = [new Float64Array(size * size), new Float64Array(size * size)];
    let mean = 0;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) mean += pixels[(top + y) * size + left + x]!;
    mean /= width * height;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        re[y * size + x] = (pixels[(top + y) * size + left + x]! - mean) * edge(x, width) * edge(y, height);
    transform(re, im, size);
    return { re, im };
  };
  /** Place of the highest point of the correlation of two parts, to a fraction of a pixel. */
  const peak = (later: ReturnType<typeof spectrum>, earlier: ReturnType<typeof spectrum>): [number, number] => {
    const [re, im] = [new Float64Array(size * size), new Float64Array(size * size)];
    for (let index = 0; index < size * size; index++) {
      const [a, b, c, d] = [earlier.re[index]!, earlier.im[index]!, later.re[index]!, -later.im[index]!];
      re[index] = (a * c - b * d) * pass[index]!;
      im[index] = (a * d + b * c) * pass[index]!;
    }
    transform(re, im, size, true);
    let best = 0;
    for (let down = -window; down <= window; down++)
      for (let right = -window; right <= window; right++) {
        const index = ((down + size) % size) * size + ((right + size) % size);
        if (re[index]! > re[best]!) best = index;
      }
    const [row, column] = [Math.floor(best / size), best % size];
    const at = (down: number, right: number): number =>
      re[((row + down + size) % size) * size + ((column + right + size) % size)]!;
    const parabola = (before: number, after: number): number =>
      (0.5 * (before - after)) / (before - 2 * re[best]! + after);
    const signed = (index: number): number => (2 * index > size ? index - size : index);
    return [signed(column) + parabola(at(0, -1), at(0, 1)), signed(row) + parabola(at(-1, 0), at(1, 0))];
  };
  return {
    measure(later, earlier, expected) {
      let [right, down] = [expected.x, -expected.y];
      // Again and again with what both images show.
      for (let pass = 0; pass < 3; pass++) {
        const [x, y] = [Math.round(right), Math.round(down)];
        const [width, height] = [size - Math.abs(x), size - Math.abs(y)];
        if (width < 64 || height < 64) break;
        const [restX, restY] = peak(
          spectrum(later, Math.max(0, -x), Math.max(0, -y), width, height),
          spectrum(earlier, Math.max(0, x), Math.max(0, y), width, height),
        );
        [right, down] = [x + restX, y + restY];
      }
      return { x: right, y: -down };
    },
  };
}
