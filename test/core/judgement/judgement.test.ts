import {
  RefusedError,
  aboveLimit,
  agreement,
  belowLimit,
  certainty,
  describeReason,
  edge,
  freshness,
  judge,
  plausibleLength,
  plausibleMatrix,
  requireNotRefused,
  rival,
} from '../../../core/judgement';
import { matrix, product, rotation } from '../../../core/base';

const words = { why: 'It is wrong.', change: 'Do it again.' };
const share = { kind: 'uncertain', what: 'Share', unit: '%', ...words } as const;

describe('a judgement', () => {
  const doubt = aboveLimit({ ...share, number: 5, doubtfulAbove: 2, refusedAbove: 10 });
  const refusal = aboveLimit({ ...share, number: 11, doubtfulAbove: 2, refusedAbove: 10 });

  test('is good without reasons, and as bad as the worst of them, which comes first', () => {
    expect(judge(undefined, [], [undefined])).toEqual({ verdict: 'good', reasons: [] });
    expect(judge(doubt, undefined)).toEqual({ verdict: 'doubtful', reasons: [doubt] });
    expect(judge(doubt, [undefined, refusal])).toEqual({ verdict: 'refused', reasons: [refusal, doubt] });
  });

  test('says each reason with number, limit, meaning and next step', () => {
    expect(doubt).toMatchObject({ verdict: 'doubtful', number: 5, limit: 2 });
    expect(describeReason(doubt!)).toBe('Share: 5 %, limit 2 %. It is wrong. Do it again.');
    expect(belowLimit({ ...share, number: 0.1, doubtfulBelow: 0.3, refusedBelow: 0.2 })).toMatchObject({
      verdict: 'refused',
      number: 0.1,
      limit: 0.2,
    });
    expect(belowLimit({ ...share, number: 0.3, doubtfulBelow: 0.3 })).toBeUndefined();
  });

  test('refuses what is not known', () => {
    expect(aboveLimit({ ...share, number: NaN, doubtfulAbove: 1 })).toMatchObject({ verdict: 'refused', limit: 1 });
  });

  test('that is refused ends in an error with the number and the step, and carries the reasons', () => {
    const judgement = judge(doubt, refusal);
    expect(() => requireNotRefused(judge(doubt))).not.toThrow();
    expect(() => requireNotRefused(judgement, 'image-shift/bad-calibration')).toThrow(RefusedError);
    const error = new RefusedError(judgement);
    expect(error).toMatchObject({ code: 'run/refused', reasons: [refusal, doubt] });
    expect(error.message).toContain('Share: 11 %, limit 10 %');
    expect(error.hint).toContain('Do it again.');
  });
});

describe('two ways to one number', () => {
  const [one, other] = [
    { name: 'the one', value: 10, standardError: 0.3 },
    { name: 'the other', value: 10, standardError: 0.4 },
  ];
  test.each([
    [11.7, undefined],
    [11.8, 'doubtful'],
    [12.9, 'doubtful'],
    [13.1, 'refused'],
    [NaN, 'refused'],
  ])('10 and %f with errors of 0.5 together: %s', (value, verdict) => {
    expect(agreement({ what: 'size', one, other: { ...other, value }, unit: 'nm', change: '' })?.verdict).toBe(verdict);
  });

  test('that are the same agree without any error', () => {
    const exact = { name: 'a', value: 2, standardError: 0 };
    expect(agreement({ what: 'size', one: exact, other: exact, unit: '', change: '' })).toBeUndefined();
  });
});

test.each([
  [0.89, undefined],
  [0.95, 'doubtful'],
  [1.2, 'refused'],
])('a second-best answer of %f of the best: %s', (other, verdict) => {
  expect(rival({ what: 'Peak', chosen: 1, other, change: '' })?.verdict).toBe(verdict);
});

test('an answer on the edge of the window is refused at either end, and within it is not', () => {
  const window = [0, 10] as const;
  const at = (value: number) => edge({ what: 'Defocus', value, window, resolution: 0.5, unit: 'um', change: '' });
  expect(at(9.6)).toMatchObject({ verdict: 'refused', limit: 10 });
  expect(at(0.2)).toMatchObject({ verdict: 'refused', limit: 0 });
  expect(at(12)).toMatchObject({ verdict: 'refused' });
  expect(at(5)).toBeUndefined();
});

test('a correction counts only when something was measured after it', () => {
  const of = (corrections: number, measuredSince: boolean) =>
    freshness({ what: 'Corrections', corrections, measuredSince, change: '' })?.verdict;
  expect([of(0, false), of(2, true), of(1, false)]).toEqual([undefined, undefined, 'refused']);
});

describe('plausibility', () => {
  const errors = matrix(1, 1, 1, 1);
  const reasons = (given: Parameters<typeof matrix>, mirrored?: boolean) =>
    plausibleMatrix({
      what: 'image shift',
      matrix: matrix(...given),
      standardErrors: errors,
      ...(mirrored !== undefined && { mirrored }),
      change: '',
    }).flatMap((each) => each ?? []);

  test('leaves a matrix of uneven coils with some skew alone', () => {
    expect(reasons([1000, 100, -150, 1400])).toEqual([]);
  });

  test.each([0, 37, 123, 251])('sees a dead axis and names it, turned by %d degrees', (angle) => {
    const turned = product(rotation(angle), matrix(1000, 3, 0, 4));
    expect(reasons([turned.xpx, turned.xpy, turned.ypx, turned.ypy])).toEqual([
      expect.objectContaining({ verdict: 'refused', why: 'The Y axis of image shift does not move the image.' }),
    ]);
  });

  test('sees axes that are parallel, too different, or at an odd angle', () => {
    expect(reasons([1000, 990, 1000, 1000])).toEqual([
      expect.objectContaining({ verdict: 'refused', kind: 'implausible' }),
    ]);
    expect(reasons([1000, 0, 0, 400])).toMatchObject([{ verdict: 'doubtful', number: 2.5, limit: 2 }]);
    expect(reasons([1000, 0, 0, 100])).toMatchObject([{ verdict: 'refused', number: 10 }]);
    expect(reasons([1000, 700, 0, 714])).toMatchObject([{ verdict: 'doubtful', unit: 'degrees', limit: 65 }]);
  });

  test('sees an axis that runs the other way than expected', () => {
    expect(reasons([1000, 0, 0, -1000], true)).toEqual([]);
    expect(reasons([1000, 0, 0, -1000], false)).toMatchObject([{ verdict: 'doubtful', number: -1, limit: 1 }]);
    expect(reasons([1000, 0, 0, -1000])).toEqual([]);
  });

  test('refuses zeros and NaN', () => {
    for (const bad of [0, NaN])
      expect(reasons([bad, bad, bad, bad]).some(({ verdict }) => verdict === 'refused')).toBe(true);
  });

  test('holds stated errors against the value', () => {
    const of = (standardError: number) => certainty({ what: 'size', value: -10, standardError, change: '' })?.verdict;
    expect([of(0.1), of(0.5), of(5), of(NaN)]).toEqual([undefined, 'doubtful', 'refused', 'refused']);
  });

  test('holds lengths against what is expected, in both directions', () => {
    const of = (value: number, nominal?: number) =>
      plausibleLength({ what: 'Pixel', value, nominal, refusedFactor: 30, why: '', change: '' })?.verdict;
    expect([of(1), of(1, 2), of(10, 1), of(1, 10), of(1000, 1), of(-1, 1), of(0, 1)]).toEqual([
      undefined,
      undefined,
      'doubtful',
      'doubtful',
      'refused',
      'refused',
      'refused',
    ]);
  });
});
