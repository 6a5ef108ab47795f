import { type Matrix, type Vector, apply, scale, subtract, vector } from '../../base';
import { type Misfit, errorGrowth } from '../../judgement';
import { type MatrixEstimate, onSpecimen } from './astigmatism-response';
import { type Bend, type ComaResponse, type RawComa, pureComa } from './coma-response';
import { type JointTiltFit, fitTiltSeriesTogether } from './joint-tilt-fit';
import type { Swing, TiltTerm } from '../tilt-fit';
import type { ComaTriple } from './tilt-patterns';
import type { TiltSeries } from '../tilt-series';

/** A measured response with the evidence that belongs to it. */
export interface MeasuredComa {
  readonly response: ComaResponse<MatrixEstimate>;
  /** The bends at the present beam tilt. */
  readonly bends: { readonly x: Bend; readonly y: Bend };
  /** Misfit of the response with a lens that has nothing but spherical aberration. */
  readonly rest: Misfit;
  readonly misfit: Misfit;
  readonly drift: Vector;
}

/** Standard error of a pair beyond its noise, in compared pixels: coma of a strong tilt shifts fine detail more than coarse one. */
const strongTiltFloor = 0.1;
/** Products of the tilts of both coils up to the third power. */
export const cubicTerms: readonly TiltTerm[] = [
  ({ x }) => x,
  ({ y }) => y,
  ({ x }) => x * x,
  ({ x, y }) => x * y,
  ({ y }) => y * y,
  ({ x }) => x ** 3,
  ({ x, y }) => x * x * y,
  ({ x, y }) => x * y * y,
  ({ y }) => y ** 3,
];
/** Places of the products among them. */
const [xx, yy, xxx, xxy, xyy, yyy] = [2, 4, 5, 6, 7, 8];

/** Third derivatives in the order of the numbers of a response: the term and its factor, for the columns of X and of Y. */
const derivatives = [
  [
    [xxx, 6],
    [xxy, 2],
  ],
  [
    [xyy, 2],
    [yyy, 6],
  ],
] as const;
/** Those of X, then of Y, each row by row. */
const numbered = derivatives.flatMap((columns) =>
  (['x', 'y'] as const).flatMap((component) => columns.map(([term, factor]) => ({ component, term, factor }))),
);

/**
 * Measures the response with one series over two rings of tilts. Place is a polynomial of the tilt, of which the third derivatives are
 * the matrices: a bend is the second derivative times the square of half the greatest tilt, with the opposite sign.
 */
export function measureComa(series: readonly TiltSeries[], greatest: number, perPixel: Matrix): MeasuredComa {
  const fit = fitTiltSeriesTogether(
    series.map((each) => ({ series: each, terms: cubicTerms })),
    strongTiltFloor,
  );
  const grown = errorGrowth(fit.misfit) ** 2;
  const half = -((greatest / 2) ** 2);
  const across = { x: [perPixel.xpx, perPixel.xpy], y: [perPixel.ypx, perPixel.ypy] } as const;
  const raw = {
    numbers: numbered.map(({ component, term, factor }) => {
      const { x, y } = fit.values[term]!;
      return half * factor * (across[component][0] * x + across[component][1] * y);
    }),
    covariance: numbered.map((one) =>
      numbered.map((other) => {
        const [first, second] = [across[one.component], across[other.component]];
        const { x, y } = fit.covariance;
        const shared =
          first[0] * second[0] * x[one.term]![other.term]! + first[1] * second[1] * y[one.term]![other.term]!;
        return grown * half * half * one.factor * other.factor * shared;
      }),
    ),
  };
  const { rest, ...response } = pureComa(raw);
  return {
    response,
    rest,
    bends: bendsOf(fit, greatest, perPixel),
    misfit: fit.misfit,
    drift: apply(perPixel, fit.drift),
  };
}

const bendOf = ({ value, standardErrors }: MatrixEstimate, column: 'first' | 'second'): Bend =>
  column === 'first'
    ? { value: vector(value.xpx, value.ypx), standardErrors: vector(standardErrors.xpx, standardErrors.ypx) }
    : { value: vector(value.xpy, value.ypy), standardErrors: vector(standardErrors.xpy, standardErrors.ypy) };

/** Terms of a ring around its middle: those of the third power that a ring tells from the first. */
const ringTerms: readonly TiltTerm[] = [
  ...cubicTerms.slice(0, xxx),
  ({ x, y }) => x ** 3 - 3 * x * y * y,
  ({ x, y }) => 3 * x * x * y - y ** 3,
];

