import {
  type Vector,
  add,
  length,
  micrometres,
  normalizeDegrees,
  scale,
  subtract,
  vector,
} from '../../../../core/base';
import { type Misfit, errorGrowth, probabilityOf } from '../../../../core/judgement';
import type { FocusCurve } from '../../../../core/tuning';
import { leastSquares } from '../../../../imaging';
import type { PlannedLevel } from './focus-levels';

/** A level of defocus with the displacement that was measured there. */
export interface MeasuredLevel extends PlannedLevel {
  /** Displacement between the two tilts in unbinned pixels, Y up, for one unit of the tilt to one side. */
  readonly shift: Vector;
  readonly standardError: Vector;
  /** Reason for which it is left out. */
  readonly lost?: string;
}

/** A smooth curve through levels, by a polynomial in the defocus for each axis. */
export interface SmoothCurve {
  readonly degree: number;
  readonly at: (defocus: number) => Vector;
  readonly slopeAt: (defocus: number) => Vector;
  /** Standard error of the curve at a defocus, without what the misfit adds. */
  readonly errorAt: (defocus: number) => Vector;
  readonly misfit: Misfit;
}

/** Highest degree of the polynomial; real curves bend, and the bend changes over the range. */
const maxDegree = 4;
/** Improvement of chi-square for one more degree on both axes, from which it is not chance. */
const minImprovement = 18;

/** The smooth curve through levels with as many bends as the levels show. */
export function smoothCurve(levels: readonly MeasuredLevel[], highest = maxDegree): SmoothCurve {
  let best = polynomial(levels, 1);
  for (let degree = 2; degree <= Math.min(highest, levels.length - 2); degree++) {
    const next = polynomial(levels, degree);
    // What the errors do not explain at any degree counts as noise.
    const noise = Math.max(1, next.misfit.chiSquare / Math.max(1, next.misfit.degreesOfFreedom));
    if (best.misfit.chiSquare - next.misfit.chiSquare > minImprovement * noise) best = next;
  }
  return best;
}

function polynomial(levels: readonly MeasuredLevel[], degree: number): SmoothCurve {
  const middle = (levels[0]!.defocus + levels.at(-1)!.defocus) / 2;
  const half = Math.max(1e-9, (levels.at(-1)!.defocus - levels[0]!.defocus) / 2);
  const powers = (defocus: number): number[] =>
    Array.from({ length: degree + 1 }, (_, k) => ((defocus - middle) / half) ** k);
  const slopes = (defocus: number): number[] =>
    Array.from({ length: degree + 1 }, (_, k) => (k === 0 ? 0 : (k / half) * ((defocus - middle) / half) ** (k - 1)));
  const rows = levels.map(({ defocus }) => powers(defocus));
  const fit = (axis: 'x' | 'y') =>
    leastSquares(
      rows,
      levels.map(({ shift }) => shift[axis]),
      { weights: levels.map(({ standardError }) => 1 / standardError[axis] ** 2), variance: 1 },
    );
  const fits = { x: fit('x'), y: fit('y') };
  const summed = (terms: readonly number[], axis: 'x' | 'y'): number =>
    fits[axis].parameters.reduce((sum, each, k) => sum + each * terms[k]!, 0);
  const error = (terms: readonly number[], axis: 'x' | 'y'): number =>
    Math.sqrt(
      fits[axis].covariance.reduce(
        (sum, row, k) => sum + terms[k]! * row.reduce((inner, each, other) => inner + each * terms[other]!, 0),
        0,
      ),
    );
  const both = (of: (axis: 'x' | 'y') => number): Vector => vector(of('x'), of('y'));
  const chiSquare = levels.reduce((sum, { defocus, shift, standardError }) => {
    const rest = subtract(
      shift,
      both((axis) => summed(powers(defocus), axis)),
    );
    return sum + (rest.x / standardError.x) ** 2 + (rest.y / standardError.y) ** 2;
  }, 0);
  return {
    degree,
    at: (defocus) => both((axis) => summed(powers(defocus), axis)),
    slopeAt: (defocus) => both((axis) => summed(slopes(defocus), axis)),
    errorAt: (defocus) => both((axis) => error(powers(defocus), axis)),
    misfit: { chiSquare, degreesOfFreedom: 2 * (levels.length - degree - 1) },
  };
}

