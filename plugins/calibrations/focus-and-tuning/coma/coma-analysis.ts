import {
  type Chart,
  type Matrix,
  type Vector,
  add,
  fromColumns,
  inverse,
  length,
  product,
  scale,
  subtract,
  vector,
  vectorChart,
} from '../../../../core/base';

/** Tilt and stigmator that an image shift needs. */
export interface NeededAtShift {
  /** Image shift that was held, in its units, from that at the start. */
  readonly shift: Vector;
  /** Beam tilt at which there is no coma, with its standard errors. */
  readonly tilt: Vector;
  readonly tiltErrors: Vector;
  /** Stigmator at which there is no astigmatism, with its standard errors. */
  readonly stigmator: Vector;
  readonly stigmatorErrors: Vector;
}

/** Measurements at image shifts to both sides along two directions. */
export interface ComaSeries {
  readonly first: readonly [NeededAtShift, NeededAtShift];
  readonly second: readonly [NeededAtShift, NeededAtShift];
}

/** A matrix from image shift to what it needs, with errors, and the agreement of both directions on the middle. */
export interface ShiftMatrix {
  readonly matrix: Matrix;
  readonly standardErrors: Matrix;
  /** Difference of the two middles, and its significance in standard errors. */
  readonly closure: Vector;
  readonly significance: number;
}

type What = 'tilt' | 'stigmator';

/** Significance of a closure from which the stated errors hold it. */
const minClosure = 3;

/** Works out what image shift needs of the tilt, or of the stigmator. Undefined where the two directions are one. */
export function shiftMatrix({ first, second }: ComaSeries, what: What): ShiftMatrix | undefined {
  const errorsOf = (each: NeededAtShift): Vector => each[`${what}Errors`];
  const differences = [first, second].map(([minus, plus]) => ({
    shift: subtract(plus.shift, minus.shift),
    needed: subtract(plus[what], minus[what]),
    errors: vector(Math.hypot(errorsOf(minus).x, errorsOf(plus).x), Math.hypot(errorsOf(minus).y, errorsOf(plus).y)),
  }));
  const [one, other] = differences as [(typeof differences)[0], (typeof differences)[0]];
  const back = inverse(fromColumns(one.shift, other.shift));
  if (!back) return undefined;
  const middle = ([minus, plus]: readonly [NeededAtShift, NeededAtShift]): Vector =>
    scale(add(minus[what], plus[what]), 0.5);
  const closure = subtract(middle(first), middle(second));
  const closureErrors = vector(
    Math.hypot(one.errors.x, other.errors.x) / 2,
    Math.hypot(one.errors.y, other.errors.y) / 2,
  );
  const significance = Math.hypot(closure.x / closureErrors.x, closure.y / closureErrors.y) / Math.SQRT2;
  // What moved between the two directions may have moved within them.
  const more = significance > minClosure ? closure : vector(0, 0);
  const grown = (errors: Vector): Vector => vector(Math.hypot(errors.x, more.x), Math.hypot(errors.y, more.y));
  return {
    matrix: product(fromColumns(one.needed, other.needed), back),
    standardErrors: errorsThrough(grown(one.errors), grown(other.errors), back),
    closure,
    significance,
  };
}

/** Standard errors of a product with a matrix that is known, of columns with independent errors. */
function errorsThrough(first: Vector, second: Vector, by: Matrix): Matrix {
  const element = (a: number, b: number, p: number, q: number): number => Math.hypot(a * p, b * q);
  return {
    xpx: element(first.x, second.x, by.xpx, by.ypx),
    xpy: element(first.x, second.x, by.xpy, by.ypy),
    ypx: element(first.y, second.y, by.xpx, by.ypx),
    ypy: element(first.y, second.y, by.xpy, by.ypy),
  };
}

/** Largest error that a matrix leaves at a distance, in the unit of its values: the errors of both columns at a corner of the field. */
export const errorAt = ({ standardErrors: e }: Pick<ShiftMatrix, 'standardErrors'>, reach: Vector): number =>
  length(vector(Math.hypot(e.xpx * reach.x, e.xpy * reach.y), Math.hypot(e.ypx * reach.x, e.ypy * reach.y)));

/** Change of the beam tilt that each image shift needs, as arrows. */
export const comaPlot = (needed: readonly NeededAtShift[], start: Vector): Chart =>
  vectorChart(
    {
      id: 'coma-vs-image-shift',
      title: 'Beam tilt that each image shift needs',
      x: 'Image shift X, units of the column',
      y: 'Image shift Y, units of the column',
    },
    [
      {
        name: 'Change of the beam tilt',
        from: needed.map(({ shift }) => shift),
        vectors: needed.map(({ tilt }) => subtract(tilt, start)),
      },
    ],
  );
