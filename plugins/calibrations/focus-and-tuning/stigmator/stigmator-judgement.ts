import { firstColumn, length, readable, secondColumn } from '../../../../core/base';
import { type Evidence, type ShapeLimits, aboveLimit, belowLimit, plausibleMatrix } from '../../../../core/judgement';
import { scatterEvidence } from '../../shared/ctf-images/ring-measurement';
import type { StigmatorAnalysis } from './stigmator-analysis';

/** Shape of the effect of a stigmator: its poles act alike, and at 90 degrees as twice the angle of the image. */
const stigmatorShape: ShapeLimits = {
  axisRatio: { doubtful: 2, refused: 8 },
  axisAngle: { doubtful: 70, refused: 30 },
};
/** Standard error in percent of the effect above which it is doubtful. */
const maxErrorPercent = 1;
/** Astigmatism in micrometres that the step should bring at least, and at best. */
const [minAstigmatism, bestAstigmatism] = [0.2, 0.8];
/** Significance from which both sides do not agree with the start, and its size in percent of the change. */
const minSignificance = 4;
const closureLimits = { doubtful: 1, refused: 10 };
/** Change of the mean defocus in micrometres while only the stigmator should change. */
const defocusLimits = { doubtful: 0.1, refused: 0.5 };

const rest = 'Wait until specimen and lenses are at rest, and repeat it at a place with more carbon.';

/** Evidence for and against a stigmator calibration. */
export function stigmatorEvidence(found: StigmatorAnalysis, step: number): readonly Evidence[] {
  const { matrix, standardErrors, closures, defocusChange } = found;
  const columns = { x: firstColumn(matrix), y: secondColumn(matrix) };
  return [
    plausibleMatrix({
      what: 'the stigmator',
      matrix,
      standardErrors,
      limits: stigmatorShape,
      doubtfulPercent: maxErrorPercent,
      change: `${rest} A longer exposure makes the error smaller.`,
    }),
    (['x', 'y'] as const).map((axis) => {
      const brought = 2 * length(columns[axis]) * step;
      return belowLimit({
        kind: 'weak signal',
        what: `Astigmatism by the step of the ${axis.toUpperCase()} stigmator`,
        number: brought,
        unit: 'um',
        doubtfulBelow: minAstigmatism,
        why: 'The step is too small for a good measurement.',
        change: `Set a step of ${readable(Math.min(0.5, (step * bestAstigmatism) / brought), 2)} with Setup Astigmatism.`,
      });
    }),
    (['x', 'y'] as const).map((axis) => {
      const { size, significance } = closures[axis];
      if (significance < minSignificance) return undefined;
      return aboveLimit({
        kind: 'disagreement',
        what: `Both sides of the ${axis.toUpperCase()} stigmator against the start`,
        number: (100 * size) / (2 * length(columns[axis]) * step),
        unit: '% of the change',
        doubtfulAbove: closureLimits.doubtful,
        refusedAbove: closureLimits.refused,
        why: 'The mean of both sides is not the astigmatism at the start: the stigmator lags, something drifts, or one fit is wrong.',
        change: rest,
      });
    }),
    aboveLimit({
      kind: 'disagreement',
      what: 'Change of the mean defocus during the series',
      number: defocusChange,
      unit: 'um',
      doubtfulAbove: defocusLimits.doubtful,
      refusedAbove: defocusLimits.refused,
      why: 'Only the stigmator was changed, so the defocus should have stayed.',
      change: rest,
    }),
    scatterEvidence(found.misfit, rest),
  ];
}
