import { fieldCurvature } from '../../../imaging/lattice/field-curvature';
import { normalNumbers, randomNumbers } from '../../../statistics/support/random-numbers';

const halfSide = 256;
const centres = Array.from({ length: 64 }, (_, block) => ({
  x: ((block % 8) - 3.5) * 64,
  y: (Math.floor(block / 8) - 3.5) * 64,
}));

/** Phases of a lattice in a field that displaces a place p by k |p|^2 p, in half sides, turned by an angle; with noise in cycles. */
function curvatureOf(k: number, angle: number, noise: number, seed: number) {
  const next = randomNumbers(seed);
  const normal = normalNumbers(next);
  const [cosine, sine] = [k * Math.cos(angle), k * Math.sin(angle)];
  const family = (reciprocal: { readonly x: number; readonly y: number }) => ({
    reciprocal,
    scores: Float64Array.from(centres, ({ x, y }) => {
      const square = (x * x + y * y) / halfSide ** 2;
      const [right, up] = [square * (cosine * x - sine * y), square * (sine * x + cosine * y)];
      // A straight lattice has been taken out already, a wrong spacing and place with it.
      const straight = 0.3 + 0.0007 * x - 0.0004 * y;
      return (reciprocal.x * right + reciprocal.y * up + straight + noise * normal()) / noise ** 2;
    }),
    information: new Float64Array(64).fill(1 / noise ** 2),
  });
  return fieldCurvature([family({ x: 0.012, y: 0.005 }), family({ x: -0.005, y: 0.012 })], { centres, halfSide });
}

/** Slope that a straight line through x^3 + x y^2 has, over the parts. */
const takenUp =
  centres.reduce((sum, { x, y }) => sum + x * x * (x * x + y * y), 0) /
  centres.reduce((sum, { x }) => sum + x * x, 0) /
  halfSide ** 2;

test('a field that is bent clearly stretches the middle by as much as a straight lattice takes up', () => {
  const { stretch, turn } = curvatureOf(0.01, 0, 0.0003, 1);
  expect(stretch).toBeCloseTo(0.01 * takenUp, 4);
  expect(turn).toBeLessThan(0.0003);
  expect(curvatureOf(-0.01, 0, 0.0003, 2).stretch).toBeCloseTo(0.01 * takenUp, 4);
  expect(curvatureOf(0.01, Math.PI / 2, 0.0003, 3).turn).toBeCloseTo(0.01 * takenUp, 4);
});

test('a straight field costs hardly anything, however well or poorly it is known', () => {
  for (const noise of [0.0005, 0.005, 0.03]) {
    const found = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => curvatureOf(0, 0, noise, seed).stretch);
    // The error of the curvature itself, with 64 parts of each direction and 13 cycles to the cube at the edge.
    expect(found.filter((each) => each < 0.4 * noise).length).toBeGreaterThan(6);
  }
});

test('a bent field that the noise nearly hides is expected in part', () => {
  const found = [1, 2, 3, 4, 5, 6].map((seed) => curvatureOf(0.006, 0, 0.02, seed).stretch);
  expect(Math.min(...found)).toBeGreaterThan(0.0005);
  expect(Math.max(...found)).toBeLessThan(0.02);
});
