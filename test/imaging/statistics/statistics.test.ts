import { fc } from '../../support/properties';
import {
  edgeMean,
  extent,
  mean,
  median,
  medianAbsoluteDeviation,
  percentile,
  percentiles,
  robustDeviation,
  robustMean,
  standardDeviation,
  trimmedMean,
  variance,
} from '../../../imaging/statistics';
import { image } from '../../../imaging/image';
import { Random } from '../../../imaging/synthesis';

const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing thrown';
};

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
const sorted = (list: readonly number[]): number[] => [...list].sort((one, other) => one - other);

describe('order statistics', () => {
  it('select what sorting finds', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 100, noNaN: true }), (list, percent) => {
        const order = sorted(list);
        const rank = ((list.length - 1) * percent) / 100;
        const low = order[Math.floor(rank)]!;
        const high = order[Math.ceil(rank)]!;
        expect(percentile(list, percent)).toBeCloseTo(low + (rank % 1) * (high - low), 6);
      }),
    );
  });

  it('count images of 8 and 16 bits to the same result', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 4, maxLength: 64 }), (list) => {
        const truth = percentiles(list, [0, 25, 50, 90, 100]);
        expect(percentiles(Int16Array.from(list), [0, 25, 50, 90, 100])).toEqual(truth);
        const raised = list.map((value) => value + 128);
        for (const counts of [Uint8Array.from(raised), Uint16Array.from(raised)]) {
          percentiles(counts, [0, 25, 50, 90, 100]).forEach((found, index) =>
            expect(found).toBeCloseTo(truth[index]! + 128, 9),
          );
        }
      }),
    );
  });

  it('know the median of few and of equal values', () => {
    expect(median([3])).toBe(3);
    expect(median([3, 4])).toBe(3.5);
    expect(median(new Float32Array(1000).fill(2))).toBe(2);
    expect(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9])).toBe(1);
  });

  it('leave their input as it was', () => {
    const data = Float64Array.from([5, 1, 4, 2, 3]);
    median(data);
    expect([...data]).toEqual([5, 1, 4, 2, 3]);
  });

  it('take half a million values without falling into quadratic time', () => {
    const ramp = Float64Array.from({ length: 500_000 }, (_, index) => (index < 250_000 ? index : 500_000 - index));
    expect(median(ramp)).toBe(125_000);
  });
});

describe('moments', () => {
  it('agree with their definitions, far from zero too', () => {
    const data = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
    expect(mean(data)).toBe(1e9 + 10);
    expect(variance(data)).toBe(30);
    expect(standardDeviation(data)).toBeCloseTo(Math.sqrt(30), 12);
    expect(extent(data)).toEqual({ minimum: 1e9 + 4, maximum: 1e9 + 16 });
  });

  it('walk over views as over copies', () => {
    const whole = image(
      Float32Array.from({ length: 35 }, (_, index) => (index * 17) % 11),
      5,
      7,
    );
    const view = whole.lo(1, 2).hi(3, 4).transpose(1, 0);
    const copy: number[] = [];
    for (let row = 1; row < 4; row++) for (let column = 2; column < 6; column++) copy.push(whole.get(row, column));
    expect(mean(view)).toBeCloseTo(mean(copy), 12);
    expect(median(view)).toBe(median(copy));
    expect(edgeMean(view)).toBeCloseTo(edgeMean(image(Float64Array.from(copy), 3, 4)), 12);
  });

  it('trim as sorting and cutting does', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.49, noNaN: true }), (list, fraction) => {
        const cut = Math.floor(fraction * list.length);
        const kept = sorted(list).slice(cut, list.length - cut);
        expect(trimmedMean(list, fraction)).toBeCloseTo(kept.reduce((sum, value) => sum + value, 0) / kept.length, 5);
      }),
    );
  });

  it('keep a robust mean where the plain mean is drawn away, with an error that holds', () => {
    const random = new Random(3);
    const found: number[] = [];
    let stated = 0;
    for (let run = 0; run < 300; run++) {
      const data = Float64Array.from({ length: 100 }, () => (random.uniform() < 0.1 ? 1000 : 5 + random.normal()));
      const result = robustMean(data);
      found.push(result.mean);
      stated += result.standardError / 300;
    }
    const scatter = Math.sqrt(found.reduce((sum, value) => sum + (value - 5) ** 2, 0) / found.length);
    expect(Math.abs(mean(found) - 5)).toBeLessThan((4 * scatter) / Math.sqrt(300));
    expect(stated / scatter).toBeGreaterThan(0.88);
    expect(stated / scatter).toBeLessThan(1.12);
    expect(robustMean([2, 2, 2, 50])).toEqual({ mean: 2, standardError: 0, used: 3 });
  });

  it('estimate the deviation of normal values robustly', () => {
    const random = new Random(5);
    const data = Float64Array.from({ length: 20_000 }, (_, index) => (index % 50 ? 2 * random.normal() : 1e5));
    expect(robustDeviation(data)).toBeGreaterThan(1.94);
    expect(robustDeviation(data)).toBeLessThan(2.12);
  });

  it('take the border once, however wide', () => {
    const frame = image(Uint8Array.from([9, 9, 9, 9, 0, 9, 9, 9, 9]), 3, 3);
    expect(edgeMean(frame)).toBe(9);
    expect(edgeMean(frame, 2)).toBe(8);
    expect(edgeMean(image(Uint8Array.from([1, 2, 3]), 1, 3))).toBe(2);
    expect(edgeMean(image(Uint8Array.from([1, 2, 3]), 3, 1), 7)).toBe(2);
  });
});

