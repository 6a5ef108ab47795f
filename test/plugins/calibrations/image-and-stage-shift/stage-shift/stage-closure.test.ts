import { closedShifts } from '../../../../../plugins/calibrations/image-and-stage-shift/stage-shift/stage-closure';

const standardError = { x: 0.05, y: 0.05 };
const shifted = (x: number, y = 10) => ({ shift: { x, y }, standardError });
const right = [100, 104, 98, 101, 103].map((x) => shifted(x));
const overTwo = right.slice(1).map((pair, index) => shifted(right[index]!.shift.x + pair.shift.x + 0.03, 20));
const with2 = (x: number) => right.map((pair, index) => (index === 2 ? shifted(x) : pair));

test('shifts that close all triangles stay as they are', () => {
  expect(closedShifts(right, overTwo)).toEqual({ pairs: right, contradicting: [] });
});

test('a wrong shift is replaced by what the shifts around it say', () => {
  const { pairs, contradicting } = closedShifts(with2(55), overTwo);
  expect(contradicting).toEqual([2]);
  expect(pairs[2]!.shift.x).toBeCloseTo(98.03, 6);
  expect(pairs.filter((_, index) => index !== 2)).toEqual(right.filter((_, index) => index !== 2));
});

test('a wrong shift over two steps accuses nobody', () => {
  const { contradicting } = closedShifts(right, [overTwo[0]!, overTwo[1]!, shifted(12, 3), overTwo[3]!]);
  expect(contradicting).toEqual([]);
});

test('a shift at the end that one triangle contradicts gets an error as large as the contradiction', () => {
  const { pairs, contradicting } = closedShifts([shifted(130), ...right.slice(1)], overTwo);
  expect(contradicting).toEqual([0]);
  expect(pairs[0]!.standardError.x).toBeGreaterThan(29);
});

test('nothing is said where two steps leave no overlap', () => {
  expect(closedShifts(with2(55), [undefined, undefined, undefined, undefined]).contradicting).toEqual([]);
});
