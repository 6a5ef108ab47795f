import { EucentricError, optional, readable } from '../../../../core/base';
import { ImageAcquisition, exposureOf } from '../../../../core/acquisition';
import { Cameras, type Exposure } from '../../../../core/devices';
import { DetectorDose, type Run, type Uses, defineTask, value } from '../../../../core/kernel';
import { frameCover } from '../../../../imaging';
import {
  changeIntensity,
  intensityNeeds,
  intensityResults,
  intensityValues,
  keepInArea,
  shownIntensity,
} from './intensity-change';

const needs = {
  ...intensityNeeds,
  cameras: Cameras,
  acquisition: ImageAcquisition,
  detectorDose: optional(DetectorDose),
};
type Use = Uses<typeof needs>;

/** Most images; each one after the first checks the change before it. */
const maxImages = 5;
/** Share of the wanted mean by which the one that was measured last may differ. */
const tolerance = 0.005;
/** Difference below which the noise of the images and the steps of the lens may keep a change from halving it. */
const hardToHalve = 0.02;
/** Share of the difference of the mean from the wanted one, as a ratio, that a change may leave. */
const maxLeft = 0.5;
/** Power of the density with which the mean goes. A camera that counts electrons misses more of them the more there are. */
const minExponent = 0.5;
const maxExponent = 1.5;
/** Mean counts above which there is a beam. The level of a linear camera without light differs from 0 by up to a count, and its noise below 0 is cut off. */
const minCounts = { counting: 0.01, linear: 3 };
/** Standard errors of the mean above which there is a beam. */
const minSignificance = 4;
/** Seconds of reading out an image and of setting the intensity. */
const perImage = 3;

/** Sets the intensity with which Record images have a mean count, and measures again. */
export default defineTask({
  id: 'calibrations/tasks/set-intensity-for-a-mean-count',
  lowDoseArea: 'Record',
  needs,
  not: ['stem'],
  script: 'SetIntensityForMean',
  changes: ({ illumination }) => [illumination.intensity],
  questions: {
    counts: {
      kind: 'number',
      decimals: 2,
      minimum: 0.01,
      maximum: 1_000_000,
      why: 'Record images get this mean at the place where the specimen is now. It has to lie well below the counts at which the camera saturates.',
    },
  },
  results: {
    ...intensityResults,
    meanBefore: value.quantity('Mean counts of a Record image before.', { decimals: 2 }),
    mean: value.quantity('Mean counts of the last Record image.', { decimals: 2 }),
    images: value.quantity('Number of images.'),
  },
  forecast: (use) => {
    const { exposure, driftSettling } = recordExposure(use);
    const each = exposure + driftSettling;
    const { startupDelay } = use.cameras.selected.traits;
    return {
      images: { least: 1, most: maxImages },
      exposure: { least: each, most: maxImages * each },
      duration: { least: each, most: maxImages * (each + startupDelay + perImage) },
      moves: [{ setting: use.illumination.intensity, how: 'to the mean count, where it stays' }],
      dependsOn: 'how well the tables of intensity hold',
    };
  },
  async run(use, run) {
    const { control, cameras } = use;
    run.operator.status('SETTING INTENSITY');
    run.restoreLater('camera', () => cameras.selected.stop());
    const start = await control.place(run.signal);
    const [given] = run.arguments;
    const first = await measured(use, run, 1);
    const wanted =
      given === undefined
        ? await run.ask('counts', {
            text: 'Mean count of a Record image',
            default: Number(first.mean.toPrecision(3)),
          })
        : Number(given);
    let last = first;
    let place = start;
    let images = 1;
    let exponent = 1;
    while (!(Math.abs(last.mean / wanted - 1) <= tolerance + 2 * last.relativeError)) {
      if (images === maxImages) throw notReached(wanted, last.mean);
      const missing = Math.log(wanted / last.mean);
      const change = missing / exponent;
      // The beam of the next image is known beforehand, and has to be one that the detector may get.
      await use.detectorDose?.check(recordExposure(use), cameras.selected.traits.index, wanted / last.mean);
      place = await changeIntensity(use, run, Math.exp(change));
      images += 1;
      const before = last.mean;
      last = await measured(use, run, images);
      if (!(Math.abs(Math.log(wanted / last.mean)) < Math.max(hardToHalve, maxLeft * Math.abs(missing))))
        throw notFollowing(wanted, last.mean);
      exponent = Math.min(maxExponent, Math.max(minExponent, Math.log(last.mean / before) / change));
    }
    const summary = `Intensity set to ${shownIntensity(use, place)}: a Record image has a mean of ${readable(last.mean)} counts, before ${readable(first.mean)}.`;
    run.operator.log(summary);
    await keepInArea(use, run);
    return run.report({
      summary,
      values: {
        ...intensityValues(use, start.intensity, place),
        ...{ meanBefore: first.mean, mean: last.mean, images },
      },
      standardErrors: { mean: last.mean * last.relativeError, meanBefore: first.mean * first.relativeError },
      conditions: { ...run.here() },
    });
  },
});