/** Distance of a level from the curve of the others, in its standard errors and as a share of a step, beyond which it is a wrong one. */
const wrongLevel = { errors: 5, share: 0.1 };
/** Levels below which no curve of the others tells about one. */
const minLevels = 5;

/** Share of the displacement of a step by which a level beside the middle line is grossly wrong. */
const grossShare = 0.6;

const middleOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/**
 * True for a level that is far from the line with the middle one of all steps, in the middle of all levels: a few wrong ones do not move it.
 * Only jumps show there, such as those by a period of the specimen; a bend is far less.
 */
export function grosslyWrong(levels: readonly MeasuredLevel[], level: MeasuredLevel): boolean {
  return distanceFromMiddle(levels, level) > grossShare;
}

/** Distance of a level from the middle line, in displacements of a step, less what a bend over the range may add. */
function distanceFromMiddle(levels: readonly MeasuredLevel[], level: MeasuredLevel): number {
  if (levels.length < minLevels) return 0;
  const line = (axis: 'x' | 'y'): { readonly slope: number; readonly rest: number } => {
    const slope = middleOf(
      levels.slice(1).map((to, at) => (to.shift[axis] - levels[at]!.shift[axis]) / (to.defocus - levels[at]!.defocus)),
    );
    const start = middleOf(levels.map(({ shift, defocus }) => shift[axis] - slope * defocus));
    return { slope, rest: level.shift[axis] - start - slope * level.defocus };
  };
  const [x, y] = [line('x'), line('y')];
  const range = levels.at(-1)!.defocus - levels[0]!.defocus;
  const perMicrometre = Math.hypot(x.slope, y.slope);
  const step = (perMicrometre * range) / (levels.length - 1);
  const bend = maxBend * perMicrometre * range;
  return Math.max(0, Math.hypot(x.rest, y.rest) - bend) / step;
}

/** Bend of a real curve over its range, as a share of the displacement over it. */
const maxBend = 0.06;

/**
 * The number of the level that lies farthest from the curve of the others, where that cannot be chance; undefined where all fit together.
 * Only levels that are not lost are looked at.
 */
export function wrongestLevel(levels: readonly MeasuredLevel[]): number | undefined {
  const good = levels.flatMap((level, at) => (level.lost === undefined ? [{ ...level, at }] : []));
  const regularOnes = good.filter((level) => level.regular);
  const gross = regularOnes
    .map((level) => ({ at: level.at, distance: distanceFromMiddle(regularOnes, level) }))
    .reduce((most, each) => (each.distance > most.distance ? each : most), { at: -1, distance: 0 });
  if (gross.distance > grossShare) return gross.at;
  let worst: { readonly at: number; readonly distance: number } | undefined;
  for (const regular of [true, false])
    for (const [place, level] of good.entries()) {
      if (level.regular !== regular) continue;
      // Sparse levels are judged with the end of the regular range that is nearest to them.
      const others = good
        .filter((each) => each.at !== level.at && (each.regular === regular || !regular))
        .sort((a, b) => Math.abs(a.defocus - level.defocus) - Math.abs(b.defocus - level.defocus))
        .slice(0, regular ? undefined : 6)
        .sort((a, b) => a.defocus - b.defocus);
      if (others.length < minLevels - 1) continue;
      const curve = smoothCurve(others, others.length >= 6 ? 3 : 2);
      const growth = errorGrowth(curve.misfit);
      const rest = length(subtract(level.shift, curve.at(level.defocus)));
      const at = curve.errorAt(level.defocus);
      const error = Math.hypot(level.standardError.x, level.standardError.y, growth * at.x, growth * at.y) / Math.SQRT2;
      const neighbour = good[place + 1] ?? good[place - 1]!;
      const step = length(curve.slopeAt(level.defocus)) * Math.abs(neighbour.defocus - level.defocus);
      const distance = rest / error;
      if (distance < wrongLevel.errors || rest < wrongLevel.share * step) continue;
      if (!worst || distance > worst.distance) worst = { at: level.at, distance };
    }
  return worst?.at;
}