/** Measures the bends at the present beam tilt with one ring of tilts and its middle. */
export function measureBends(
  series: TiltSeries,
  greatest: number,
  perPixel: Matrix,
): Pick<MeasuredComa, 'bends' | 'misfit'> {
  const fit = fitTiltSeriesTogether([{ series, terms: ringTerms }], strongTiltFloor);
  return { bends: bendsOf(fit, greatest, perPixel), misfit: fit.misfit };
}

/** Bends from the second derivatives of a fit. */
function bendsOf(fit: JointTiltFit, greatest: number, perPixel: Matrix): MeasuredComa['bends'] {
  const grown = errorGrowth(fit.misfit) ** 2;
  const factor = -2 * (greatest / 2) ** 2;
  const second = (term: number): Vector => scale(fit.values[term]!, factor);
  const variance = (term: number): Vector =>
    scale(vector(fit.covariance.x[term]![term]!, fit.covariance.y[term]![term]!), grown * factor ** 2);
  const bends = onSpecimen(perPixel, [second(xx), second(yy)], [variance(xx), variance(yy)], 1);
  return { x: bendOf(bends, 'first'), y: bendOf(bends, 'second') };
}

/** A triple of SerialEM's scheme with its swing. */
export interface MeasuredTriple {
  readonly triple: ComaTriple;
  readonly swing: Pick<Swing, 'shift' | 'standardError'>;
}

/** The response from the swings of SerialEM's scheme: differences of differences. */
export function comaOfTriples(
  measured: readonly MeasuredTriple[],
  greatest: number,
  perPixel: Matrix,
): Pick<MeasuredComa, 'response' | 'bends' | 'rest'> {
  const swing = (along: 0 | 1, off: 0 | 1, sign: -1 | 1, side: -1 | 1): MeasuredTriple['swing'] =>
    measured.find(
      ({ triple }) => triple.along === along && triple.off === off && triple.sign === sign && triple.side === side,
    )!.swing;
  const bend = (along: 0 | 1, off: 0 | 1, sign: -1 | 1): readonly [Vector, Vector] => {
    const [minus, plus] = [swing(along, off, sign, -1), swing(along, off, sign, 1)];
    return [
      subtract(plus.shift, minus.shift),
      vector(
        plus.standardError.x ** 2 + minus.standardError.x ** 2,
        plus.standardError.y ** 2 + minus.standardError.y ** 2,
      ),
    ];
  };
  const over = (along: 0 | 1, weight: (one: number, other: number) => number, factor: number): MatrixEstimate => {
    const column = (off: 0 | 1): readonly [Vector, Vector] => {
      const [[low, lowVariance], [high, highVariance]] = [bend(along, off, -1), bend(along, off, 1)];
      return [
        vector(weight(high.x, low.x), weight(high.y, low.y)),
        vector(highVariance.x + lowVariance.x, highVariance.y + lowVariance.y),
      ];
    };
    const [first, second] = [column(0), column(1)];
    return onSpecimen(perPixel, [first[0], second[0]], [first[1], second[1]], factor);
  };
  const difference = (one: number, other: number): number => one - other;
  const response = { x: over(0, difference, 1 / greatest), y: over(1, difference, 1 / greatest) };
  // The mean over misalignments to either side is the bend without one; those along the coil itself are as good as the others.
  const mean = (along: 0 | 1): Bend => {
    const { value, standardErrors } = over(along, (one, other) => one + other, 1 / 2);
    return {
      value: vector((value.xpx + value.xpy) / 2, (value.ypx + value.ypy) / 2),
      standardErrors: vector(
        Math.hypot(standardErrors.xpx, standardErrors.xpy) / 2,
        Math.hypot(standardErrors.ypx, standardErrors.ypy) / 2,
      ),
    };
  };
  return { response, bends: { x: mean(0), y: mean(1) }, rest: pureComa(rawOf(response)).rest };
}

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** A response whose numbers have nothing to do with each other, as those of separate images. */
function rawOf({ x, y }: ComaResponse<MatrixEstimate>): RawComa {
  const errors = [x, y].flatMap(({ standardErrors }) => elements.map((at) => standardErrors[at]));
  return {
    numbers: [x, y].flatMap(({ value }) => elements.map((at) => value[at])),
    covariance: errors.map((each, row) => errors.map((_, column) => (row === column ? each * each : 0))),
  };
}
