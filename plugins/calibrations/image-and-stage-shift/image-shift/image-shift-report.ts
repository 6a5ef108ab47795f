import { type MagIndex, type Matrix, type Vector, apply, inverse, scale } from '../../../../core/base';
import type { Run } from '../../../../core/kernel';
import type { ImageShiftFit } from '../image-series/image-shift-analysis';
import type { Series } from '../image-series/shift-series';
import type { FreshCheck } from './fresh-check';

/** Lines that show an expert whether image shift has settled: drift converted to image shift, in nm where the unit is one micrometre. */
export function logDriftLines(run: Run, fit: ImageShiftFit, binning: number): void {
  const back = inverse(fit.matrix);
  if (!back) return;
  for (const [index, drift] of fit.driftEstimates.entries()) {
    const { x, y } = scale(apply(back, drift), 1000 * binning);
    run.log.debug('1', `Drift converted to IS in nm: ${index + 1}: ${x.toFixed(1)}, ${y.toFixed(1)}`);
  }
}

/** A vector with two decimals. */
export const describeVector = ({ x, y }: Vector): string => `${x.toFixed(2)}, ${y.toFixed(2)}`;
/** A matrix with six figures. */
export const describeMatrix = (m: Matrix): string =>
  [m.xpx, m.xpy, m.ypx, m.ypy].map((value) => value.toPrecision(6)).join(' ');

/** Lines of the log about a fit. */
export function describeFit(
  {
    fit,
    series,
    check,
    magIndex,
  }: {
    readonly fit: ImageShiftFit;
    readonly series: Series;
    readonly check: FreshCheck;
    readonly magIndex: MagIndex;
  },
  more: {
    readonly mean: number;
    readonly least: number;
    readonly change: number | undefined;
    readonly direct: boolean;
  },
): readonly string[] {
  const lines = [
    `Correlation of the image pairs: mean ${more.mean.toFixed(2)}, lowest ${more.least.toFixed(2)}.`,
    `Mag index ${magIndex}: ${describeMatrix(fit.matrix)} px per image-shift unit (standard errors ${describeMatrix(fit.standardErrors)}).`,
    `Range ${fit.range.toPrecision(3)} px per unit, ${fit.rangePercent.toFixed(2)} %; drift ${describeVector(fit.drift)} binned px per image${fit.driftRange === undefined ? '' : `, estimates up to ${fit.driftRange.toFixed(2)} px apart`}.`,
  ];
  if (series.driftPairRejected !== undefined)
    lines.push(`Drift was taken as zero: the pair that shows it was not used because ${series.driftPairRejected}.`);
  lines.push(
    `A fresh measurement at other image shifts differs by ${check.percent.toFixed(2)} %, ${check.significance.toFixed(1)} standard errors.`,
  );
  if (more.change !== undefined)
    lines.push(
      `Change of ${more.change.toFixed(2)} % from the ${more.direct ? 'directly measured' : 'derived'} calibration used before.`,
    );
  return lines;
}