/** Greatest angle in degrees between the slope of an interval and that in the middle. */
const maxTurn = { regular: 40, sparse: 70 };
/** Multiple of its error by which a change from one level to the next must stand out, so that its direction means something. */
const minChange = 3;

/** The intervals, as numbers of their first levels, in which the displacement goes in quite another direction than in the middle. */
export function turnedIntervals(levels: readonly MeasuredLevel[]): readonly number[] {
  const regular = levels.filter((level) => level.regular);
  const angleOf = (from: MeasuredLevel, to: MeasuredLevel): number => {
    const { x, y } = subtract(to.shift, from.shift);
    return (Math.atan2(y, x) * 180) / Math.PI;
  };
  const middle = Math.max(0, Math.min(regular.length - 2, Math.floor(regular.length / 2)));
  const usual = angleOf(regular[middle]!, regular[middle + 1]!);
  return levels.slice(1).flatMap((to, at) => {
    const from = levels[at]!;
    const change = length(subtract(to.shift, from.shift));
    const error = Math.hypot(from.standardError.x, from.standardError.y, to.standardError.x, to.standardError.y);
    const most = from.regular && to.regular ? maxTurn.regular : maxTurn.sparse;
    const turned = Math.abs(normalizeDegrees(angleOf(from, to) - usual));
    return change > minChange * error && turned > most ? [at] : [];
  });
}

/** Result of the analysis of a focus calibration; lengths in unbinned pixels and micrometres. */
export interface FocusFit {
  /** Displacement for a micrometre and a unit of the tilt, by the line through the regular levels. */
  readonly slope: Vector;
  readonly slopeError: Vector;
  /** Displacement at the defocus of the start, by the same line. */
  readonly intercept: Vector;
  /** Defocus of the start, counted from where the curve is nearest to no displacement; negative for underfocus. */
  readonly presentDefocus: number;
  readonly presentDefocusError: number;
  /** Distance of the curve from no displacement there, in pixels at the beam tilt of the regular levels. */
  readonly distanceFromOrigin: number;
  /** The curve to be stored, with its zero where it is nearest to no displacement. */
  readonly curve: FocusCurve;
  /** Numbers of the levels, among those that were used, that were replaced by smoothing. */
  readonly smoothed: number;
  readonly smooth: SmoothCurve;
  readonly misfit: Misfit;
}

/** Standard error in micrometres of the present defocus that better images do not reduce: the tilted wave displaces fine detail farther than coarse detail. */
const minDefocusError = 0.004;

/**
 * Analyses the levels that are not lost: the line through the regular ones, the curve, and the defocus at which it is nearest to no
 * displacement.
 * @param smoothing consecutive levels to which a line is fitted; 0 to 2 for none
 */
export function fitFocusLevels(measured: readonly MeasuredLevel[], smoothing: number): FocusFit {
  const levels = measured.filter(({ lost }) => lost === undefined);
  const regular = levels.filter((level) => level.regular);
  const smooth = smoothCurve(regular);
  const growth = errorGrowth(smooth.misfit);
  const line = lineThrough(regular);
  const { zero, zeroError } = nearestToOrigin(smooth, regular, line);
  const kept = smoothedLevels(levels, smoothing);
  return {
    slope: line.slope,
    slopeError: scale(line.slopeError, growth),
    intercept: line.intercept,
    presentDefocus: -zero,
    presentDefocusError: Math.hypot(growth * zeroError, minDefocusError),
    distanceFromOrigin: length(smooth.at(zero)) * regular[0]!.tilt,
    curve: {
      levels: kept.levels.map(({ defocus, shift }) => ({ defocus: micrometres(defocus - zero), shift })),
    },
    smoothed: kept.changed,
    smooth,
    misfit: smooth.misfit,
  };
}

