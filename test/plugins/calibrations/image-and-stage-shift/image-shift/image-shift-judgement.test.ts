import { type Matrix, matrix, metres } from '../../../../../core/base';
import {
  type ImageShiftEvidence,
  judgeImageShift,
} from '../../../../../plugins/calibrations/image-and-stage-shift/image-shift/image-shift-judgement';

const right: Matrix = matrix(-900, -4400, 4200, -900);
const evidence = (change: {
  readonly matrix?: Matrix;
  readonly errors?: number;
  readonly range?: number;
  readonly chiSquare?: number;
  readonly correlation?: number;
  readonly low?: boolean;
  readonly pixel?: number;
  readonly serious?: boolean;
  readonly parts?: number;
  readonly change?: number;
  readonly fresh?: readonly [percent: number, significance: number];
}): ImageShiftEvidence => {
  const error = change.errors ?? 1;
  return {
    fit: {
      matrix: change.matrix ?? right,
      standardErrors: matrix(error, error, error, error),
      drift: { x: 0, y: 0 },
      range: 0,
      rangePercent: change.range ?? 0.1,
      driftEstimates: [],
      misfit: { chiSquare: change.chiSquare ?? 10, degreesOfFreedom: 10 },
    },
    series: {
      circumstances: {
        times: [],
        size: { x: 500, y: 500 },
        distortion: {
          radial: 0,
          spiral: 0,
          standardErrors: { radial: 0, spiral: 0 },
          misfit: { chiSquare: change.parts ?? 100, degreesOfFreedom: 100 },
          spread: 0,
          centres: [],
        },
      },
      findings: change.serious
        ? [{ code: 'calibration/periodic-specimen', text: 'It repeats.', hint: 'Move.', serious: true }]
        : [],
    },
    check: { percent: change.fresh?.[0] ?? 0.01, significance: change.fresh?.[1] ?? 1, unexplained: 0 },
    meanCorrelation: change.correlation ?? 0.7,
    at: {
      isLowMagnification: change.low ?? false,
      pixelSize: { value: metres(change.pixel ?? 2.3e-10), how: 'nominal' },
      roughImageShiftScale: 1,
    } as unknown as ImageShiftEvidence['at'],
    before: right,
    change: change.change ?? 1,
  };
};
const verdictOf = (change: Parameters<typeof evidence>[0]) => {
  const { verdict, reasons } = judgeImageShift(evidence(change));
  return [verdict, ...reasons.map(({ kind }) => kind)];
};

test('what is as it should be is good', () => {
  expect(verdictOf({})).toEqual(['good']);
});

test('the range is judged, twice as wide in low magnification', () => {
  const of = (range: number, low = false) => verdictOf({ range, low })[0];
  expect([2, 2.1, 10, 10.1, Number.NaN].map((range) => of(range))).toEqual([
    'good',
    'doubtful',
    'doubtful',
    'refused',
    'refused',
  ]);
  expect([4, 4.1, 20, 21].map((range) => of(range, true))).toEqual(['good', 'doubtful', 'doubtful', 'refused']);
});

test.each([
  ['a correlation that is too low to be trusted', { correlation: 0.19 }, ['doubtful', 'weak signal']],
  ['a correlation of next to nothing', { correlation: 0.09 }, ['refused', 'weak signal']],
  ['shifts that the model does not fit', { chiSquare: 60 }, ['doubtful', 'misfit']],
  ['parts of the field that move differently', { parts: 200 }, ['doubtful', 'misfit']],
  ['a finding that the operator accepted', { serious: true }, ['doubtful', 'rival']],
  ['errors of little more than a percent', { errors: 35 }, ['doubtful', 'uncertain', 'uncertain']],
  ['errors of some percent', { errors: 150 }, ['doubtful', 'uncertain', 'uncertain']],
  ['a dead axis', { matrix: matrix(-900, -20, 4200, 3) }, ['refused', 'implausible', 'implausible']],
  ['an axis that runs the other way', { matrix: matrix(-900, 4400, 4200, 900) }, ['doubtful', 'implausible']],
  ['axes at an odd angle', { matrix: matrix(-900, -4400, 4200, 5000) }, ['doubtful', 'implausible']],
  ['a pixel size in angstrom', { pixel: 2.3e-9 }, ['doubtful', 'implausible', 'implausible']],
  ['a fresh measurement that says something else', { fresh: [3, 9] as const }, ['doubtful', 'disagreement']],
  ['another calibration in use than this one', { change: 40 }, ['doubtful', 'implausible']],
])('%s is not good', (_, change, expected) => {
  expect(verdictOf(change)).toEqual(expected);
});

test('a pixel size of a wrong unit is named with both values', () => {
  const [reason] = judgeImageShift(evidence({ pixel: 2.3e-9 })).reasons;
  expect(reason!.why).toMatch(/^It is 9\.88 um with the pixel size in use, and 1 um by the column/);
});
