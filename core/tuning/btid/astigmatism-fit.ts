import { type Matrix, type Vector, inverse, scaleMatrix, vector } from '../../base';
import { type Misfit, errorGrowth, jointMisfit } from '../../judgement';
import {
  type AstigmatismResponse,
  type MatrixEstimate,
  type StigmatorPower,
  onSpecimen,
  pureAstigmatism,
  stigmatorPower,
} from './astigmatism-response';
import { type JointTiltFit, fitTiltSeriesTogether } from './joint-tilt-fit';
import type { Swing, TiltTerm } from '../tilt-fit';
import type { TiltSeries } from '../tilt-series';

/** Setting of the lens under which a series is taken, counted from the middle of all of them. */
export interface LensCondition {
  /** Micrometres. */
  readonly defocus: number;
  /** Shares of the range of the stigmator. */
  readonly stigmator: Vector;
}

/** A response with its errors, and the evidence that belongs to it. */
export interface MeasuredAstigmatism {
  readonly response: AstigmatismResponse<MatrixEstimate>;
  /** Displacement in the middle of all conditions. */
  readonly middle: MatrixEstimate;
  /** Astigmatism that either axis makes. */
  readonly powers: { readonly x: StigmatorPower; readonly y: StigmatorPower };
  readonly misfit: Misfit;
  /** Movement of the image for each second on the specimen, in nanometres, with its standard error. */
  readonly drift: Vector;
  readonly driftError: Vector;
  /** Probability that images still moved after a change of the lens; undefined where the scheme does not show it. */
  readonly unrest?: number;
}

/** The matrix from unbinned pixels to nanometres on the specimen. */
export const nanometresPerPixel = (specimenToCamera: Matrix): Matrix => scaleMatrix(inverse(specimenToCamera)!, 1000);

/** A swing goes from the negative tilt to the positive one, which is twice the tilt, and tells where the negative one is. */
const swingPerPlace = -2;

/** Effects of the unknowns under one condition. */
const termsOf = ({ defocus, stigmator }: LensCondition): readonly TiltTerm[] =>
  [1, defocus, stigmator.x, stigmator.y].flatMap((factor): TiltTerm[] => [
    ({ x }) => factor * x,
    ({ y }) => factor * y,
  ]);

/** The products of tilts that differ within a series: coma makes them, and the fit would take them for drift. */
function productsOf(all: readonly TiltSeries[]): readonly TiltTerm[] {
  const products: readonly TiltTerm[] = [({ x, y }) => x * y];
  const largest = Math.max(...all.flatMap(({ views }) => views.map(({ tilt: { x, y } }) => x * x + y * y)));
  return products.filter((term) =>
    all.some(({ views }) => {
      const values = views.map(({ tilt }) => term(tilt));
      return Math.max(...values) - Math.min(...values) > minProduct * largest;
    }),
  );
}
/** Share of the square of the largest tilt from which a product of tilts does something. */
const minProduct = 0.01;

/** Measures the response with series of which each tilts along both coils. */
export function measureAstigmatism(
  taken: readonly { readonly condition: LensCondition; readonly series: TiltSeries }[],
  perPixel: Matrix,
): MeasuredAstigmatism {
  const products = productsOf(taken.map(({ series }) => series));
  const fit = fitTiltSeriesTogether(
    taken.map(({ condition, series }) => ({ series, terms: [...termsOf(condition), ...products] })),
  );
  const at = (first: number): MatrixEstimate => columnsOf(fit, first, perPixel);
  const focus = at(2);
  const powers = {
    x: stigmatorPower(at(4), focus.value),
    y: stigmatorPower(at(6), focus.value),
  };
  return {
    response: {
      focus,
      stigmatorX: pureAstigmatism(powers.x, focus.value),
      stigmatorY: pureAstigmatism(powers.y, focus.value),
    },
    middle: at(0),
    powers,
    misfit: fit.misfit,
    ...driftOnSpecimen(fit, perPixel),
    unrest: fit.unrest,
  };
}

/** Displacement by beam tilt under one condition alone. */
export function measureDisplacement(
  series: readonly TiltSeries[],
  perPixel: Matrix,
): Pick<MeasuredAstigmatism, 'middle' | 'misfit' | 'drift' | 'driftError'> {
  const terms: readonly TiltTerm[] = [({ x }) => x, ({ y }) => y, ...productsOf(series)];
  const fit = fitTiltSeriesTogether(series.map((each) => ({ series: each, terms })));
  return { middle: columnsOf(fit, 0, perPixel), misfit: fit.misfit, ...driftOnSpecimen(fit, perPixel) };
}

/** The matrix of two unknowns that belong to the two coils; its errors grow with the misfit. */
function columnsOf(fit: JointTiltFit, first: number, perPixel: Matrix): MatrixEstimate {
  const grown = errorGrowth(fit.misfit) ** 2;
  const variance = (at: number): Vector =>
    vector(grown * fit.covariance.x[at]![at]!, grown * fit.covariance.y[at]![at]!);
  return onSpecimen(
    perPixel,
    [fit.values[first]!, fit.values[first + 1]!],
    [variance(first), variance(first + 1)],
    swingPerPlace,
  );
}

