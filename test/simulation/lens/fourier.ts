/** The transform of a line of complex numbers in place; its length is a power of 2. */
function transformLine(re: Float64Array, im: Float64Array): void {
  const count = re.length;
  for (let i = 1, j = 0; i < count; i++) {
    let bit = count >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= count; size <<= 1) {
    const half = size >> 1;
    const turns = Array.from({ length: half }, (_, k) => (-2 * Math.PI * k) / size);
    const [cosines, sines] = [turns.map(Math.cos), turns.map(Math.sin)];
    for (let start = 0; start < count; start += size)
      for (let k = 0; k < half; k++) {
        const [a, b] = [start + k, start + k + half];
        const real = re[b]! * cosines[k]! - im[b]! * sines[k]!;
        const imaginary = re[b]! * sines[k]! + im[b]! * cosines[k]!;
        [re[b], im[b]] = [re[a]! - real, im[a]! - imaginary];
        re[a] = re[a]! + real;
        im[a] = im[a]! + imaginary;
      }
  }
}

/** Power of a square image of `size` pixels after a Hann window, at every frequency; `at(u, v)` takes whole cycles per image, v upwards. */
export function powerSpectrum(data: ArrayLike<number>, size: number): (u: number, v: number) => number {
  let mean = 0;
  for (let k = 0; k < size * size; k++) mean += data[k]! / (size * size);
  const window = Array.from({ length: size }, (_, k) => 1 - Math.cos((2 * Math.PI * (k + 0.5)) / size));
  const re = Array.from({ length: size }, (_, row) =>
    Float64Array.from(
      { length: size },
      (_, column) => (data[row * size + column]! - mean) * window[row]! * window[column]!,
    ),
  );
  const im = re.map((row) => new Float64Array(row.length));
  for (let row = 0; row < size; row++) transformLine(re[row]!, im[row]!);
  const power = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const [lineRe, lineIm] = [re, im].map((rows) => Float64Array.from(rows, (row) => row[column]!));
    transformLine(lineRe!, lineIm!);
    for (let row = 0; row < size; row++) power[row * size + column] = lineRe![row]! ** 2 + lineIm![row]! ** 2;
  }
  const wrapped = (index: number): number => ((index % size) + size) % size;
  // Rows run downwards.
  return (u, v) => power[wrapped(-v) * size + wrapped(u)]!;
}
