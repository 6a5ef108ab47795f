import { type Vector, length, subtract, vector } from '../base';
import type { Misfit } from '../judgement';
import { averagedOverCauses } from '../../imaging';
import { pairCovariance, usualFloor } from './pair-noise';
import type { TiltPair, TiltSeries, TiltView } from './tilt-series';

/** Function of the beam tilt; a displacement is the sum of such functions, each times a vector. */
export type TiltTerm = (tilt: Vector) => number;

/** Choices of the fit of a series. */
export interface TiltFitOptions {
  /**
   * Terms of the displacement against the base, such as the products of a polynomial. Left out, the images at each different tilt have a
   * place of their own against those at the first tilt.
   */
  readonly terms?: readonly TiltTerm[];
  /** Standard error of a pair beyond that of its noise, in compared pixels. */
  readonly floor?: number;
}

/** Displacements that belong to a series of tilts, without the drift; lengths in unbinned pixels, Y up. */
export interface TiltFit {
  /** Vector of each term; without terms, the place at each different tilt but the first, against that at the first. */
  readonly displacements: readonly Vector[];
  /** Covariance of the displacements: X and Y of the first, X and Y of the second, and so on, then of the drift. */
  readonly covariance: readonly (readonly number[])[];
  /** Steady drift of the image for each second, with its standard error; not known from two images, whose displacement holds it. */
  readonly drift?: Vector;
  readonly driftError?: Vector;
  /** Misfit of the pairs with displacements and drift; none is left to tell where there are no more pairs than unknowns. */
  readonly misfit: Misfit;
  /** Largest sum of three shifts that lead back to the first image, in their standard errors: a wrong one shows. */
  readonly largestClosure: number;
}

/** Time in seconds in which the drift of a holder that was moved typically falls to 1/e; faster where much of it is left. */
const usualDecay = 40;
/** Multiples of the bend of such a drift that a series may have, and their weights. */
const bends = [
  { multiple: 0, weight: 4 },
  { multiple: 1, weight: 2 },
  { multiple: 3, weight: 1 },
];

/**
 * Fits displacements by beam tilt and the drift to the pairs of a series. The noise of an image is in all its pairs, and drift need not
 * be steady: both are in the errors.
 */
export function fitTiltSeries(series: TiltSeries, { terms, floor = usualFloor }: TiltFitOptions = {}): TiltFit {
  const { views, pairs, comparedPixel } = series;
  // Two images cannot tell drift from displacement: all is taken for displacement.
  const drifting = views.length > 2;
  const columns = terms ?? placesOf(views);
  const start = views[0]!.time;
  const duration = Math.max(1e-9, views.at(-1)!.time - start);
  const moments = views.map(({ time }) => (time - start) / duration);
  const ofPair = (of: (view: number) => number, { earlier, later }: TiltPair): number => of(earlier) - of(later);
  const rows = pairs.flatMap((pair) => {
    const row = [
      ...columns.map((term) => ofPair((view) => term(views[view]!.tilt), pair)),
      ...(drifting ? [ofPair((view) => moments[view]!, pair)] : []),
    ];
    const none = row.map(() => 0);
    return [row.flatMap((each, at) => [each, none[at]!]), row.flatMap((each, at) => [none[at]!, each])];
  });
  const observed = pairs.flatMap(({ shift }) => [shift.x, shift.y]);
  const noise = noiseOf(pairs, floor * comparedPixel);
  const steady = averagedOverCauses(rows, observed, noise, [{ causes: [] }]);
  // A course that begins and ends on the straight line, with its largest distance from it, 1, in the middle.
  const course = pairs.map((pair) => ofPair((view) => 4 * moments[view]! * (1 - moments[view]!), pair));
  const size = !drifting ? 0 : length(at(columns.length, steady.parameters)) * (duration / (8 * usualDecay));
  const bent = (axis: 'x' | 'y', multiple: number): readonly number[] =>
    course.flatMap((each) => (axis === 'x' ? [multiple * size * each, 0] : [0, multiple * size * each]));
  const fit = averagedOverCauses(
    rows,
    observed,
    noise,
    bends.map(({ multiple, weight }) => ({
      weight,
      causes: multiple * size === 0 ? [] : [bent('x', multiple), bent('y', multiple)],
    })),
  );
  const drift = columns.length;
  const perSecond = ({ x, y }: Vector): Vector => vector(x / duration, y / duration);
  return {
    displacements: columns.map((_, index) => at(index, fit.parameters)),
    covariance: fit.covariance,
    ...(drifting && {
      drift: perSecond(at(drift, fit.parameters)),
      driftError: perSecond(at(drift, fit.standardErrors)),
    }),
    misfit: { chiSquare: fit.chiSquare, degreesOfFreedom: fit.degreesOfFreedom },
    largestClosure: largestClosure(pairs, noise),
  };
}

