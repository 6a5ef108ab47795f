import { type Matrix, percentChange } from '../../../../../core/base';
import {
  fitImageShift,
  plannedPlaces,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-series/image-shift-analysis';

/** The worked numbers of the field's conventions: 2 nm pixels, rotation 84 degrees, 2048 px field, binning 4. */
const truth: Matrix = { xpx: -93.496, xpy: -506.492, ypx: 480.997, ypy: -93.358 };
const steps = { x: 2.0898, y: 1.98826 };
const ideal = [
  [-48.707, 251.547],
  [48.987, -251.047],
  [48.987, -251.047],
  [-48.707, 251.547],
  [-251.619, -46.155],
  [251.899, 46.655],
  [251.899, 46.655],
  [-251.619, -46.155],
].map(([x, y]) => ({ x: x!, y: y! }));
const nine = (shifts: readonly { x: number; y: number }[]) =>
  shifts.map((shift, index) => ({ earlier: index, later: index + 1, shift }));
const expectMatrix = (found: Matrix, wanted: Matrix): void => {
  for (const key of ['xpx', 'xpy', 'ypx', 'ypy'] as const)
    expect(Math.abs(found[key] - wanted[key])).toBeLessThan(0.002);
};

describe('nine points', () => {
  test('recover the matrix and the drift of the worked example', () => {
    const fit = fitImageShift('nine', nine(ideal), plannedPlaces('nine', steps), 4);
    expectMatrix(fit.matrix, truth);
    expect(fit.drift.x).toBeCloseTo(0.14, 3);
    expect(fit.drift.y).toBeCloseTo(0.25, 3);
    for (const { x, y } of fit.driftEstimates) {
      expect(x).toBeCloseTo(0.28, 3);
      expect(y).toBeCloseTo(0.5, 3);
    }
    expect(fit.rangePercent).toBeLessThan(0.001);
  });

  test('give range and change of the worked example with two wrong shifts', () => {
    const wrong = ideal.map((shift) => ({ ...shift }));
    wrong[0]!.x += 0.6;
    wrong[7]!.y -= 0.8;
    const fit = fitImageShift('nine', nine(wrong), plannedPlaces('nine', steps), 4);
    expectMatrix(fit.matrix, { xpx: -93.209, xpy: -506.492, ypx: 480.997, ypy: -93.761 });
    expect(fit.range).toBeCloseTo(0.805, 2);
    expect(fit.rangePercent).toBeCloseTo(0.159, 2);
    expect(percentChange(truth, fit.matrix)).toBeCloseTo(0.069, 2);
  });
});

describe('six points', () => {
  const drift = { x: 0.14, y: 0.25 };
  const along = { x: -48.707, y: 251.547 };
  const across = { x: -251.619, y: -46.155 };
  const pairs = [
    { earlier: 0, later: 1, shift: along },
    { earlier: 1, later: 2, shift: along },
    { earlier: 3, later: 4, shift: across },
    { earlier: 4, later: 5, shift: across },
  ];

  test('take the drift from the pair of the two centres', () => {
    const fit = fitImageShift(
      'six',
      [...pairs, { earlier: 1, later: 4, shift: { x: 3 * drift.x, y: 3 * drift.y } }],
      plannedPlaces('six', steps),
      4,
    );
    expectMatrix(fit.matrix, truth);
    expect(fit.drift.x).toBeCloseTo(drift.x, 6);
  });

  test('use both pairs of each axis', () => {
    const uneven = pairs.map((pair, index) =>
      index === 3 ? { ...pair, shift: { x: across.x, y: across.y + 1 } } : pair,
    );
    const fit = fitImageShift(
      'six',
      [...uneven, { earlier: 1, later: 4, shift: { x: 3 * drift.x, y: 3 * drift.y } }],
      plannedPlaces('six', steps),
      4,
    );
    expect(fit.matrix.ypy - truth.ypy).toBeCloseTo((4 * 0.5) / steps.y, 2);
  });

  test('go without drift when that pair was rejected', () => {
    const still = pairs.map(({ shift, ...pair }) => ({
      ...pair,
      shift: { x: shift.x - drift.x, y: shift.y - drift.y },
    }));
    const fit = fitImageShift('six', still, plannedPlaces('six', steps), 4);
    expectMatrix(fit.matrix, truth);
    expect(fit.drift).toEqual({ x: 0, y: 0 });
  });
});

test('from scratch: the first round separates drift from both axes', () => {
  const shifts = [
    { x: -48.707, y: 251.547 },
    { x: 48.987, y: -251.047 },
    { x: -251.619, y: -46.155 },
  ];
  const fit = fitImageShift('scratch', nine(shifts), plannedPlaces('scratch', steps), 4);
  expectMatrix(fit.matrix, truth);
});