describe('hostile values', () => {
  const functions: [string, (source: Float64Array) => unknown][] = [
    ['mean', mean],
    ['variance', variance],
    ['median', median],
    ['trimmedMean', trimmedMean],
    ['robustMean', robustMean],
    ['medianAbsoluteDeviation', medianAbsoluteDeviation],
    ['extent', extent],
    ['percentiles', (source) => percentiles(source, [5])],
  ];
  it.each(functions)('%s refuses NaN, infinities and nothing by a typed error', (_, action) => {
    expect(code(() => action(Float64Array.of(1, NaN, 3)))).toBe('imaging/not-finite');
    expect(code(() => action(Float64Array.of(1, Infinity, 3)))).toBe('imaging/not-finite');
    expect(code(() => action(new Float64Array(0)))).toBe('imaging/too-few-points');
  });

  it('say so of images without pixels, and of bad arguments', () => {
    expect(code(() => mean(image(new Float32Array(0), 0, 5)))).toBe('imaging/empty-image');
    expect(code(() => edgeMean(image(new Float32Array(0), 0, 0)))).toBe('imaging/empty-image');
    expect(code(() => edgeMean(image(Float32Array.of(NaN), 1, 1)))).toBe('imaging/not-finite');
    expect(code(() => edgeMean(image(Float32Array.of(1), 1, 1), 0))).toBe('imaging/bad-argument');
    expect(code(() => percentile([1], 101))).toBe('imaging/bad-argument');
    expect(code(() => percentile([1], NaN))).toBe('imaging/bad-argument');
    expect(code(() => trimmedMean([1, 2], 0.5))).toBe('imaging/bad-argument');
    expect(code(() => variance([1]))).toBe('imaging/too-few-points');
    expect(code(() => image(new Float32Array(5), 2, 2))).toBe('imaging/bad-size');
    expect(code(() => image(new Float32Array(4), -2, -2))).toBe('imaging/bad-size');
    expect(code(() => image(new Float32Array(4), 1.6, 2.5))).toBe('imaging/bad-size');
  });

  it('take constant values as they are', () => {
    const flat = image(new Uint16Array(16).fill(7), 4, 4);
    expect(mean(flat)).toBe(7);
    expect(variance(flat)).toBe(0);
    expect(robustMean(flat)).toEqual({ mean: 7, standardError: 0, used: 16 });
    expect(trimmedMean(flat)).toBe(7);
  });
});
