import type { Matrix } from '../../../../core/base';
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
  const numbers = (m: Matrix, digits: number): string =>
    [m.xpx, m.xpy, m.ypx, m.ypy].map((value) => value.toFixed(digits)).join(' ');
  const remark = correlationRemark(mean);
  return [
    `Correlation of the image pairs: mean ${mean.toFixed(2)}, lowest ${least.toFixed(2)}.${remark ? ` ${remark}` : ''}`,
    `Stage to camera: ${numbers(fit.matrix, 3)} px per um (standard errors ${numbers(fit.standardErrors, 3)}).`,
    ...(['x', 'y'] as const).map((axis) => {
      const { cycle, leftOut } = fit.axes[axis].along;
      const found = axis === 'x' ? besides.cycleX : besides.cycleY;
      const name = axis.toUpperCase();
      const wrong = leftOut.length > 0 ? ` ${leftOut.length} of its steps contradict the others and do not count.` : '';
      return `${
        found === undefined
          ? `${name} drive: the steps do not show the cycle of its error.`
          : `${name} drive: its error has a cycle of ${found.toFixed(1)} um (standard error ${cycle.standardError.toFixed(1)}; the properties say ${besides.cycles[axis].toFixed(1)}) and up to ${(100 * cycle.amplitude).toFixed(1)} % of scale.`
      }${wrong}`;
    }),
    `Drift: ${besides.driftX.toFixed(2)}, ${besides.driftY.toFixed(2)} nm/s along X and Y of the stage.`,
    `Largest deviation of a step: ${fit.deviation.toFixed(2)} px per um, ${fit.deviationPercent.toFixed(1)} %; less than 10 % is desirable.`,
    ...(verdict.impliedSpecimenToStage
      ? [`Implied matrix from specimen to stage: ${numbers(verdict.impliedSpecimenToStage, 4)}.`]
      : []),
    `Rotation of the tilt axis: ${verdict.rotation.toFixed(2)} degrees.`,
    ...verdict.remarks,
  ];
}
