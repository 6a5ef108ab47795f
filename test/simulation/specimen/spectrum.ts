const kept = new Map<number, Float64Array>();

/** Cosines and sines of half a turn backwards in as many steps as half a line has values. */
function turnsOf(length: number): Float64Array {
  const before = kept.get(length);
  if (before) return before;
  const turns = Float64Array.from({ length }, (_, k) =>
    (k % 2 === 0 ? Math.cos : Math.sin)((-2 * Math.PI * (k >> 1)) / length),
  );
  kept.set(length, turns);
  return turns;
}

/** Discrete Fourier transform of interleaved complex numbers, in place: the text-book algorithm for powers of 2. */
function transform(values: Float64Array): void {
  const length = values.length / 2;
  const turns = turnsOf(length);
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j)
      for (const part of [0, 1]) {
        const kept = values[2 * i + part]!;
        values[2 * i + part] = values[2 * j + part]!;
        values[2 * j + part] = kept;
      }
  }
  for (let size = 2; size <= length; size *= 2)
    for (let start = 0; start < length; start += size)
      for (let k = 0; k < size / 2; k++) {
        const turn = 2 * k * (length / size);
        const re = turns[turn]!;
        const im = turns[turn + 1]!;
        const a = 2 * (start + k);
        const b = 2 * (start + k + size / 2);
        const real = values[b]! * re - values[b + 1]! * im;
        const imaginary = values[b]! * im + values[b + 1]! * re;
        values[b] = values[a]! - real;
        values[b + 1] = values[a + 1]! - imaginary;
        values[a]! += real;
        values[a + 1]! += imaginary;
      }
}

/** Power of a square image of a power of 2 relative to its mean, by row and column of the spectrum: in a window, so that the edges add nothing. */
export function powerSpectrum(data: ArrayLike<number>, size: number): Float64Array {
  let mean = 0;
  for (let k = 0; k < data.length; k++) mean += data[k]! / data.length;
  const lines = Array.from({ length: size }, () => new Float64Array(2 * size));
  const window = Array.from({ length: size }, (_, k) => Math.sin((Math.PI * (k + 0.5)) / size) ** 2 * Math.sqrt(8 / 3));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++)
      lines[row]![2 * column] = (data[row * size + column]! / mean - 1) * window[row]! * window[column]!;
    transform(lines[row]!);
  }
  const power = new Float64Array(size * size);
  const line = new Float64Array(2 * size);
  for (let column = 0; column < size; column++) {
    for (let row = 0; row < size; row++) {
      line[2 * row] = lines[row]![2 * column]!;
      line[2 * row + 1] = lines[row]![2 * column + 1]!;
    }
    transform(line);
    // Divided by the number of pixels, the sum over all frequencies is the variance times that number.
    for (let row = 0; row < size; row++)
      power[row * size + column] = (line[2 * row]! ** 2 + line[2 * row + 1]! ** 2) / (size * size);
  }
  return power;
}

/** Mean of a spectrum over rings about frequency zero; ring k is at k cycles over the image. */
export function rings(
  power: Float64Array,
  size: number,
  take: (x: number, y: number) => boolean = () => true,
): Float64Array {
  const sums = new Float64Array(size / 2 + 1);
  const counts = new Float64Array(size / 2 + 1);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const x = column <= size / 2 ? column : column - size;
      const y = row <= size / 2 ? row : row - size;
      const ring = Math.round(Math.hypot(x, y));
      if (ring > size / 2 || !take(x, y)) continue;
      sums[ring]! += power[row * size + column]!;
      counts[ring]! += 1;
    }
  return sums.map((sum, ring) => sum / Math.max(1, counts[ring]!));
}
