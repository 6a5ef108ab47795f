/**
 * Sines, exponentials and powers made of additions, multiplications, divisions and square roots alone. The standard rounds
 * these four exactly, so that one seed gives the same bytes with every version of the engine and on every processor;
 * `Math.sin` and its like differ in the last bit from one to the next.
 */

/** The parts of pi/2, the first with so few bits that a small whole number times it is exact. */
const quarterTurn = 1.5707963267341256;
const quarterTurnRest = 6.077100506506192e-11;
const quartersPerRadian = 0.6366197723675814;
/** The parts of the natural logarithm of 2, likewise. */
const ln2 = 0.6931471803691238;
const ln2Rest = 1.9082149292705877e-10;
const perLn2 = 1.4426950408889634;
const ln10 = 2.302585092994046;

/** Coefficients of the series of sine and cosine in the square of a small angle, the highest first. */
const sineSeries = seriesOf([3, 5, 7, 9, 11, 13, 15, 17]);
const cosineSeries = seriesOf([2, 4, 6, 8, 10, 12, 14, 16]);

/** Signed reciprocals of factorials, the highest first. */
function seriesOf(factorials: readonly number[]): readonly number[] {
  return factorials
    .map((n, index) => {
      let factorial = 1;
      for (let k = 2; k <= n; k++) factorial *= k;
      return (index % 2 === 0 ? -1 : 1) / factorial;
    })
    .reverse();
}

function polynomial(coefficients: readonly number[], x: number): number {
  let total = 0;
  for (let k = 0; k < coefficients.length; k++) total = total * x + coefficients[k]!;
  return total;
}

const smallSine = (x: number): number => x + x * (x * x * polynomial(sineSeries, x * x));
const smallCosine = (x: number): number => 1 + x * x * polynomial(cosineSeries, x * x);

/** Sine of an angle in radians, within 1e-15 up to 1e5. */
export const sine = (angle: number): number => turned(angle, 0);
/** Cosine of an angle in radians, within 1e-15 up to 1e5. */
export const cosine = (angle: number): number => turned(angle, 1);
/** Tangent of an angle in radians. */
export const tangent = (angle: number): number => sine(angle) / cosine(angle);

function turned(angle: number, ahead: number): number {
  const quarters = Math.round(angle * quartersPerRadian);
  const rest = angle - quarters * quarterTurn - quarters * quarterTurnRest;
  const place = (((quarters + ahead) % 4) + 4) % 4;
  const value = place % 2 === 0 ? smallSine(rest) : smallCosine(rest);
  return place < 2 ? value : -value;
}

const double = new Float64Array(1);
const doubleBits = new Uint32Array(double.buffer);

/** A whole power of 2, exact within the range of normal numbers. */
function binaryPower(exponent: number): number {
  doubleBits[0] = 0;
  doubleBits[1] = (exponent + 1023) << 20;
  return double[0]!;
}

const exponentialSeries = Array.from({ length: 15 }, (_, k) => {
  let factorial = 1;
  for (let n = 2; n <= k; n++) factorial *= n;
  return 1 / factorial;
}).reverse();
/** Arguments beyond these give 0 and infinity, or numbers too small to have all their digits. */
const smallestExponent = -708;
const largestExponent = 709;

/** Exponential function, within 1e-15 of its value. */
export function exponential(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < smallestExponent) return 0;
  if (x > largestExponent) return Infinity;
  const halvings = Math.round(x * perLn2);
  return polynomial(exponentialSeries, x - halvings * ln2 - halvings * ln2Rest) * binaryPower(halvings);
}

/** The exponential function less 1, with all its digits for small arguments, too. */
export function exponentialMinusOne(x: number): number {
  if (!(Math.abs(x) < 0.4)) return exponential(x) - 1;
  return x * polynomial(exponentialSeriesAfterOne, x);
}
const exponentialSeriesAfterOne = exponentialSeries.slice(0, -1);

/** Hyperbolic tangent. */
export function hyperbolicTangent(x: number): number {
  const less = exponentialMinusOne(-2 * Math.abs(x));
  return (x < 0 ? less : -less) / (2 + less);
}

/** A power of 2, exact where it is a whole one. */
export function powerOfTwo(exponent: number): number {
  const whole = Math.round(exponent);
  // Beyond these the whole power alone loses digits, and the result is 0 or infinite.
  if (!(Math.abs(whole) < 1022)) return exponential(exponent * (ln2 + ln2Rest));
  return whole === exponent
    ? binaryPower(whole)
    : exponential((exponent - whole) * (ln2 + ln2Rest)) * binaryPower(whole);
}

