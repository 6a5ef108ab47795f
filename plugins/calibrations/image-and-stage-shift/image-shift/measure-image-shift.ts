import { type ImageShiftUnits, type Matrix, type Vector, seconds } from '../../../../core/base';
import { ImageAcquisition } from '../../../../core/acquisition';
import type { Exposure } from '../../../../core/devices';
import { ImageBuffers, type Run, type Uses } from '../../../../core/kernel';
import { ImageShiftControl, type OpticalPlace, Optics } from '../../../../core/optics';
import { type ImageShiftFit, type PatternName, fitImageShift, patterns } from '../image-series/image-shift-analysis';
import { type WeighedFit, atCentre, weighImageShift } from '../image-series/image-shift-uncertainty';
import { imageShiftResiduals } from '../image-series/measurement-plots';
import { settleFindings, withDriftNamed } from '../image-series/series-findings';
import { type Series, takeSeries } from '../image-series/shift-series';
import { type FreshCheck, checkFresh, unexplainedRange, withFreshErrors } from './fresh-check';

/** Dependencies of a measurement of image shift. */
export const measureNeeds = {
  control: ImageShiftControl,
  acquisition: ImageAcquisition,
  buffers: ImageBuffers,
  optics: Optics,
};

/** Plan of a measurement of image shift. */
export interface MeasurementPlan {
  readonly place: OpticalPlace;
  /** Image shift about which the images are taken, and at which it ends. */
  readonly base: Vector<ImageShiftUnits>;
  readonly exposure: Exposure;
  readonly pattern: PatternName;
  readonly steps: Vector;
  readonly delayFactor: number;
  /** Matrix from image shift to unbinned pixels that is nearly right. */
  readonly prior: Matrix;
  /** Number of images of the whole run, with those of the check, and of those that came before. */
  readonly total: number;
  readonly done: number;
}

/** Matrix from image shift to the camera as it was measured, with the evidence for it. */
export interface MeasuredImageShift {
  readonly fit: ImageShiftFit & Pick<WeighedFit, 'misfit' | 'standardErrors'>;
  readonly series: Series;
  readonly check: FreshCheck;
  readonly remarks: readonly string[];
}

/** Factor by which the images of the check wait longer than the others. */
const patientFactor = 2.5;
/** Time constants of a slow part that they wait, where the series shows one, and the longest wait in seconds. */
const slowTimes = 5;
const maxWait = 60;

/** Takes a series of images with image shift, fits it, and checks the fit at other image shifts. Image shift is at its base afterwards. */
export async function measureImageShift(
  use: Uses<typeof measureNeeds>,
  run: Run,
  { place, pattern, steps, delayFactor, prior, done, ...common }: MeasurementPlan,
): Promise<MeasuredImageShift> {
  const { base, exposure, total } = common;
  const series = await takeSeries(use, run, {
    ...common,
    pattern,
    steps,
    delayFactor,
    prior,
    inParts: true,
    title: 'Image shift',
    done,
  });
  const { binning } = exposure;
  const simple = fitImageShift(pattern, series.pairs, series.places, binning);
  const findings = withDriftNamed(series.findings, simple.drift);
  const remarks = await settleFindings(run, findings);
  const weighed = weighImageShift(pattern, series.pairs, series.places, binning, simple.matrix, series.circumstances);
  // What arrives slowly has to be there before the check begins, and at each of its images.
  const usual = use.optics.at(place).imageShiftDelay(steps);
  const wait = Math.max(patientFactor * delayFactor * usual, slowTimes * (weighed.slowSeconds ?? 0));
  const patience = Math.min(maxWait, wait);
  await run.clock.delay(seconds(patience), run.signal);
  const again = await takeSeries(use, run, {
    ...common,
    pattern: 'check',
    steps,
    delayFactor: usual > 0 ? patience / usual : patientFactor * delayFactor,
    prior: weighed.matrix,
    inParts: true,
    title: 'Check',
    done: total - patterns.check.length,
  });
  await use.control.write(base, { delayFactor: 1, signal: run.signal });
  const { times } = series.circumstances;
  const check = checkFresh(
    weighed,
    { pairs: atCentre(again.pairs, again.circumstances), places: again.places, times: again.circumstances.times },
    binning,
    (times.at(-1)! - times[0]!) / (times.length - 1),
  );
  const ofRange = unexplainedRange(simple.range, series.pairs, steps, binning);
  const fit = { ...simple, ...withFreshErrors(weighed, check, ofRange) };
  run.operator.plot(imageShiftResiduals(series.pairs, series.places, binning, fit));
  return { fit, series: { ...series, findings }, check, remarks };
}