function driftOnSpecimen(fit: JointTiltFit, perPixel: Matrix): Pick<MeasuredAstigmatism, 'drift' | 'driftError'> {
  const still = vector(0, 0);
  const squared = ({ x, y }: Vector): Vector => vector(x * x, y * y);
  const { value, standardErrors } = onSpecimen(perPixel, [fit.drift, still], [squared(fit.driftError), still], 1);
  return { drift: vector(value.xpx, value.ypx), driftError: vector(standardErrors.xpx, standardErrors.ypx) };
}

/** Swings along X and along Y under the six conditions of SerialEM's scheme. */
export type ConditionSwings = Readonly<Record<'x' | 'y', Pick<Swing, 'shift' | 'standardError'>>>;

/** The conditions of SerialEM's scheme in its order: two of defocus, two of either axis of the stigmator. */
export const sixConditions = (defocusRange: number, step: number): readonly LensCondition[] => [
  { defocus: -defocusRange / 2, stigmator: vector(0, 0) },
  { defocus: defocusRange / 2, stigmator: vector(0, 0) },
  { defocus: 0, stigmator: vector(-step, 0) },
  { defocus: 0, stigmator: vector(step, 0) },
  { defocus: 0, stigmator: vector(0, -step) },
  { defocus: 0, stigmator: vector(0, step) },
];

/**
 * The conditions for the pattern with corners: both axes of the stigmator are off at once, so that all four series show both, and each is
 * approached from below.
 */
export const crossedConditions = (defocusRange: number, step: number): readonly LensCondition[] => [
  { defocus: -defocusRange / 2, stigmator: vector(0, 0) },
  { defocus: defocusRange / 2, stigmator: vector(0, 0) },
  { defocus: 0, stigmator: vector(-step, -step) },
  { defocus: 0, stigmator: vector(step, -step) },
  { defocus: 0, stigmator: vector(-step, step) },
  { defocus: 0, stigmator: vector(step, step) },
];

/** The response from the swings of SerialEM's scheme: each matrix from the difference of two conditions. */
export function responseOfSwings(
  swings: readonly { readonly condition: LensCondition; readonly swings: ConditionSwings }[],
  beamTilt: number,
  perPixel: Matrix,
): Pick<MeasuredAstigmatism, 'response' | 'middle' | 'powers'> {
  const between = (minus: number, plus: number, distance: number): MatrixEstimate => {
    const [low, high] = [swings[minus]!.swings, swings[plus]!.swings];
    const column = (axis: 'x' | 'y'): Vector =>
      vector(high[axis].shift.x - low[axis].shift.x, high[axis].shift.y - low[axis].shift.y);
    const variance = (axis: 'x' | 'y'): Vector =>
      vector(
        high[axis].standardError.x ** 2 + low[axis].standardError.x ** 2,
        high[axis].standardError.y ** 2 + low[axis].standardError.y ** 2,
      );
    return onSpecimen(perPixel, [column('x'), column('y')], [variance('x'), variance('y')], 1 / (distance * beamTilt));
  };
  const distanceOf = (minus: number, plus: number, of: (condition: LensCondition) => number): number =>
    of(swings[plus]!.condition) - of(swings[minus]!.condition);
  const response = {
    focus: between(
      0,
      1,
      distanceOf(0, 1, ({ defocus }) => defocus),
    ),
    stigmatorX: between(
      2,
      3,
      distanceOf(2, 3, ({ stigmator }) => stigmator.x),
    ),
    stigmatorY: between(
      4,
      5,
      distanceOf(4, 5, ({ stigmator }) => stigmator.y),
    ),
  };
  const mean = (axis: 'x' | 'y'): Vector => {
    const four = swings.slice(2).map((each) => each.swings[axis].shift);
    return vector(
      four.reduce((sum, { x }) => sum + x, 0) / four.length,
      four.reduce((sum, { y }) => sum + y, 0) / four.length,
    );
  };
  const meanVariance = (axis: 'x' | 'y'): Vector => {
    const four = swings.slice(2).map((each) => each.swings[axis].standardError);
    return vector(
      four.reduce((sum, { x }) => sum + x * x, 0) / four.length ** 2,
      four.reduce((sum, { y }) => sum + y * y, 0) / four.length ** 2,
    );
  };
  return {
    response,
    middle: onSpecimen(perPixel, [mean('x'), mean('y')], [meanVariance('x'), meanVariance('y')], 1 / beamTilt),
    powers: {
      x: stigmatorPower(response.stigmatorX, response.focus.value),
      y: stigmatorPower(response.stigmatorY, response.focus.value),
    },
  };
}

/** Misfit of both axes of the stigmator with a lens, which makes nothing but astigmatism. */
export const restOfPowers = ({ x, y }: MeasuredAstigmatism['powers']): Misfit => jointMisfit(x.rest, y.rest);
