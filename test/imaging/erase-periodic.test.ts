import { erasePeriodicWaves, findPeriodicity, image, Registration } from '../../imaging';

const side = 256;
/** Bright blobs at places drawn from a congruence, under a lattice that moves with them, and noise of its own for each image. */
function scene(shift: readonly [right: number, down: number], { lattice = 0, seed = 1 } = {}) {
  let random = 99;
  const next = (): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 2 ** 32;
  };
  const blobs = Array.from({ length: 60 }, () => [next() * 400 - 72, next() * 400 - 72, 20 + 40 * next()] as const);
  random = seed * 7919;
  const pixels = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [x, y] = [column + shift[0], row + shift[1]];
      let sum = 200 + 6 * (next() + next() + next() - 1.5);
      for (const [atX, atY, height] of blobs) {
        const square = (x - atX) ** 2 + (y - atY) ** 2;
        if (square < 200) sum += height * Math.exp(-square / 20);
      }
      sum += lattice * (Math.cos((2 * Math.PI * x) / 12.5) + Math.cos((2 * Math.PI * (y + 0.2 * x)) / 11));
      pixels[row * side + column] = sum;
    }
  return image(pixels, side, side);
}

test('a lattice is erased, and what does not repeat is left', () => {
  const strong = scene([0, 0], { lattice: 60 });
  expect(findPeriodicity(strong)).toBeDefined();
  const left = erasePeriodicWaves(strong);
  expect(findPeriodicity(left)).toBeUndefined();
  // It is what is left of the scene without the lattice: the blobs.
  const plain = erasePeriodicWaves(scene([0, 0]));
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const [one, other] = [left.data, plain.data];
  expect(dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))).toBeGreaterThan(0.9);
});

test('an image without a lattice stays as it is within its tapered border', () => {
  const plain = scene([0, 0]);
  const left = erasePeriodicWaves(plain);
  const mean = plain.data.reduce((sum, value) => sum + value, 0) / plain.data.length;
  let worst = 0;
  for (let row = 40; row < side - 40; row += 5)
    for (let column = 40; column < side - 40; column += 5)
      worst = Math.max(worst, Math.abs(left.get(row, column) - (plain.get(row, column) - mean)));
  expect(worst).toBeLessThan(2);
});

test.each([1, 2, 3])(
  'a shift of more than a repeat is found with the lattice erased, and not trusted with it, noise %s',
  (seed) => {
    const [earlier, later] = [
      scene([0, 0], { lattice: 60, seed: 10 + seed }),
      scene([23, -17], { lattice: 60, seed: 20 + seed }),
    ];
    const registration = new Registration();
    const found = registration.measure(erasePeriodicWaves(later), erasePeriodicWaves(earlier));
    expect(found.trusted).toBe(true);
    expect(Math.abs(found.x - 23)).toBeLessThan(0.3);
    expect(Math.abs(found.y - 17)).toBeLessThan(0.3);
    const misled = registration.measure(later, earlier);
    expect(misled.trusted && Math.hypot(misled.x - 23, misled.y - 17) < 0.3).toBe(false);
  },
);
