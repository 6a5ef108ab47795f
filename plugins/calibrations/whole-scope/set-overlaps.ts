import { EucentricError } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { DistortionOverlaps } from './distortion/overlaps';

const overlap = (why: string) => ({ kind: 'number', decimals: 2, minimum: 0.01, maximum: 0.99, why }) as const;

/** Sets the overlaps of the image pairs that measure distortion, for the session. */
export default defineItem({
  id: 'calibrations/set-overlaps',
  needs: { overlaps: DistortionOverlaps },
  questions: {
    'side-least': overlap('Least overlap of a pair side by side, along the direction in which its images lie apart.'),
    'side-most': overlap('Largest such overlap. Widen this one rather than the least one where no pair is accepted.'),
    across: overlap('Least overlap of a pair side by side, across that direction.'),
    'diagonal-least': overlap('Least overlap of a diagonal pair in each direction.'),
    'diagonal-most': overlap(
      'Largest such overlap. Widen this one rather than the least one where no pair is accepted.',
    ),
  },
  results: {
    sideLeast: value.quantity('Least overlap of a side pair along its direction.', { decimals: 2 }),
    sideMost: value.quantity('Largest overlap of a side pair along its direction.', { decimals: 2 }),
    across: value.quantity('Least overlap of a side pair across it.', { decimals: 2 }),
    diagonalLeast: value.quantity('Least overlap of a diagonal pair in each direction.', { decimals: 2 }),
    diagonalMost: value.quantity('Largest overlap of a diagonal pair in each direction.', { decimals: 2 }),
  },
  forecast: 'nothing',
  async run({ overlaps }, run) {
    const { side, across, diagonal } = overlaps;
    const answers = await run.askAll({
      'side-least': { text: 'Least overlap of side pairs along their direction', default: side.least },
      'side-most': { text: 'Largest overlap of side pairs along their direction', default: side.most },
      across: { text: 'Least overlap of side pairs across it', default: across },
      'diagonal-least': { text: 'Least overlap of diagonal pairs', default: diagonal.least },
      'diagonal-most': { text: 'Largest overlap of diagonal pairs', default: diagonal.most },
    });
    const asked = { least: answers['side-least'], most: answers['side-most'] };
    const askedDiagonal = { least: answers['diagonal-least'], most: answers['diagonal-most'] };
    if (asked.least >= asked.most) throw notInOrder('side pairs', asked);
    if (askedDiagonal.least >= askedDiagonal.most) throw notInOrder('diagonal pairs', askedDiagonal);
    Object.assign(overlaps, { side: asked, across: answers.across, diagonal: askedDiagonal });
    return run.report({
      summary: `Side pairs overlap by ${asked.least} to ${asked.most} along their direction and ${answers.across} across it, diagonal pairs by ${askedDiagonal.least} to ${askedDiagonal.most}.`,
      values: {
        sideLeast: asked.least,
        sideMost: asked.most,
        across: answers.across,
        diagonalLeast: askedDiagonal.least,
        diagonalMost: askedDiagonal.most,
      },
    });
  },
});

const notInOrder = (
  pairs: string,
  { least, most }: { readonly least: number; readonly most: number },
): EucentricError =>
  new EucentricError({
    code: 'distortion/overlaps-not-in-order',
    message: `The least overlap of ${pairs}, ${least}, is not below the largest one, ${most}.`,
    hint: 'Enter the smaller number first. The overlaps are as they were.',
  });
