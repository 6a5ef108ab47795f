import type { Matrix } from '../../../../core/base';
import { correlationRemark } from '../image-series/image-shift-analysis';
import type { StageVerdict, fitStageShift } from './stage-shift-analysis';

/** Describes the result of a stage calibration in lines for the log. */
export function describeStage(
  fit: ReturnType<typeof fitStageShift>,
  verdict: StageVerdict,
  mean: number,
  least: number,
): readonly string[] {
  const numbers = (m: Matrix, digits: number): string =>
    [m.xpx, m.xpy, m.ypx, m.ypy].map((value) => value.toFixed(digits)).join(' ');
  const remark = correlationRemark(mean);
  return [
    `Correlation of the image pairs: mean ${mean.toFixed(2)}, lowest ${least.toFixed(2)}.${remark ? ` ${remark}` : ''}`,
    `Stage to camera: ${numbers(fit.matrix, 3)} px per um (standard errors ${numbers(fit.standardErrors, 3)}).`,
    `Largest deviation of a step: ${fit.deviation.toFixed(2)} px per um, ${fit.deviationPercent.toFixed(1)} %; less than 10 % is desirable.`,
    ...(verdict.impliedSpecimenToStage
      ? [`Implied matrix from specimen to stage: ${numbers(verdict.impliedSpecimenToStage, 4)}.`]
      : []),
    `Rotation of the tilt axis: ${verdict.rotation.toFixed(2)} degrees.`,
    ...verdict.remarks,
  ];
}