/** Logarithm to the base of 2, exact for whole powers of 2. */
export function binaryLogarithm(x: number): number {
  if (!(x > 0) || x === Infinity) return logarithm(x);
  const { exponent, mantissa } = parted(x);
  return exponent + logarithmNearOne(mantissa) * perLn2;
}

/** Logarithm to the base of 10. */
export const decimalLogarithm = (x: number): number => logarithm(x) / ln10;

/** Natural logarithm of a positive number, within 1e-15; not a number for others. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const { exponent, mantissa } = parted(x);
  return exponent * ln2 + (logarithmNearOne(mantissa) + exponent * ln2Rest);
}

/** A positive number as a power of 2 times a number near 1. */
function parted(x: number): { readonly exponent: number; readonly mantissa: number } {
  // Numbers without all their bits are brought into the normal range first.
  const raised = x < 1e-300 ? 64 : 0;
  double[0] = raised > 0 ? x * 18446744073709551616 : x;
  const exponent = ((doubleBits[1]! >>> 20) & 0x7ff) - 1023;
  doubleBits[1] = (doubleBits[1]! & 0xfffff) | (1023 << 20);
  const mantissa = double[0];
  const large = mantissa > Math.SQRT2;
  return { exponent: exponent - raised + (large ? 1 : 0), mantissa: large ? mantissa / 2 : mantissa };
}

function logarithmNearOne(x: number): number {
  const ratio = (x - 1) / (x + 1);
  const square = ratio * ratio;
  let series = 0;
  for (let n = 23; n >= 3; n -= 2) series = (series + 1 / n) * square;
  return 2 * (ratio + ratio * series);
}

/** A positive number to any power; 0 to a positive one is 0. */
export const power = (base: number, exponent: number): number =>
  base === 0 ? (exponent > 0 ? 0 : exponent === 0 ? 1 : Infinity) : exponential(exponent * logarithm(base));

/** Length of the hypotenuse of two sides. */
export const hypotenuse = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Direction of a pair in radians, counter-clockwise from X, within -pi to pi. */
export function direction(y: number, x: number): number {
  const [ax, ay] = [Math.abs(x), Math.abs(y)];
  if (ax === 0 && ay === 0) return 0;
  const steep = ay > ax;
  const angle = smallArcTangent(steep ? ax / ay : ay / ax);
  const first = steep ? quarterTurn + quarterTurnRest - angle : angle;
  const above = x < 0 ? 2 * (quarterTurn + quarterTurnRest) - first : first;
  return y < 0 ? -above : above;
}

/** Arc tangent from 0 to 1: the argument is halved three times, which leaves a series of a few terms. */
function smallArcTangent(tangent: number): number {
  let t = tangent;
  for (let k = 0; k < 3; k++) t = t / (1 + Math.sqrt(1 + t * t));
  const square = t * t;
  let series = 0;
  for (let n = 23; n >= 1; n -= 2) series = (n % 4 === 1 ? 1 : -1) / n + series * square;
  return 8 * t * series;
}

/** Steps of a turn in the table of sines. */
export const sineSteps = 1 << 14;
/** Bits of a step within a turn. */
export const sineMask = sineSteps - 1;
/** Sines of a whole turn in equal steps, and a quarter of a turn more for cosines. */
export const sineTable = Float64Array.from({ length: sineSteps + sineSteps / 4 + 2 }, (_, k) =>
  sine((k / sineSteps) * 4 * (quarterTurn + quarterTurnRest)),
);

/** Sine of a number of turns from a table, within 2e-8. */
export function tabledSine(turns: number): number {
  const place = turns * sineSteps;
  const left = Math.floor(place);
  const at = left & sineMask;
  return sineTable[at]! + (place - left) * (sineTable[at + 1]! - sineTable[at]!);
}

/** Cosine of a number of turns from a table, within 2e-8. */
export function tabledCosine(turns: number): number {
  const place = turns * sineSteps;
  const left = Math.floor(place);
  const at = (left & sineMask) + sineSteps / 4;
  return sineTable[at]! + (place - left) * (sineTable[at + 1]! - sineTable[at]!);
}

const decaySteps = 256;
const longestDecay = 32;
const decayTable = Float64Array.from({ length: longestDecay * decaySteps + 2 }, (_, k) => exponential(-k / decaySteps));

/** The value of exp(-x) for x of 0 or more from a table, within 2e-6; 0 beyond 32. */
export function tabledDecay(x: number): number {
  if (!(x < longestDecay)) return 0;
  const place = x * decaySteps;
  const left = Math.floor(place);
  return decayTable[left]! + (place - left) * (decayTable[left + 1]! - decayTable[left]!);
}
