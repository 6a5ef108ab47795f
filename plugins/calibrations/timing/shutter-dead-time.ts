import { StoppedError, milliseconds, readable, seconds, withError } from '../../../core/base';
import { Cameras, type Exposure } from '../../../core/devices';
import { type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import { ImageAcquisition, singleExposureOf } from '../../../core/acquisition';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { Settings } from '../../../core/settings';
import type { CalibrationResult } from '../../../core/store';
import { type DeadTime, deadTimeOf, exposuresPerRound, plotDeadTime } from './shots/dead-time-fit';
import { TimedShots, beamCounts, steadyBeam } from './shots/timed-shots';
import { TimingMemory } from './shots/timing-memory';

const needs = { cameras: Cameras, acquisition: ImageAcquisition, settings: Settings, memory: TimingMemory };
const limits = { minimum: 0.001, maximum: 0.1 };
const questions = {
  start: {
    kind: 'confirm',
    live: { set: 'Trial' },
    why: 'The images are those of Trial at short exposures. Beam and binning should give moderate counts at 0.1 s, and no pixel may be saturated.',
  },
  exposure: {
    kind: 'number',
    unit: 's',
    decimals: 3,
    ...limits,
    why: 'The shortest of seven exposures in steps of 0.01 s. A second round begins 0.01 s above the dead time of the first.',
  },
} as const;
const results = {
  deadTime: value.quantity('Exposure that the shutter loses.', { unit: 'ms', decimals: 2 }),
  perCount: value.quantity('Exposure for one count.', { unit: 'ms', decimals: 5 }),
  rounds: value.quantity('Number of rounds of seven exposures.'),
  images: value.quantity('Number of images.'),
  beamChange: value.quantity('Change of the beam during the last round.', { unit: '%', decimals: 2 }),
};

/** Seconds from one exposure to the next, and from the dead time to the best first exposure. */
const step = 0.01;
const bestStart = 0.01;
/** Seconds by which a first exposure may differ from the best one. */
const startTolerance = 0.005;
/** Seconds below which a dead time is none. */
const negligible = 0.0005;
/** Percent of change of the beam; the fit takes an even change out. */
const beamLimits = { doubtfulAbove: 1, refusedAbove: 4 };
/** Milliseconds. */
const maxDeviation = { doubtfulAbove: 0.3, refusedAbove: 1 };
const rounds = 2;
/** Seconds of an image beside its exposure, about. */
const perImage = { least: 0.1, most: 6 };

/** Measures the exposure that the shutter loses, by a line through exposures against counts. */
export default defineItem({
  id: 'calibrations/shutter-dead-time',
  needs,
  not: ['stem'],
  questions,
  results,
  measures: ['dead time'],
  order: { step: 'camera and dose', holdsForDays: 365 },
  forecast: () => ({
    images: { least: exposuresPerRound + 1, most: rounds * (exposuresPerRound + 1) },
    exposure: { least: 0.05, most: 2.5 },
    duration: { least: perImage.least * exposuresPerRound, most: perImage.most * rounds * (exposuresPerRound + 1) },
    dependsOn: 'whether the first exposures were the right ones for this dead time',
  }),
  unavailable: ({ cameras }) =>
    cameras.selected.traits.directDetector ? 'a direct detector has no shutter that loses exposure' : undefined,
  run: (use, run) => measure(use, run),
});

type DeadTimeRun = ItemRun<typeof questions, typeof results>;

async function measure(use: Uses<typeof needs>, run: DeadTimeRun): Promise<CalibrationResult> {
  const { cameras, memory, acquisition } = use;
  const camera = cameras.selected;
  const { index } = camera.traits;
  await run.start(
    `${rounds * exposuresPerRound} images will be taken at increasing exposures, with the other parameters of Trial. Are beam and binning such that an exposure of 0.1 s gives moderate counts?`,
  );
  let start = await run.ask('exposure', {
    text: 'Shortest exposure to start with',
    default: memory.deadTimeStart.get(index) ?? 0.04,
  });
  run.restoreLater('camera', () => camera.stop());
  run.operator.status('MEASURING SHUTTER DEAD TIME');
  const shots = new TimedShots(run, acquisition);
  let found: DeadTime | undefined;
  for (let round = 1; ; round++) {
    found = await measureRound(use, run, shots, start);
    memory.deadTimeStart.set(index, start);
    requireNotRefused(judgementOf(found));
    const best = clamped(Math.max(0, found.deadTime) + bestStart);
    if (round === rounds || Math.abs(start - best) <= startTolerance)
      return report(use, run, found, round, shots.taken);
    tell(run, found, 'First round');
    start = Number(best.toFixed(3));
  }
}

const clamped = (start: number): number => Math.min(limits.maximum, Math.max(limits.minimum, start));

/** Seven exposures, and the first useful one once more. After STOP the log says what follows from those that there are. */
async function measureRound(
  use: Uses<typeof needs>,
  run: DeadTimeRun,
  shots: TimedShots,
  start: number,
): Promise<DeadTime> {
  const points: { exposure: number; counts: number; error: number }[] = [];
  const take = async (wanted: number): Promise<void> => {
    const { mean, standardError, exposure } = await shots.take(
      exposureOf(use, wanted),
      `exposure ${readable(wanted, 3)} s`,
    );
    points.push({ exposure, counts: mean, error: standardError });
    run.operator.log(`Exposure ${readable(exposure, 4)} s: mean ${readable(mean, 2)}`);
    plotDeadTime(run, points);
  };
  try {
    for (let k = 0; k < exposuresPerRound; k++) await take(start + k * step);
    const brightest = points.reduce((most, each) => (each.counts > most.counts ? each : most));
    requireNotRefused(judge(beamCounts(brightest.counts, brightest.error)));
    // Nothing says what the beam did where the shutter let nothing through.
    await take(points.find(({ counts }) => counts > brightest.counts / exposuresPerRound)?.exposure ?? start);
    const again = points.pop()!;
    return deadTimeOf(points, again);
  } catch (error) {
    if (error instanceof StoppedError && points.length >= 3)
      tell(run, deadTimeOf(points.slice(0, exposuresPerRound)), 'Until the stop');
    throw error;
  }
}

function exposureOf({ cameras, settings }: Uses<typeof needs>, wanted: number): Exposure {
  const { selected } = cameras;
  const { traits } = selected;
  const { Trial } = settings.parameterSets.get(traits.index)!;
  const trial = singleExposureOf(Trial, traits);
  return selected.fit({
    ...trial,
    exposure: seconds(wanted),
    ...(trial.processing === 'unprocessed' && { processing: 'dark subtracted' }),
    ...(traits.shutters?.includes('beam') && { shutter: 'beam' }),
  });
}

const judgementOf = ({ counts, countsError, beamChange, deviation }: DeadTime) =>
  judge(
    beamCounts(counts, countsError),
    steadyBeam(beamChange, beamLimits),
    aboveLimit({
      kind: 'misfit',
      what: 'Deviation of the exposures from the line',
      number: inMilliseconds(deviation),
      unit: 'ms',
      ...maxDeviation,
      why: 'The counts do not follow the exposure: some are saturated, images are missing, or the beam flickers.',
      change: 'Bin less or spread the beam, wait until it is steady, and measure again.',
    }),
  );

const inMilliseconds = (time: number): number => time / milliseconds(1);

function tell(run: DeadTimeRun, { deadTime, slope }: DeadTime, what: string): void {
  run.operator.log(
    `${what}: slope ${readable(inMilliseconds(slope), 5)} ms per count, dead time ${readable(inMilliseconds(deadTime), 2)} ms.`,
  );
}

function report(
  { cameras }: Uses<typeof needs>,
  run: DeadTimeRun,
  found: DeadTime,
  round: number,
  images: number,
): CalibrationResult {
  const { traits } = cameras.selected;
  const { deadTime, deadTimeError, slope, beamChange } = found;
  tell(run, found, 'Result');
  const needed = deadTime > negligible;
  const rounded = Number(Math.max(0, deadTime).toFixed(4));
  const summary = needed
    ? `The shutter of ${traits.name} loses ${withError(inMilliseconds(deadTime), inMilliseconds(deadTimeError))} ms. Set ShutterDeadTime for this camera to ${rounded}.`
    : `The shutter of ${traits.name} loses nothing that matters. Set ShutterDeadTime to 0, or leave it out.`;
  run.operator.log(summary);
  return run.report({
    summary,
    values: {
      deadTime: inMilliseconds(deadTime),
      perCount: inMilliseconds(slope),
      rounds: round,
      images,
      beamChange: 100 * beamChange,
    },
    standardErrors: { deadTime: inMilliseconds(deadTimeError) },
    conditions: { camera: traits.index },
    quality: { ...judgementOf(found) },
    ...((needed || traits.deadTime > 0) && {
      propertySuggestions: [
        {
          property: 'ShutterDeadTime',
          camera: traits.index,
          value: needed ? rounded : 0,
          standardError: deadTimeError,
          what: 'dead time of the shutter',
          unit: 's',
        },
      ],
    }),
  });
}
