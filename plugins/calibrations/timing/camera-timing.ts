import { fittedChart, readable } from '../../../core/base';
import { Cameras, Scope, TimedBlanker } from '../../../core/devices';
import { type Forecast, type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { ImageAcquisition } from '../../../core/acquisition';
import { judge, requireNotRefused } from '../../../core/judgement';
import { Settings } from '../../../core/settings';
import type { CalibrationResult } from '../../../core/store';
import { BlankedShots } from './shots/blanked-shots';
import { measureBlanker, shiftOfBeam } from './shots/blanker-times';
import {
  lineOfImages,
  lineOfScans,
  longestDelay,
  plotRange,
  scanEvidence,
  scanTimesOf,
  searchRange,
} from './shots/range-search';
import { type StartDelays, delayEvidence, startDelays } from './shots/start-delays';
import { TimedShots, steadyBeam } from './shots/timed-shots';
import { type TimingAdvice, timingAdvice } from './shots/timing-advice';
import { type TimingCase, minTestExposure, testExposure, timingCase, usualEntries } from './shots/timing-case';
import { timingErrors } from './shots/timing-errors';
import { TimingMemory, type TimingEntries } from './shots/timing-memory';

const needs = {
  scope: Scope,
  cameras: Cameras,
  acquisition: ImageAcquisition,
  settings: Settings,
  blanker: TimedBlanker,
  memory: TimingMemory,
};
const questions = {
  start: {
    kind: 'confirm',
    live: { set: 'Trial' },
    why: 'Times follow from counts, so the beam has to be steady, without a specimen, and give moderately high counts that are nowhere saturated.',
  },
  exposure: {
    kind: 'number',
    unit: 's',
    decimals: 2,
    minimum: minTestExposure,
    maximum: 60,
    why: 'The exposure of the test images. It has to be longer than the times at which exposures begin scatter.',
  },
  binning: {
    kind: 'number',
    integer: true,
    minimum: 1,
    why: 'The binning of the images. Larger pixels have more counts; the whole field is taken in any case.',
  },
  images: {
    kind: 'number',
    integer: true,
    minimum: 1,
    maximum: 1000,
    why: 'The number of test images. The more there are, the better the spread of the start-up delay is known.',
  },
} as const;
const results = {
  startup: value.quantity('Start-up delay, as it is offered to the configuration.', { unit: 's', decimals: 3 }),
  builtIn: value.quantity('Settling that is built into the camera, as it is offered.', { unit: 's', decimals: 3 }),
  earliest: value.quantity('Earliest start of an exposure after its request.', { unit: 's', decimals: 3 }),
  latest: value.quantity('Latest start of an exposure after its request.', { unit: 's', decimals: 3 }),
  extraBeamTime: value.quantity('Time for which the beam is needed beyond the exposure.', { unit: 's', decimals: 2 }),
  testDelay: value.quantity('Delay of the beam in the test images.', { unit: 's', decimals: 3 }),
  blanking: value.quantity('Time to blank and to unblank the beam.', { unit: 's', decimals: 3 }),
  flyback: value.quantity('Flyback of a line of a scan.', { unit: 'us', decimals: 1, optional: true }),
  beamChange: value.quantity('Change of the beam during the test images.', { unit: '%', decimals: 2 }),
  images: value.quantity('Number of images.'),
  range: value.table('Light against the delay of the beam.', {
    delay: value.quantity('Delay of the beam after the request.', { unit: 's', decimals: 3 }),
    share: value.quantity('Share of the light.', { decimals: 4 }),
  }),
};
type TimingRun = ItemRun<typeof questions, typeof results>;

/** Number of images with the whole beam, of a camera and of a scan. */
const references = { image: 5, scan: 1 };
/** Seconds by which a beam that has changed may move the start. */
const beamErrors = { doubtful: 0.003, refused: 0.012 };
const microseconds = 1e-6;
/** Images of the search, at most, and seconds of an image beside exposure and start-up. */
const searchImages = { least: 4, most: 200 };
const perImage = { least: 0.1, most: 5 };
/** Images of a line of the log. */
const perLine = 8;

/** Measures when exposures begin after their request, how much that scatters, and the flyback of scans. */
export default defineItem({
  id: 'calibrations/camera-timing',
  needs,
  questions,
  results,
  measures: ['camera timing'],
  order: { step: 'camera and dose', holdsForDays: 365 },
  forecast: (use) => forecast(use),
  run: (use, run) => measure(use, run),
});

const caseNow = ({ cameras, settings }: Uses<typeof needs>): TimingCase => timingCase(cameras.selected, settings);

function entriesNow(use: Uses<typeof needs>, given: TimingCase): TimingEntries {
  return use.memory.entries.get(given.camera.traits.index) ?? usualEntries(given);
}

function forecast(use: Uses<typeof needs>): Forecast {
  const given = caseNow(use);
  const { exposure, images } = entriesNow(use, given);
  const more = given.stem ? references.scan : references.image;
  const { startupDelay, builtInSettling } = given.camera.traits;
  const [least, most] = [more + searchImages.least, images + more + searchImages.most];
  return {
    images: { least, most },
    exposure: { least: least * exposure * 0.5, most: most * exposure * 2 },
    duration: {
      least: least * (exposure + perImage.least),
      most: most * (2 * exposure + startupDelay + builtInSettling + perImage.most),
    },
    moves: [{ setting: use.scope.beamBlanked, how: 'off and on in each image' }],
    dependsOn: 'the number of test images, and how long after the request an exposure begins',
  };
}

async function measure(use: Uses<typeof needs>, run: TimingRun): Promise<CalibrationResult> {
  const { scope, acquisition, settings, memory } = use;
  const given = caseNow(use);
  const { camera, stem } = given;
  const entered = await entries(use, run, given);
  memory.entries.set(camera.traits.index, entered);
  await run.preserve(scope.beamBlanked);
  run.restoreLater('camera', () => camera.stop());
  run.operator.status('MEASURING CAMERA TIMING');
  const blanking = await measureBlanker(run, scope);
  const timed = new TimedShots(run, acquisition);
  const shots = new BlankedShots(run, timed, given, testExposure(given, settings, entered));
  await shots.references(stem ? references.scan : references.image);
  const points = await searchRange(run, shots, { stem, first: given.firstDelay, flyback: 0 });
  const { exposure, rows } = shots;
  const line = stem ? lineOfScans(points) : lineOfImages(run, points);
  plotRange(run, points, line);
  const scan = stem ? scanTimesOf(line, exposure, rows) : undefined;
  const delay = scan ? scan.middle : -line.intercept / line.slope - exposure / 2;
  if (!(delay > 0 && delay <= longestDelay(exposure))) throw timingErrors.badDelay(delay, longestDelay(exposure));
  if (scan)
    run.operator.log(
      `Flyback ${readable(scan.flyback / microseconds, 1)} us, start-up delay about ${readable(scan.start, 3)} s.`,
    );
  const { shares, beamChange } = await testImages(run, shots, delay, entered.images);
  const shift = shiftOfBeam(blanking, use.blanker.minimumBlanking);
  const found = startDelays(stem ? shares : evened(shares, beamChange), {
    delay: delay + shift,
    seconds: exposure + rows * (scan?.flyback ?? 0),
  });
  const judgement = judge(
    ...delayEvidence(found, entered.images, shots.dropped),
    ...shots.judgement.reasons,
    scan && scanEvidence(scan, exposure, rows),
    stem
      ? undefined
      : steadyBeam(beamChange, {
          doubtfulAbove: (100 * beamErrors.doubtful) / exposure,
          refusedAbove: (100 * beamErrors.refused) / exposure,
        }),
  );
  requireNotRefused(judgement, 'timing/not-measured');
  const basic = basicFlyback(given, shots);
  const advice = timingAdvice(
    given,
    found,
    blanking,
    scan && { flyback: scan.flyback, ...(basic !== undefined && { basic }) },
  );
  const values = {
    startup: advice.startup,
    builtIn: advice.builtIn,
    earliest: found.least,
    latest: found.most,
    extraBeamTime: found.extra,
    testDelay: delay,
    blanking: blanking.blank + blanking.unblank,
    ...(scan && { flyback: scan.flyback / microseconds }),
    beamChange: 100 * beamChange,
    images: timed.taken,
    range: points.map(({ x, y }) => ({ delay: x, share: y })),
  };
  const summary = tell(run, given, found, advice);
  return run.report({
    summary,
    values,
    ...(scan && { standardErrors: { flyback: scan.flybackError / microseconds } }),
    conditions: { camera: camera.traits.index },
    quality: { ...judgement },
    propertySuggestions: advice.suggestions,
  });
}

async function entries(use: Uses<typeof needs>, run: TimingRun, given: TimingCase): Promise<TimingEntries> {
  const { traits } = given.camera;
  const offered = entriesNow(use, given);
  await run.start(
    `Images of ${traits.name} will be taken with the beam blanked in part. Does the beam give moderately high counts, nowhere saturated, at binning ${offered.binning} and an exposure of ${readable(offered.exposure, 2)} s?`,
  );
  const { exposure, binning, images } = await run.askAll({
    exposure: { text: 'Exposure of the test images', default: offered.exposure },
    binning: { text: 'Binning', default: offered.binning, maximum: Math.max(...traits.binnings) },
    images: { text: 'Number of test images', default: offered.images },
  });
  const least = given.stem ? references.scan : references.image;
  return { exposure, binning, images: Math.max(least, images) };
}

/** Takes the test images, and compares the beam at their end with that at the start. */
async function testImages(
  run: TimingRun,
  shots: BlankedShots,
  delay: number,
  count: number,
): Promise<{ readonly shares: readonly number[]; readonly beamChange: number }> {
  run.operator.log(`Delay ${readable(delay, 3)}: test images`);
  const taken: { share: number; counts: number }[] = [];
  const plot = (): void =>
    run.plot(
      fittedChart({ id: 'test', title: 'Light of the test images', x: 'image', y: 'share of the light' }, [
        { name: 'images', points: taken.map(({ share }, at) => ({ x: at + 1, y: share })) },
      ]),
    );
  for (let k = 1; k <= count; k++) {
    taken.push(await shots.at(delay));
    run.operator.status(`CAMERA TIMING: IMAGE ${k} OF ${count}`);
    if (k % perLine !== 0 && k < count) continue;
    run.operator.log(
      taken
        .slice(perLine * Math.floor((k - 1) / perLine))
        .map(({ counts }) => readable(counts, 1))
        .join('  '),
    );
    plot();
  }
  const beamChange = await shots.changeOfBeam();
  return { shares: taken.map(({ share }) => share), beamChange };
}

/** The shares of light with a beam that has changed evenly meanwhile, as far as two images can tell. The lines of a scan do not depend on it. */
const evened = (shares: readonly number[], change: number): readonly number[] =>
  shares.map((share, at) => share / (1 + (change * (at + 1)) / (shares.length + 1)));

/** Seconds of the flyback that the scan generator tells, without what the configuration adds. */
function basicFlyback({ properties }: TimingCase, { frame }: BlankedShots): number | undefined {
  const { scan, image } = frame!;
  if (scan?.lineTime === undefined) return undefined;
  return scan.lineTime - scan.pixelTime * image.shape[1]! - properties.get('AddedFlybackTime') * microseconds;
}

function tell(
  run: TimingRun,
  { camera }: TimingCase,
  { least, most }: StartDelays,
  { startup, suggestions, remarks }: TimingAdvice,
): string {
  run.operator.log(`Exposures begin ${readable(least, 3)} to ${readable(most, 3)} s after their request.`);
  for (const { property, value: offered } of suggestions) run.operator.log(`${property} ${offered}`);
  for (const remark of remarks) run.operator.log(remark);
  return `Exposures of ${camera.traits.name} begin ${readable(least, 3)} to ${readable(most, 3)} s after their request; StartupDelay ${readable(startup, 3)} s.`;
}