const at = (index: number, of: readonly number[]): Vector => vector(of[2 * index]!, of[2 * index + 1]!);

/** A term for the images at each different tilt but the first: 1 at the tilt, 0 elsewhere. */
function placesOf(views: readonly TiltView[]): readonly TiltTerm[] {
  const largest = Math.max(...views.map(({ tilt }) => length(tilt)));
  // Values that are read back may differ in their last digits.
  const same = (one: Vector, other: Vector): boolean => length(subtract(one, other)) <= 1e-3 * largest;
  const different: Vector[] = [];
  for (const { tilt } of views) if (!different.some((each) => same(each, tilt))) different.push(tilt);
  return different.slice(1).map((place) => (tilt: Vector) => (same(place, tilt) ? 1 : 0));
}

/** Covariance of the shifts of all pairs, X and Y in turn, without causes. */
function noiseOf(pairs: readonly TiltPair[], floor: number): readonly Float64Array[] {
  const noise = pairs.flatMap(() => [0, 1]).map(() => new Float64Array(2 * pairs.length));
  for (const [axis, name] of (['x', 'y'] as const).entries())
    for (const [one, row] of pairCovariance(pairs, name, floor).entries())
      for (const [other, each] of row.entries()) noise[2 * one + axis]![2 * other + axis] = each;
  return noise;
}

/** Largest of the sums of three shifts around a triangle of images, in the standard error of the sum. */
function largestClosure(pairs: readonly TiltPair[], noise: readonly Float64Array[]): number {
  const between = (earlier: number, later: number): number =>
    pairs.findIndex((pair) => pair.earlier === earlier && pair.later === later);
  let largest = 0;
  for (const [whole, { earlier, later, shift }] of pairs.entries())
    for (let middle = earlier + 1; middle < later; middle++) {
      const [first, second] = [between(earlier, middle), between(middle, later)];
      if (first < 0 || second < 0) continue;
      const around = [
        { pair: first, sign: 1 },
        { pair: second, sign: 1 },
        { pair: whole, sign: -1 },
      ];
      for (const [axis, name] of (['x', 'y'] as const).entries()) {
        const rest = pairs[first]!.shift[name] + pairs[second]!.shift[name] - shift[name];
        let variance = 0;
        for (const one of around)
          for (const other of around)
            variance += one.sign * other.sign * noise[2 * one.pair + axis]![2 * other.pair + axis]!;
        largest = Math.max(largest, Math.abs(rest) / Math.sqrt(variance));
      }
    }
  return largest;
}

/** The displacement from one beam tilt to the opposite one, with its errors; lengths in unbinned pixels, Y up. */
export interface Swing {
  /** Place of the image at the negative tilt less that at the positive one. */
  readonly shift: Vector;
  /** Covariance [xx, xy, yy] of the shift. */
  readonly covariance: readonly [xx: number, xy: number, yy: number];
  readonly standardError: Vector;
  /** Steady drift of the image for each second; not known from two images, whose displacement holds it. */
  readonly drift?: Vector;
}

/** The displacement between the two tilts of a series that begins at the negative one. */
export function swingOf(fit: TiltFit): Swing {
  const [{ x, y } = vector(NaN, NaN)] = fit.displacements;
  const [[xx = NaN, xy = NaN] = [], [, yy = NaN] = []] = fit.covariance;
  return {
    shift: vector(-x, -y),
    covariance: [xx, xy, yy],
    standardError: vector(Math.sqrt(xx), Math.sqrt(yy)),
    ...(fit.drift && { drift: fit.drift }),
  };
}
