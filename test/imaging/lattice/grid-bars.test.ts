import { findLattice, image } from '../../../imaging';
import { randomNumbers } from '../../../statistics/support/random-numbers';

const { abs, cos, exp, floor, max, min, sin, sqrt, log } = Math;
/** Share of a repeat that is opening, with rounded corners of this radius. */
const [opening, corner] = [1 - 25 / 63.5, 0.08];

/** Grid bars with openings of different brightness, soft edges, rounded corners, uneven light and 3 to 8 repeats. */
function gridBars(seed: number, size = 512) {
  const random = randomNumbers(seed);
  const normal = (): number => sqrt(-2 * log(1 - random())) * cos(2 * Math.PI * random());
  const spacing = size / (3 + 5 * random());
  const angle = (Math.PI / 2) * random();
  const [phaseX, phaseY] = [random(), random()];
  const brightness = new Map<string, number>();
  const lightOf = (key: string): number => {
    if (!brightness.has(key)) brightness.set(key, 0.55 + 0.45 * random());
    return brightness.get(key)!;
  };
  const [slopeX, slopeY] = [(0.4 * (random() - 0.5)) / size, (0.4 * (random() - 0.5)) / size];
  const soft = 0.02 + 0.03 * random();
  const pixels = new Float32Array(size * size).map((_, at) => {
    const [x, y] = [(at % size) - size / 2, floor(at / size) - size / 2];
    const u = (x * cos(angle) - y * sin(angle)) / spacing + phaseX;
    const v = (x * sin(angle) + y * cos(angle)) / spacing + phaseY;
    const beyond = [u, v].map((place) => abs(place - floor(place) - 0.5) - opening / 2 + corner) as [number, number];
    const outside = sqrt(max(0, beyond[0]) ** 2 + max(0, beyond[1]) ** 2) - corner + min(0, max(...beyond));
    const light = 0.04 + lightOf(`${floor(u)} ${floor(v)}`) / (1 + exp((4 * outside) / soft));
    const mean = 200 * light * (1 + slopeX * x + slopeY * y);
    return mean + sqrt(max(0, mean)) * normal();
  });
  return { picture: image(pixels, size, size), spacing };
}

test.each([1, 2, 3])('grid bars give both axes within 0.2 % and two standard errors, seed %i', (seed) => {
  const { picture, spacing } = gridBars(seed);
  const { found } = findLattice(picture, { ratio: 1, ridges: true, secondOrder: 1 });
  if ('reason' in found) throw new Error(found.reason);
  expect(found).toMatchObject({ confirmed: true, remarks: [] });
  found.lengths.forEach((length, axis) => {
    expect(abs(length / spacing - 1)).toBeLessThan(0.002);
    expect(abs(length - spacing)).toBeLessThan(2 * found.lengthErrors[axis]!);
  });
});