/** The line through levels, all with the same weight: its slope is the regression over them, whatever their errors. */
function lineThrough(levels: readonly MeasuredLevel[]) {
  const rows = levels.map(({ defocus }) => [1, defocus]);
  const fit = (axis: 'x' | 'y') => {
    const { parameters } = leastSquares(
      rows,
      levels.map(({ shift }) => shift[axis]),
    );
    const mean = levels.reduce((sum, { defocus }) => sum + defocus, 0) / levels.length;
    const squares = levels.reduce((sum, { defocus }) => sum + (defocus - mean) ** 2, 0);
    const variance = levels.reduce(
      (sum, { defocus, standardError }) => sum + ((defocus - mean) * standardError[axis]) ** 2,
      0,
    );
    return { intercept: parameters[0]!, slope: parameters[1]!, slopeError: Math.sqrt(variance) / squares };
  };
  const [x, y] = [fit('x'), fit('y')];
  return {
    intercept: vector(x.intercept, y.intercept),
    slope: vector(x.slope, y.slope),
    slopeError: vector(x.slopeError, y.slopeError),
  };
}

const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y;

/** The defocus at which a curve is nearest to no displacement, by steps from the place of the line. */
function nearestToOrigin(
  curve: SmoothCurve,
  levels: readonly MeasuredLevel[],
  { slope, intercept }: { readonly slope: Vector; readonly intercept: Vector },
): { readonly zero: number; readonly zeroError: number } {
  const [first, last] = [levels[0]!.defocus, levels.at(-1)!.defocus];
  const reach = last - first;
  let zero = -dot(intercept, slope) / dot(slope, slope);
  for (let round = 0; round < 20; round++) {
    // Far beyond the levels a polynomial means nothing: the curve goes on straight from its end.
    const at = Math.min(last, Math.max(first, zero));
    const steep = curve.slopeAt(at);
    const there = add(curve.at(at), scale(steep, zero - at));
    const step = -dot(there, steep) / dot(steep, steep);
    zero += Math.min(reach, Math.max(-reach, step));
    if (Math.abs(step) < 1e-9) break;
  }
  const at = Math.min(last, Math.max(first, zero));
  const steep = curve.slopeAt(at);
  const error = curve.errorAt(at);
  return {
    zero,
    zeroError: Math.hypot(error.x * steep.x, error.y * steep.y) / dot(steep, steep),
  };
}

/** Probability below which neighbouring levels do not lie on a line, so that smoothing would take the bend out of the curve. */
const minLineProbability = 0.05;

/**
 * The levels with each regular one replaced by the value of a line through some neighbours around it, the window moved inward at the ends.
 * Where the neighbours do not lie on a line the level stays as it was measured.
 */
export function smoothedLevels(
  levels: readonly MeasuredLevel[],
  smoothing: number,
): { readonly levels: readonly MeasuredLevel[]; readonly changed: number } {
  const regular = levels.filter((level) => level.regular);
  if (smoothing <= 2 || smoothing >= regular.length - 1) return { levels, changed: 0 };
  let changed = 0;
  const replaced = new Map<MeasuredLevel, Vector>();
  for (const [at, level] of regular.entries()) {
    const start = Math.min(regular.length - smoothing, Math.max(0, at - Math.floor(smoothing / 2)));
    const line = polynomial(regular.slice(start, start + smoothing), 1);
    if (probabilityOf(line.misfit) < minLineProbability) continue;
    replaced.set(level, line.at(level.defocus));
    changed += 1;
  }
  return { levels: levels.map((level) => ({ ...level, shift: replaced.get(level) ?? level.shift })), changed };
}
