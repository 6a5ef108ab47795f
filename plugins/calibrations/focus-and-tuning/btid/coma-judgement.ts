import { largestElement } from '../../../../core/base';
import { type Evidence, aboveLimit, certainty, misfit, plausibleLength } from '../../../../core/judgement';
import type { MeasuredComa } from '../../../../core/tuning';
import { imageEvidence } from './astigmatism-judgement';
import type { SeenInImages } from './btid-images';

/** Standard error of the largest number of both matrices in percent of it. */
const errorLimits = { doubtful: 4, refused: 20 };
/** Change in percent of the largest number against the calibration before: that of a repeat is half of it. */
const changeLimits = { mean: 10, largest: 20 };
const better =
  'Take more exposure, or a specimen with more detail, and let the specimen come to rest. A larger beam tilt helps, too.';

/** Evidence about a measured response of coma. */
export function comaEvidence(
  { response: { x, y }, rest, misfit: ofShifts }: MeasuredComa,
  {
    seen,
    change,
  }: {
    readonly seen: SeenInImages;
    /** Change against the calibration for the same conditions and tilt, where there is one. */
    readonly change: { readonly mean: number; readonly largest: number } | undefined;
  },
): Evidence {
  const most = Math.max(largestElement(x.value), largestElement(y.value));
  const [alongX, alongY] = [Math.hypot(x.value.xpx, x.value.ypx), Math.hypot(y.value.xpy, y.value.ypy)];
  return [
    misfit({ ...ofShifts, what: 'Misfit of the shifts', change: better }),
    misfit({
      ...rest,
      what: 'Part of the matrices that no spherical aberration makes',
      change: 'Check that the images move alike everywhere, and that nothing cuts the tilted beam.',
    }),
    certainty({
      what: 'largest effect of a misalignment',
      value: most,
      standardError: Math.max(largestElement(x.standardErrors), largestElement(y.standardErrors)),
      doubtfulPercent: errorLimits.doubtful,
      refusedPercent: errorLimits.refused,
      change: better,
    }),
    plausibleLength({
      what: 'Ratio of the effects along Y and X',
      value: alongY / alongX,
      nominal: 1,
      // The third power of what the coils differ by.
      doubtfulFactor: 2,
      refusedFactor: 8,
      why: 'The coils of the beam tilt along X and Y are nearly alike.',
      change: 'Check the calibration of the beam tilt of the column.',
    }),
    change &&
      aboveLimit({
        kind: 'disagreement',
        what: 'Largest change against the earlier calibration',
        number: change.largest,
        unit: '% of the largest number',
        doubtfulAbove: changeLimits.largest,
        why: 'A repeat changes by 8 % at most.',
        change: 'Calibrate once more, and keep the result if it is the same again.',
      }),
    change &&
      aboveLimit({
        kind: 'disagreement',
        what: 'Mean change against the earlier calibration',
        number: change.mean,
        unit: '% of the largest number',
        doubtfulAbove: changeLimits.mean,
        why: 'A repeat changes by 3 % on the average.',
        change: 'Calibrate once more, and keep the result if it is the same again.',
      }),
    ...imageEvidence(seen),
  ];
}
