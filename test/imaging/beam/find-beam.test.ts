import { findBeam, frameCover } from '../../../imaging';
import { type MadeBeam, madeBeam } from './made-beam';

const plain: MadeBeam = { x: 11.3, y: -7.8, radius: 48, counts: 1000 };
const found = (beam: Partial<MadeBeam>, seed = 1) => findBeam(madeBeam({ ...plain, ...beam }, seed));

test.each([
  ['sharp', { edge: 1 }],
  ['soft', { edge: 5 }],
  ['small', { radius: 18, counts: 2000 }],
  ['large', { radius: 95, counts: 300, x: 3.2, y: 8.9 }],
  ['elliptic', { ratio: 1.12, direction: 30 }],
])('a %s beam: centre, edge and diameter at their true places', (_, beam) => {
  const truth = { ...plain, ...beam };
  const { verdict, centroid, outline, levels, disagreement } = found(beam);
  expect(verdict).toBe('inside');
  for (const place of [centroid!, outline!]) {
    expect(Math.abs(place.centre.x - truth.x)).toBeLessThan(0.03 + 2 * place.standardErrors.x);
    expect(Math.abs(place.centre.y - truth.y)).toBeLessThan(0.03 + 2 * place.standardErrors.y);
  }
  expect(Math.abs(outline!.radius - truth.radius)).toBeLessThan(0.03);
  expect(Math.hypot(outline!.centre.x - truth.x, outline!.centre.y - truth.y)).toBeLessThan(0.04);
  expect(levels.inside - levels.outside).toBeCloseTo(truth.counts, -1);
  expect(disagreement).toBeLessThan(3);
});

test('the axes of an elliptic beam and their direction', () => {
  const { axes } = found({ ratio: 1.2, direction: 30 }).outline!;
  expect(axes.long / axes.short).toBeCloseTo(1.2, 2);
  expect(axes.direction).toBeCloseTo(30, 0);
});

test('displacements by the centroid are unclipped: right to 0.05 % also for a weak beam', () => {
  const beam = { radius: 36, counts: 400, edge: 3 };
  const far = [found({ ...beam, x: -60, y: 0 }, 3), found({ ...beam, x: 60, y: 0 }, 4)];
  const apart = far[1]!.centroid!.centre.x - far[0]!.centroid!.centre.x;
  expect(Math.abs(apart / 120 - 1)).toBeLessThan(0.0005);
});

test('the errors that it states are those that it makes', () => {
  const scores: number[] = [];
  const beams = [60, 200, 1000].flatMap((counts) => Array.from({ length: 8 }, (_, k) => ({ counts, seed: k + 1 })));
  for (const { counts, seed } of beams) {
    const beam = { size: 128, x: 0.37 * seed - 4, y: 3.1, radius: 24, counts };
    const { centroid, outline } = found(beam, seed);
    for (const place of [centroid!, outline!]) {
      scores.push((place.centre.x - beam.x) / place.standardErrors.x);
      scores.push((place.centre.y - beam.y) / place.standardErrors.y);
    }
  }
  const square = scores.reduce((sum, each) => sum + each * each, 0) / scores.length;
  // Of 96 scores with a deviation of 1 the mean square lies between 0.6 and 1.5 but once in a thousand times.
  expect(square).toBeGreaterThan(0.6);
  expect(square).toBeLessThan(1.5);
});

test.each<[string, Partial<MadeBeam>]>([
  ['cut by the frame', { x: 95 }],
  ['cut by the frame', { radius: 140 }],
  ['saturated', { counts: 3000, ceiling: 2500 }],
  ['not there', { x: 400 }],
  ['not there', { counts: 0 }],
  ['not there', { radius: 600, x: 0, y: 0 }],
  ['uneven', { slope: 0.5 }],
  ['uneven', { shadow: (x) => (x > 20 ? 0.02 : 1) }],
  ['uneven', { shadow: (x, y) => (Math.hypot(x - 5, y + 10) < 20 ? 0.3 : 1) }],
  ['uneven', { shadow: (x, y) => 1 + 0.4 * Math.sin(x / 3) * Math.sin(y / 4) }],
])('a beam that is %s is recognised: %j', (verdict, beam) => {
  const { verdict: judged, why, best } = found(beam);
  expect(judged).toBe(verdict);
  expect(why).not.toBe('');
  expect(best).toBeUndefined();
});

test('the edge of an uneven beam is still where it is, for callers that go by it alone', () => {
  const { verdict, outline, best } = findBeam(madeBeam({ ...plain, slope: 0.4 }, 1), { acceptUneven: true });
  expect(verdict).toBe('inside');
  expect(Math.abs(outline!.centre.x - plain.x)).toBeLessThan(0.15);
  expect(best).toBeDefined();
});

test('a beam that covers the frame is distinguished from one that ends within it', () => {
  expect(frameCover(madeBeam({ ...plain, radius: 250 }, 1)).covered).toBe(true);
  expect(frameCover(madeBeam({ ...plain, radius: 250, slope: 0.1 }, 1)).covered).toBe(true);
  // The corners alone are beside it.
  const { covered, mean } = frameCover(madeBeam({ ...plain, x: 0, y: 0, radius: 165 }, 1));
  expect(covered).toBe(false);
  expect(mean).toBeGreaterThan(800);
  // Most of the image is beside this one.
  expect(frameCover(madeBeam({ ...plain, radius: 40 }, 1)).covered).toBe(false);
  expect(frameCover(madeBeam({ ...plain, radius: 40, background: 0 }, 1)).covered).toBe(false);
});
