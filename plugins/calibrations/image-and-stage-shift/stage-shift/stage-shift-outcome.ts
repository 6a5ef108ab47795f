import { type Matrix, apply, firstColumn, fromColumns, inverse, length, secondColumn } from '../../../../core/base';
import type { PropertySuggestion } from '../../../../core/store';
import type { FoundCycle } from '../../../../imaging';
import { valueSuggestion } from '../../shared/result/property-suggestions';
import { type StageDrift, fitStageDrift } from './stage-drift';
import { roughColumn } from './stage-shift-analysis';
import type { StageSeries } from './stage-shift-series';
import { type WeighedStageFit, columnError } from './stage-shift-uncertainty';

/** Values of a stage calibration besides its matrix. */
export interface FoundBesides {
  /** Steady drift as movement of the stage, in nanometres a second. */
  readonly driftX: number;
  readonly driftY: number;
  /** Lengths in micrometres over which the stage error repeats, where the steps show them. */
  readonly cycleX?: number;
  readonly cycleY?: number;
}

/** The drift over a series. */
export function driftOf(series: Pick<StageSeries, 'pairs' | 'still'>, rough: Matrix, binning: number): StageDrift {
  const times = series.pairs.flatMap((pair) => [...pair.times]);
  return fitStageDrift(series.still, perMicrometre(rough, binning), [Math.min(...times), Math.max(...times)]);
}

const perMicrometre = (rough: Matrix, binning: number): number =>
  Math.max(length(firstColumn(rough)), length(secondColumn(rough))) / binning;

/** Standard error of the column of an axis as a share, by the steps so far. */
export function stageErrorOf(
  { pairs, still }: Pick<StageSeries, 'pairs' | 'still'>,
  axis: 'x' | 'y',
  usual: number,
  binning: number,
): number {
  const own = pairs.filter((pair) => pair.axis === axis);
  const column = roughColumn(own, axis, binning);
  return columnError(
    own,
    axis,
    column,
    usual,
    binning,
    driftOf({ pairs, still }, fromColumns(column, column), binning),
  );
}

/** Share of a length within which its standard error must lie for the length to be known. */
const maxCycleError = 0.08;
/** Local error of scale below which nobody needs the length. */
const minAmplitude = 0.004;

const isFound = ({ length: cycle, standardError, amplitude }: FoundCycle): boolean =>
  standardError < maxCycleError * cycle && amplitude > minAmplitude;

/** Drift and cycles that the steps show. */
export function foundBesides({ matrix, axes }: WeighedStageFit, { rate }: StageDrift, binning: number): FoundBesides {
  const back = inverse(matrix);
  const { x, y } = back ? apply(back, { x: rate.x * binning, y: rate.y * binning }) : { x: 0, y: 0 };
  return {
    driftX: 1000 * x,
    driftY: 1000 * y,
    ...(isFound(axes.x.along.cycle) && { cycleX: axes.x.along.cycle.length }),
    ...(isFound(axes.y.along.cycle) && { cycleY: axes.y.along.cycle.length }),
  };
}

/** Probability from which a length is another one than that of the properties, and the difference in standard errors. */
const minUnusual = 0.9;
const minDifference = 2;

/** The length of the cycle for the configuration, where the steps show clearly that it is another one. */
export function cycleSuggestion(axis: 'x' | 'y', cycle: FoundCycle, usual: number): readonly PropertySuggestion[] {
  const other = Math.abs(cycle.length - usual) > minDifference * cycle.standardError;
  if (!isFound(cycle) || cycle.unusual < minUnusual || !other) return [];
  const name = axis.toUpperCase();
  return [
    valueSuggestion(`StageCycleLength${name}`, Number(cycle.length.toFixed(1)), `cycle of the ${name} drive`, 'um'),
  ];
}
