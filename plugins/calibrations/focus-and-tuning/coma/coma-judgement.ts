import { type Vector, length } from '../../../../core/base';
import { type Evidence, aboveLimit } from '../../../../core/judgement';
import { type ShiftMatrix, errorAt } from './coma-analysis';

/** Measurements by which Coma vs. Image Shift is judged. */
export interface ComaShiftEvidence {
  readonly tilt: ShiftMatrix;
  readonly stigmator: ShiftMatrix;
  /** Image shift in its units at the corner of a field of 5 um to each side. */
  readonly corner: Vector;
  /** Nanometres of coma for a unit of beam tilt, and of astigmatism for the whole range of the stigmator. */
  readonly comaPerTilt: number;
  readonly astigmatismPerStigmator: number;
}

/** Coma, and astigmatism, in nanometres that the errors may leave at the corner. */
const comaLimits = { doubtful: 150, refused: 600 };
const astigmatismLimits = { doubtful: 10, refused: 100 };
/** Significance from which both directions contradict each other about the middle. */
const minSignificance = 4;
/** The same in nanometres. */
const comaClosure = { doubtful: 100, refused: 600 };
const astigmatismClosure = { doubtful: 10, refused: 100 };

const rest = 'Wait until specimen and lenses are at rest, and repeat it at a place with more carbon.';

/** Evidence for and against a calibration of coma against image shift. */
export function comaShiftEvidence(given: ComaShiftEvidence): readonly Evidence[] {
  const parts = [
    {
      name: 'Coma',
      matrix: given.tilt,
      scale: given.comaPerTilt,
      limits: comaLimits,
      closure: comaClosure,
    },
    {
      name: 'Astigmatism',
      matrix: given.stigmator,
      scale: given.astigmatismPerStigmator,
      limits: astigmatismLimits,
      closure: astigmatismClosure,
    },
  ];
  return parts.flatMap(({ name, matrix, scale, limits, closure }) => [
    aboveLimit({
      kind: 'uncertain',
      what: `${name} that the errors may leave 5 um off in X and Y`,
      number: scale * errorAt(matrix, given.corner),
      unit: 'nm',
      doubtfulAbove: limits.doubtful,
      refusedAbove: limits.refused,
      why: 'The correction is known too poorly for large image shifts.',
      change: 'Measure at larger image shifts (ComaVsISextent), expose longer, or use all nine tilts.',
    }),
    matrix.significance > minSignificance
      ? aboveLimit({
          kind: 'disagreement',
          what: `${name}: difference of the middles of both directions`,
          number: scale * length(matrix.closure),
          unit: 'nm',
          doubtfulAbove: closure.doubtful,
          refusedAbove: closure.refused,
          why: 'Both directions go through the same middle, and should show the same there: something drifts, or one measurement is wrong.',
          change: rest,
        })
      : undefined,
  ]);
}
