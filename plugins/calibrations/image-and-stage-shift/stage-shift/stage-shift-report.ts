import { readable, readableMatrix, withError } from '../../../../core/base';
import { correlationRemark } from '../image-series/image-shift-analysis';
import type { StageFit, StageVerdict } from './stage-shift-analysis';
import type { FoundBesides } from './stage-shift-outcome';
import type { WeighedStageFit } from './stage-shift-uncertainty';

/** Describes the result of a stage calibration in lines for the log. */
export function describeStage(
  fit: StageFit & WeighedStageFit,
  verdict: StageVerdict,
  mean: number,
  least: number,
  besides: FoundBesides & { readonly cycles: Readonly<Record<'x' | 'y', number>> },
): readonly string[] {
  const remark = correlationRemark(mean);
  return [
    `Correlation of the image pairs: mean ${readable(mean, 2)}, lowest ${readable(least, 2)}.${remark ? ` ${remark}` : ''}`,
    `Stage to camera: ${readableMatrix(fit.matrix, fit.standardErrors)} px per um.`,
    ...(['x', 'y'] as const).map((axis) => {
      const { cycle, leftOut } = fit.axes[axis].along;
      const found = axis === 'x' ? besides.cycleX : besides.cycleY;
      const name = axis.toUpperCase();
      const wrong = leftOut.length > 0 ? ` ${leftOut.length} of its steps contradict the others and do not count.` : '';
      return `${
        found === undefined
          ? `${name} drive: the steps do not show the cycle of its error.`
          : `${name} drive: its error has a cycle of ${withError(found, cycle.standardError)} um (the properties say ${readable(besides.cycles[axis], 1)}) and up to ${readable(100 * cycle.amplitude, 1)} % of scale.`
      }${wrong}`;
    }),
    `Drift: ${readable(besides.driftX, 2)}, ${readable(besides.driftY, 2)} nm/s along X and Y of the stage.`,
    `Largest deviation of a step: ${readable(fit.deviation, 2)} px per um, ${readable(fit.deviationPercent, 1)} %; less than 10 % is desirable.`,
    ...(verdict.impliedSpecimenToStage
      ? [`Implied matrix from specimen to stage: ${readableMatrix(verdict.impliedSpecimenToStage)}.`]
      : []),
    `Rotation of the tilt axis: ${readable(verdict.rotation, 2)} degrees.`,
    ...verdict.remarks,
  ];
}
