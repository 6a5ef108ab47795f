import {
  type Matrix,
  type Vector,
  firstColumn,
  fromColumns,
  length,
  secondColumn,
  vector,
} from '../../../../core/base';
import {
  type MeasuredDistortion,
  type PartsOfPair,
  effectOnPair,
  maxSpread,
  measureDistortion,
} from '../image-series/field-parts';
import type { WeighedStageFit } from './stage-shift-uncertainty';

/** Parts of a pair of images between which the stage moved along an axis. */
export interface StageParts extends PartsOfPair {
  readonly axis: 'x' | 'y';
}

/** Effect of the distortion of the field on the shifts of one axis. */
interface EffectOnAxis {
  /** Change of a shift as a share of it: along the shift and, counter-clockwise, across it. */
  readonly change: Vector;
  readonly standardError: number;
}

/** Distortion of the field with what it does to the shifts of each axis. */
export interface StageDistortion extends Pick<MeasuredDistortion, 'radial' | 'spiral'> {
  /** Larger one of both strengths in its standard errors. */
  readonly significance: number;
  /** Largest share by which it changes the shifts of an axis. */
  readonly bias: number;
  readonly axes: Readonly<Record<'x' | 'y', EffectOnAxis>>;
}

/** Share by which an effect that the parts show is uncertain, and one that only follows from the strength of a strong distortion. */
const effectErrors = { seen: 0.1, derived: 0.4 };

/** A vector in the coordinates of another one: along it and across it, as shares of its length. */
const inUnitsOf = ({ x, y }: Vector, unit: Vector): Vector => {
  const square = unit.x ** 2 + unit.y ** 2;
  return vector((x * unit.x + y * unit.y) / square, (y * unit.x - x * unit.y) / square);
};

const meanOf = (vectors: readonly Vector[]): Vector =>
  vector(
    vectors.reduce((sum, { x }) => sum + x, 0) / vectors.length,
    vectors.reduce((sum, { y }) => sum + y, 0) / vectors.length,
  );

/**
 * Measures the distortion of the field from parts of some pairs, and what it does to the shifts of both axes.
 * @param size width and height of the images in binned pixels
 * @returns undefined where the parts do not show it
 */
export function measureStageDistortion(parts: readonly StageParts[], size: Vector): StageDistortion | undefined {
  const found = measureDistortion(parts, size);
  if (!found) return undefined;
  const { radial, spiral, standardErrors } = found;
  const axes = { x: effectOn('x', parts, size, found), y: effectOn('y', parts, size, found) };
  return {
    radial,
    spiral,
    significance: Math.max(Math.abs(radial) / standardErrors.radial, Math.abs(spiral) / standardErrors.spiral),
    bias: Math.max(length(axes.x.change), length(axes.y.change)),
    axes,
  };
}

function effectOn(
  axis: 'x' | 'y',
  parts: readonly StageParts[],
  size: Vector,
  { radial, spiral, standardErrors, spread, centres }: MeasuredDistortion,
): EffectOnAxis {
  const ofAxis = parts.filter((pair) => pair.axis === axis);
  const pairs = ofAxis.length > 0 ? ofAxis : parts;
  const by = (strength: Pick<MeasuredDistortion, 'radial' | 'spiral'>): Vector =>
    meanOf(pairs.map(({ shift }) => inUnitsOf(effectOnPair(shift, size, strength), shift)));
  const ofStrength = Math.hypot(
    length(by({ radial: standardErrors.radial, spiral: 0 })),
    length(by({ radial: 0, spiral: standardErrors.spiral })),
  );
  const derived = by({ radial, spiral });
  if (spread < maxSpread)
    return { change: derived, standardError: Math.hypot(ofStrength, effectErrors.seen * length(derived)) };
  // The peak of the whole is that of the parts that agree best: the parts themselves tell how far it is from the centre.
  const seen = ofAxis.flatMap(({ earlier, later, shift }) => {
    const centre = centres.find((each) => each.earlier === earlier && each.later === later);
    return centre ? [{ shift, centre }] : [];
  });
  if (seen.length === 0)
    return { change: derived, standardError: Math.hypot(ofStrength, effectErrors.derived * length(derived)) };
  const changes = seen.map(({ shift, centre }) =>
    inUnitsOf(vector(shift.x - centre.shift.x, shift.y - centre.shift.y), shift),
  );
  const change = meanOf(changes);
  const own = seen.map(({ shift, centre }) => length(centre.standardError) / length(shift));
  const scatter = changes.map((each) => Math.hypot(each.x - change.x, each.y - change.y));
  const ofMean = (errors: readonly number[]): number => Math.hypot(...errors) / errors.length;
  return {
    change,
    standardError: Math.hypot(ofMean(own), ofMean(scatter), effectErrors.seen * length(change)),
  };
}

/** Standard errors from which a distortion is corrected. */
const minCorrected = 2;

/** The fit at the centre of the field: without what distortion does to all shifts alike, and with the error of that. */
export function withoutDistortion(fit: WeighedStageFit, distortion: StageDistortion | undefined): WeighedStageFit {
  if (!distortion || distortion.significance < minCorrected) return fit;
  const { x, y } = distortion.axes;
  const corrected = (column: Vector, { change }: EffectOnAxis): Vector =>
    vector(column.x - change.x * column.x + change.y * column.y, column.y - change.x * column.y - change.y * column.x);
  const grown = (errors: Vector, column: Vector, { standardError }: EffectOnAxis): Vector =>
    vector(Math.hypot(errors.x, standardError * length(column)), Math.hypot(errors.y, standardError * length(column)));
  const { matrix, standardErrors, axes } = fit;
  const both = (of: (column: (m: Matrix) => Vector, effect: EffectOnAxis) => Vector): Matrix =>
    fromColumns(of(firstColumn, x), of(secondColumn, y));
  return {
    matrix: both((column, effect) => corrected(column(matrix), effect)),
    standardErrors: both((column, effect) => grown(column(standardErrors), column(matrix), effect)),
    axes: {
      x: { ...axes.x, share: Math.hypot(axes.x.share, x.standardError) },
      y: { ...axes.y, share: Math.hypot(axes.y.share, y.standardError) },
    },
  };
}
