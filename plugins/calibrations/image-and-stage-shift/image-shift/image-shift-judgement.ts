import {
  type Matrix,
  determinant,
  firstColumn,
  inMicrometres,
  length,
  secondColumn,
  readable,
} from '../../../../core/base';
import {
  type Judgement,
  type Reason,
  aboveLimit,
  belowLimit,
  judge,
  misfit,
  plausibleLength,
  plausibleMatrix,
} from '../../../../core/judgement';
import type { OpticsAtPlace } from '../../../../core/optics';
import { type FreshCheck, freshEvidence } from './fresh-check';
import type { ImageShiftFit } from '../image-series/image-shift-analysis';
import type { WeighedFit } from '../image-series/image-shift-uncertainty';
import type { SeriesFinding } from '../image-series/series-findings';
import type { Series } from '../image-series/shift-series';

/** Limits of the range in percent, which are twice as wide in low magnification. */
const range = { doubtful: 2, refused: 10 };
/** Limits of the mean correlation of the pairs. */
const correlation = { doubtful: 0.2, refused: 0.1 };
/** Standard error in percent above which a result is not good: a hundredth of a shift is a tenth of a field at the end of the range. */
const maxStatedError = 1;
/** Change in percent against the calibration in use above which one of the two is wrong. */
const maxChange = 30;
const takeAgain =
  'Check exposure, focus and specimen (detail all over the field, nothing periodic), and take it again.';
const waitLonger =
  'Wait until nothing drifts, give image shift more time (Set IS Delay Factor, ImageShiftDelays), and take it again.';

/** Evidence of one calibration of image shift. */
export interface ImageShiftEvidence {
  readonly fit: ImageShiftFit & Pick<WeighedFit, 'misfit'>;
  readonly series: Pick<Series, 'circumstances' | 'findings'>;
  readonly check: FreshCheck;
  readonly meanCorrelation: number;
  /** Place at which it was measured, with what is known there. */
  readonly at: OpticsAtPlace;
  /** Matrix in use before, and the change against it in percent. */
  readonly before: Matrix | undefined;
  readonly change: number | undefined;
}

/** Judges a calibration of image shift by all that was seen. */
export function judgeImageShift({
  fit,
  series,
  check,
  meanCorrelation,
  at,
  before,
  change,
}: ImageShiftEvidence): Judgement {
  const { distortion } = series.circumstances;
  const wider = at.isLowMagnification ? 2 : 1;
  return judge(
    series.findings.filter(({ serious }) => serious).map(reasonOf),
    aboveLimit({
      kind: 'disagreement',
      what: 'Range of repeated shifts',
      number: fit.rangePercent,
      unit: '%',
      doubtfulAbove: wider * range.doubtful,
      refusedAbove: wider * range.refused,
      why: 'Steps of the same size moved the image by different amounts.',
      change: waitLonger,
    }),
    freshEvidence(check),
    belowLimit({
      kind: 'weak signal',
      what: 'Mean correlation of the image pairs',
      number: meanCorrelation,
      unit: '',
      doubtfulBelow: correlation.doubtful,
      refusedBelow: correlation.refused,
      why: 'The images have too little in common.',
      change: 'Use more exposure, or a place with more detail.',
    }),
    misfit({ ...fit.misfit, what: 'Misfit of the shifts', change: waitLonger }),
    distortion &&
      misfit({
        ...distortion.misfit,
        what: 'Misfit between parts of the field',
        change: 'Look for a specimen that moves under the beam, and for a lens that is far from its usual value.',
      }),
    plausibleMatrix({
      what: 'image shift',
      matrix: fit.matrix,
      standardErrors: fit.standardErrors,
      doubtfulPercent: maxStatedError,
      ...(before && { mirrored: determinant(before) < 0 }),
      change: takeAgain,
    }),
    onSpecimen(fit.matrix, at),
    change === undefined
      ? undefined
      : aboveLimit({
          kind: 'implausible',
          what: 'Change against the calibration in use',
          number: change,
          unit: '%',
          doubtfulAbove: maxChange,
          why: 'The earlier calibration or this one is wrong.',
          change:
            'Take it again with IS from Scratch, which does not go by the earlier one; "calibrations check" compares the two with the others.',
        }),
  );
}

/** A finding that the operator did not drop the calibration for stays a reason. */
const reasonOf = ({ text, hint }: SeriesFinding): Reason => ({
  kind: 'rival',
  verdict: 'doubtful',
  what: 'Findings that may have fooled the alignment',
  number: 1,
  limit: 0,
  unit: '',
  why: text,
  change: hint,
});

/** Evidence by the move on the specimen for one unit, which the column makes roughly known. */
const onSpecimen = (matrix: Matrix, at: OpticsAtPlace): readonly (Reason | undefined)[] => {
  const pixel = at.pixelSize && inMicrometres(at.pixelSize.value);
  if (pixel === undefined) return [];
  return [firstColumn(matrix), secondColumn(matrix)].map((column, index) =>
    plausibleLength({
      what: `Move on the specimen for one unit of image shift in ${index === 0 ? 'X' : 'Y'}`,
      value: length(column) * pixel,
      nominal: at.roughImageShiftScale,
      why: `It is ${readable(length(column) * pixel)} um with the pixel size in use, and ${readable(at.roughImageShiftScale)} um by the column (MicronsPerUnitImageShift).`,
      change:
        'Check the pixel size (PixelSizeInMicrons, RotationAndPixel; nanometres or micrometres?) with Find Pixel Size, and MicronsPerUnitImageShift.',
    }),
  );
};