/** The exposure of Record as one image, whose frames nobody needs. */
function recordExposure({ cameras: { selected }, settings }: Use): Exposure {
  const { traits } = selected;
  const { frames: _, ...single } = selected.fit(exposureOf(settings.parameterSets.get(traits.index)!.Record, traits));
  return single;
}

/** Takes a Record image; its mean with the relative standard error by its noise. Throws where the counts say nothing of the beam. */
async function measured(
  use: Use,
  run: Omit<Run, 'accept'>,
  image: number,
): Promise<{ mean: number; relativeError: number }> {
  const exposure = recordExposure(use);
  if (exposure.processing === 'unprocessed') throw notProcessed();
  run.operator.progress({ done: image - 1, total: maxImages, text: 'Record image' });
  const { frame, context } = await use.acquisition.take(exposure, {
    signal: run.signal,
    parameterSet: 'Record',
    title: `mean count ${image}`,
  });
  if (context.saturated !== undefined) throw saturated(100 * context.saturated);
  const { mean, standardError, constant } = frameCover(frame.image);
  if (constant) throw saturated(100);
  const { directDetector } = use.cameras.selected.traits;
  const least = minCounts[directDetector && frame.exposure.readMode !== 'linear' ? 'counting' : 'linear'];
  if (!(mean > least) || !(mean > minSignificance * standardError)) throw dark(mean);
  run.operator.log(`Record image ${image} has a mean of ${readable(mean)} counts.`);
  return { mean, relativeError: standardError / mean };
}

const unchanged = 'The intensity is as it was.';
const notProcessed = (): EucentricError =>
  new EucentricError({
    code: 'set-mean/unprocessed',
    message: 'Record images are not processed, so their counts hold the dark current, too, and do not follow the beam.',
    hint: 'Let Record subtract the dark reference, and start again.',
  });
const saturated = (percent: number): EucentricError =>
  new EucentricError({
    code: 'set-mean/saturated',
    message: `${readable(percent)} % of the pixels of the Record image are saturated, so its mean tells less than the beam has.`,
    hint: `Spread the beam, shorten the exposure of Record or ask for fewer counts. ${unchanged}`,
  });
const dark = (mean: number): EucentricError =>
  new EucentricError({
    code: 'set-mean/dark',
    message: `The Record image has a mean of ${readable(mean, 3)} counts, which does not stand out from its noise.`,
    hint: `See that the beam is on and falls on the camera, and that it goes through the specimen. ${unchanged}`,
  });
const notFollowing = (wanted: number, mean: number): EucentricError =>
  new EucentricError({
    code: 'set-mean/not-following',
    message: `After the change of intensity the mean is ${readable(mean)} counts, which is hardly nearer to ${readable(wanted)}: it does not follow the tables.`,
    hint: `See that the beam covers the whole image, before and after, and that nothing else changes it; then measure Beam Intensity again. ${unchanged}`,
  });
const notReached = (wanted: number, mean: number): EucentricError =>
  new EucentricError({
    code: 'set-mean/not-reached',
    message: `After ${maxImages} images the mean is still ${readable(mean)} counts instead of ${readable(wanted)}.`,
    hint: `See that the beam covers the whole image and is steady; then measure Beam Intensity again. ${unchanged}`,
  });
