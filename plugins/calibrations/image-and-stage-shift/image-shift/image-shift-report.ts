import { type MagIndex, type Vector, apply, inverse, scale, readable, readableMatrix } from '../../../../core/base';
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
    run.log.debug('1', `Drift converted to IS in nm: ${index + 1}: ${readable(x, 1)}, ${readable(y, 1)}`);
  }
}

/** A vector as people read it. */
export const describeVector = ({ x, y }: Vector): string => `${readable(x, 2)}, ${readable(y, 2)}`;
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
    `Correlation of the image pairs: mean ${readable(more.mean, 2)}, lowest ${readable(more.least, 2)}.`,
    `Mag index ${magIndex}: ${readableMatrix(fit.matrix, fit.standardErrors)} px per image-shift unit.`,
    `Range ${readable(fit.range)} px per unit, ${readable(fit.rangePercent, 2)} %; drift ${describeVector(fit.drift)} binned px per image${fit.driftRange === undefined ? '' : `, estimates up to ${readable(fit.driftRange, 2)} px apart`}.`,
  ];
  if (series.driftPairRejected !== undefined)
    lines.push(`Drift was taken as zero: the pair that shows it was not used because ${series.driftPairRejected}.`);
  lines.push(
    `A fresh measurement at other image shifts differs by ${readable(check.percent, 2)} %, ${readable(check.significance, 1)} standard errors.`,
  );
  if (more.change !== undefined)
    lines.push(
      `Change of ${readable(more.change, 2)} % from the ${more.direct ? 'directly measured' : 'derived'} calibration used before.`,
    );
  return lines;
}
