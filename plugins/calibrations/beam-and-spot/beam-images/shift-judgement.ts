import { type Matrix, firstColumn, inverse, largestElement, length, product, scaleMatrix } from '../../../../core/base';
import {
  type Judgement,
  aboveLimit,
  certainty,
  judge,
  misfit,
  plausibleMatrix,
  requireNotRefused,
} from '../../../../core/judgement';
import { beamErrors } from './beam-errors';
import { type DisplacementFit, errorsOfQuotient, fitDisplacements } from './displacement-fit';
import { type SeriesImage, observationsOf, roundsFor } from './shift-series';

/** Effect of beam shift, with its verdict. */
export interface ShiftMeasurement {
  /** Beam shift that goes with a unit of image shift. */
  readonly matrix: Matrix;
  readonly standardErrors: Matrix;
  /** Unbinned pixels for a unit of beam shift. */
  readonly beamToCamera: Matrix;
  readonly by: 'centroid' | 'outline';
  readonly fit: DisplacementFit;
  /** Largest standard error in percent of the largest element. */
  readonly percent: number;
  readonly judgement: Judgement;
}

/** Standard error in percent of the largest element that a series aims at. Four of it are the tenth of a percent to which a beam is placed. */
export const wantedPercent = 0.025;
/** Standard errors in percent above which the effect of an axis is doubtful, and beyond which it is refused. */
const shareOfError = { doubtful: 0.5, refused: 5 };
/** Difference of the ways by centroid and by edge in their common standard errors. */
const maxDisagreement = { doubtful: 4, refused: 8 };
/** Difference of both ways in percent below which it does no harm. */
const harmless = 0.1;

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;

/** Advice for errors that come from few counts. */
export const moreLight = 'Take more exposure or a brighter spot size.';
const change = 'Let the beam come to rest, go to an empty place of the specimen, and measure again.';
const misfitOfPlaces = (fit: DisplacementFit) =>
  misfit({ ...fit.misfit, what: 'Misfit of the places of the beam', change });

/** Judges a series of images of the beam, by its centroid or its edge, whichever is known better. Throws for a series that must be refused. */
export function judgeShift(
  series: readonly SeriesImage[],
  { toCamera, binning }: { readonly toCamera: Matrix; readonly binning: number },
): ShiftMeasurement {
  const [best, other] = waysOf(series);
  const back = best && inverse(best.fit.matrix);
  if (!best || !back || length(firstColumn(best.fit.matrix)) === 0) throw beamErrors.noMovement();
  const difference = other ? differenceOf(best.fit, other.fit) : undefined;
  const judgement = judge(
    misfitOfPlaces(best.fit),
    ...plausibleMatrix({
      what: 'beam shift',
      matrix: best.fit.matrix,
      standardErrors: best.fit.standardErrors,
      doubtfulPercent: shareOfError.doubtful,
      change,
    }),
    difference && difference.percent > harmless
      ? aboveLimit({
          kind: 'disagreement',
          what: 'Difference of beam shift by the centroid and by the edge of the beam',
          number: difference.deviations,
          unit: 'standard errors',
          doubtfulAbove: maxDisagreement.doubtful,
          refusedAbove: maxDisagreement.refused,
          why: `They are ${difference.percent.toPrecision(2)} % apart: the beam is uneven, or something lies in it.`,
          change,
        })
      : undefined,
    certainty({
      what: 'beam shift',
      value: largestElement(best.fit.matrix),
      standardError: largestElement(best.fit.standardErrors),
      doubtfulPercent: shareOfError.doubtful,
      refusedPercent: shareOfError.refused,
      change: moreLight,
    }),
  );
  requireNotRefused(judgement, 'beam-shift/refused');
  // A binned pixel is as many unbinned ones.
  const beamToCamera = scaleMatrix(best.fit.matrix, binning);
  const toBeam = scaleMatrix(back, 1 / binning);
  const matrix = product(toBeam, toCamera);
  const standardErrors = errorsOfQuotient(toBeam, scaleMatrix(best.fit.standardErrors, binning), matrix);
  const percent = percentOf(matrix, standardErrors);
  return { matrix, standardErrors, beamToCamera, by: best.by, fit: best.fit, percent, judgement };
}

/** The fits by the centroid and by the edge, the one that is known better first. */
function waysOf(series: readonly SeriesImage[]): readonly Way[] {
  const ways = (['centroid', 'outline'] as const).flatMap((by): readonly Way[] => {
    const observations = observationsOf(series, by);
    return observations ? [{ by, fit: fitDisplacements(observations) }] : [];
  });
  return ways.sort((a, b) => largestElement(a.fit.standardErrors) - largestElement(b.fit.standardErrors));
}

interface Way {
  readonly by: 'centroid' | 'outline';
  readonly fit: DisplacementFit;
}

const percentOf = (matrix: Matrix, standardErrors: Matrix): number =>
  (100 * largestElement(standardErrors)) / largestElement(matrix);

/** Rounds of images that a series still needs for the error that it aims at; none where the images contradict each other. */
export function roundsLeft(series: readonly SeriesImage[]): number {
  const [best] = waysOf(series);
  if (!best || misfitOfPlaces(best.fit)) return 0;
  const { matrix, standardErrors } = best.fit;
  return roundsFor(series, percentOf(matrix, standardErrors) / wantedPercent);
}

function differenceOf(
  one: DisplacementFit,
  other: DisplacementFit,
): { readonly deviations: number; readonly percent: number } {
  const size = largestElement(one.matrix);
  let [deviations, percent] = [0, 0];
  for (const element of elements) {
    const apart = Math.abs(one.matrix[element] - other.matrix[element]);
    deviations = Math.max(deviations, apart / Math.hypot(one.standardErrors[element], other.standardErrors[element]));
    percent = Math.max(percent, (100 * apart) / size);
  }
  return { deviations, percent };
}
