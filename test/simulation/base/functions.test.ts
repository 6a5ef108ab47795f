import { createHash } from 'node:crypto';
import {
  binaryLogarithm,
  cosine,
  decimalLogarithm,
  direction,
  exponential,
  exponentialMinusOne,
  hyperbolicTangent,
  hypotenuse,
  logarithm,
  power,
  powerOfTwo,
  sine,
  tabledCosine,
  tabledDecay,
  tabledSine,
  tangent,
} from '../../../simulation/base/functions';

/** Numbers spread over a range. */
const spread = (from: number, to: number, count = 20001): readonly number[] =>
  Array.from({ length: count }, (_, k) => from + ((to - from) * k) / (count - 1));

const sha = (values: Float64Array): string => createHash('sha256').update(Buffer.from(values.buffer)).digest('hex');

/** The largest difference of two functions over arguments, relative to the larger of 1 and the value where that is asked for. */
const worst = (
  one: (x: number) => number,
  other: (x: number) => number,
  arguments_: readonly number[],
  relative = false,
): number =>
  arguments_.reduce((most, x) => {
    const [a, b] = [one(x), other(x)];
    return Math.max(most, Math.abs(a - b) / (relative ? Math.abs(b) : 1));
  }, 0);

describe('functions that are the same everywhere', () => {
  test('agree with those of the engine', () => {
    expect(worst(sine, Math.sin, spread(-30, 30))).toBeLessThan(2e-15);
    expect(worst(cosine, Math.cos, spread(-30, 30))).toBeLessThan(2e-15);
    expect(worst(sine, Math.sin, spread(-1e5, 1e5))).toBeLessThan(2e-14);
    expect(worst(exponential, Math.exp, spread(-700, 700), true)).toBeLessThan(1e-15);
    expect(worst(logarithm, Math.log, [...spread(1e-9, 5), ...spread(1, 1e12), 5e-324, 1e-310])).toBeLessThan(5e-15);
    expect(
      worst(
        (x) => power(x, 0.7),
        (x) => x ** 0.7,
        spread(1e-3, 1e3),
        true,
      ),
    ).toBeLessThan(2e-15);
    expect(worst(tangent, Math.tan, spread(-1.5, 1.5, 20000), true)).toBeLessThan(1e-15);
    expect(
      worst(hyperbolicTangent, Math.tanh, [...spread(-20, 20, 2000), ...spread(-1e-9, 1e-9, 2000)], true),
    ).toBeLessThan(1e-15);
    expect(
      worst(
        exponentialMinusOne,
        Math.expm1,
        [...spread(-700, 700, 20000), ...spread(-1, 1, 20000), ...spread(-1e-9, 1e-9, 2000)],
        true,
      ),
    ).toBeLessThan(2e-15);
    expect(worst(powerOfTwo, (x) => 2 ** x, spread(-1020, 1020), true)).toBeLessThan(2e-15);
    expect(worst(binaryLogarithm, Math.log2, [...spread(1e-9, 5), ...spread(1, 1e12), 5e-324])).toBeLessThan(2e-14);
    expect(worst(decimalLogarithm, Math.log10, [...spread(1e-9, 5), ...spread(1, 1e12)])).toBeLessThan(5e-15);
    const angles = spread(-Math.PI, Math.PI).slice(1);
    expect(
      worst(
        (a) => direction(Math.sin(a), Math.cos(a)),
        (a) => Math.atan2(Math.sin(a), Math.cos(a)),
        angles,
      ),
    ).toBeLessThan(1e-15);
    expect(hypotenuse(3, -4)).toBe(5);
  });

  test('keep to the ends of their ranges', () => {
    expect([exponential(-800), exponential(800), exponential(0), exponential(NaN)]).toEqual([0, Infinity, 1, NaN]);
    expect([logarithm(0), logarithm(-1), logarithm(1), logarithm(Infinity)]).toEqual([-Infinity, NaN, 0, Infinity]);
    expect([power(0, 2), power(0, 0), direction(0, 0)]).toEqual([0, 1, 0]);
    expect([exponentialMinusOne(0), exponentialMinusOne(-800), hyperbolicTangent(0)]).toEqual([0, -1, 0]);
    expect([hyperbolicTangent(400), hyperbolicTangent(-400)]).toEqual([1, -1]);
    expect([powerOfTwo(2000), powerOfTwo(-2000), powerOfTwo(NaN)]).toEqual([Infinity, 0, NaN]);
    expect([binaryLogarithm(0), binaryLogarithm(-1), binaryLogarithm(Infinity)]).toEqual([-Infinity, NaN, Infinity]);
  });

  test('are exact at whole powers of two', () => {
    for (let k = -1000; k <= 1000; k++) expect([powerOfTwo(k), binaryLogarithm(2 ** k)]).toEqual([2 ** k, k]);
  });

  test('are good to many digits from their tables', () => {
    expect(worst(tabledSine, (x) => Math.sin(2 * Math.PI * x), spread(-40, 40))).toBeLessThan(3e-8);
    expect(worst(tabledCosine, (x) => Math.cos(2 * Math.PI * x), spread(-40, 40))).toBeLessThan(3e-8);
    expect(worst(tabledDecay, (x) => Math.exp(-x), spread(0, 40))).toBeLessThan(3e-6);
  });

  test('give these bytes on every machine', () => {
    const values = Float64Array.from([
      ...spread(-50, 50, 501).flatMap((x) => [sine(x), cosine(x), exponential(x), tabledSine(x), tabledCosine(x)]),
      ...spread(1e-3, 100, 501).flatMap((x) => [logarithm(x), power(x, 0.3), direction(x - 50, 3), tabledDecay(x)]),
    ]);
    expect(sha(values)).toBe('6e0a737a733bcd8485a99b1c1b87cb73fb1ba595fa1b5e370e45c437667a73f0');
    const others = Float64Array.from([
      ...spread(-3, 3, 501).flatMap((x) => [tangent(x), hyperbolicTangent(x), exponentialMinusOne(x), powerOfTwo(x)]),
      ...spread(1e-3, 100, 501).flatMap((x) => [binaryLogarithm(x), decimalLogarithm(x)]),
    ]);
    expect(sha(others)).toBe('d6a03c89a0c64c481a6b481d3261035b29686d331ed00cb4c716e68d9e962d95');
  });
});
