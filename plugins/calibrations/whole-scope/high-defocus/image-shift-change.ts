import { type Matrix, decompose, determinant, inverse, product } from '../../../../core/base';
import { type Reason, aboveLimit } from '../../../../core/judgement';

/** Change of the effect of image shift by a defocus. */
export interface ImageShiftChange {
  readonly scale: number;
  /** Degrees. */
  readonly rotation: number;
  /** Ratio of the changes along the two axes of the stretch, less one, in percent. */
  readonly stretchPercent: number;
  readonly standardErrors: { readonly scale: number; readonly rotation: number; readonly stretchPercent: number };
}

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/**
 * Takes the change from a matrix in focus to one at a high defocus apart. The scale is the root of the change of area, which a stretch leaves alone.
 * Undefined for a matrix in focus that is singular.
 */
export function imageShiftChange(
  inFocus: Matrix,
  measured: { readonly matrix: Matrix; readonly standardErrors: Matrix },
): ImageShiftChange | undefined {
  const back = inverse(inFocus);
  if (!back) return undefined;
  const of = (matrix: Matrix) => {
    const change = product(matrix, back);
    const { rotation, stretch } = decompose(change);
    return {
      scale: Math.sqrt(Math.abs(determinant(change))),
      rotation,
      stretchPercent: 100 * (Math.max(stretch, 1 / stretch) - 1),
    };
  };
  const found = of(measured.matrix);
  const moved = elements.map((element) =>
    of({ ...measured.matrix, [element]: measured.matrix[element] + measured.standardErrors[element] }),
  );
  const error = (name: keyof typeof found): number =>
    Math.sqrt(moved.reduce((sum, each) => sum + (each[name] - found[name]) ** 2, 0));
  return {
    ...found,
    standardErrors: {
      scale: error('scale'),
      rotation: error('rotation'),
      stretchPercent: error('stretchPercent'),
    },
  };
}

/** Limits of the stretch in percent: a defocus turns and scales an image, and does not stretch it. */
const stretch = { doubtful: 2, refused: 10 };
/** Standard errors that a stretch has to stand out by. */
const significant = 3;
/** Standard errors of scale and rotation, in degrees, above which a change is not known. */
const maxError = { scale: 0.01, rotation: 0.5 };

/** Evidence by the change itself. */
export function changeEvidence({ stretchPercent, standardErrors }: ImageShiftChange): readonly (Reason | undefined)[] {
  const takeAgain = 'Measure image shift in focus again, then this one, with the same beam.';
  return [
    aboveLimit({
      kind: 'implausible',
      what: 'Stretch against the matrix in focus',
      number: stretchPercent > significant * standardErrors.stretchPercent ? stretchPercent : 0,
      unit: '%',
      doubtfulAbove: stretch.doubtful,
      refusedAbove: stretch.refused,
      why: 'A defocus turns and scales the image; one of the two matrices is wrong.',
      change: takeAgain,
    }),
    aboveLimit({
      kind: 'weak signal',
      what: 'Standard error of the scale',
      number: standardErrors.scale,
      unit: '',
      doubtfulAbove: maxError.scale,
      why: 'The shifts of the images scatter.',
      change: 'Use more exposure, or a place with more detail.',
    }),
    aboveLimit({
      kind: 'weak signal',
      what: 'Standard error of the rotation',
      number: standardErrors.rotation,
      unit: 'degrees',
      doubtfulAbove: maxError.rotation,
      why: 'The shifts of the images scatter.',
      change: 'Use more exposure, or a place with more detail.',
    }),
  ];
}
