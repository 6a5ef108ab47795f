import { straightLine } from '../../../imaging';
import { type Seconds, readable, seconds } from '../../../core/base';
import { Cameras, Scope, TimedBlanker, type Exposure } from '../../../core/devices';
import { type ItemRun, type Uses, defineItem, value } from '../../../core/kernel';
import {
  FlybackTimes,
  type FlybackPlace,
  ImageAcquisition,
  flybackInWords,
  singleExposureOf,
} from '../../../core/acquisition';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { type ParameterSetName, Settings } from '../../../core/settings';
import { type CalibrationResult, put, remove } from '../../../core/store';
import { BlankedShots } from './shots/blanked-shots';
import { plotRange, scanEvidence, scanTimesOf } from './shots/range-search';
import { TimedShots } from './shots/timed-shots';
import { minTestExposure, timingCase } from './shots/timing-case';
import { timingErrors } from './shots/timing-errors';
import { TimingMemory } from './shots/timing-memory';

const needs = {
  scope: Scope,
  cameras: Cameras,
  acquisition: ImageAcquisition,
  settings: Settings,
  blanker: TimedBlanker,
  flyback: FlybackTimes,
  memory: TimingMemory,
};
const questions = {
  set: {
    kind: 'text',
    why: 'Area, binning and exposure are those of this parameter set, for which the flyback will be looked up.',
  },
  store: {
    kind: 'confirm',
    why: 'A measured flyback is used by dynamic focus from then on, and takes the place of one with the same parameters.',
  },
} as const;
const results = {
  flyback: value.quantity('Flyback of a line.', { unit: 'us', decimals: 1 }),
  startup: value.quantity('Time from the request to the first pixel.', { unit: 's', decimals: 3 }),
  exposure: value.quantity('Exposure of the scan.', { unit: 's', decimals: 3 }),
  binning: value.quantity('Binning of the scan.'),
  xSize: value.quantity('Pixels of a line.'),
  magIndex: value.quantity('Mag index.'),
  expected: value.quantity('Flyback that was looked up before.', { unit: 'us', decimals: 1, optional: true }),
  images: value.quantity('Number of images.'),
};
type FlybackRun = ItemRun<typeof questions, typeof results>;

const sets: Readonly<Record<string, ParameterSetName>> = {
  V: 'View',
  F: 'Focus',
  T: 'Trial',
  R: 'Record',
  P: 'Preview',
};
/** Delays, and images of each; a long scan has fewer. */
const delays = { usual: 4, long: 3, longFrom: 5 };
/** Share of the scan at the first delay, and from the first to the last one. */
const shares = { first: 0.15, range: 0.7 };
const useful = { least: 0.05, most: 0.95 };
const microseconds = 1e-6;
/** Microseconds of the flyback where nothing is known. */
const usualFlyback = 50;

/** Measures the flyback of the scans of one parameter set, for cameras whose flyback depends on the exposure. */
export default defineItem({
  id: 'calibrations/quick-flyback-time',
  needs,
  script: 'QuickFlyback',
  questions,
  results,
  stores: ['FlybackTime'],
  measures: ['flyback'],
  order: { step: 'camera and dose', after: ['camera-timing'], holdsForDays: 180 },
  forecast: (use) => {
    const all = Object.values(sets).map((set) => exposureOf(use, set).exposure);
    const [shortest, longest] = [Math.min(...all), Math.max(...all)];
    const count = delays.usual ** 2 + 2;
    return {
      images: { least: 4, most: count },
      exposure: { least: 2 * shortest, most: 3 * count * longest },
      duration: { least: 2 * shortest, most: count * (3 * longest + 10) },
      moves: [{ setting: use.scope.beamBlanked, how: 'off and on in each image' }],
      dependsOn: 'the parameter set that is entered',
    };
  },
  unavailable: ({ cameras, settings }) => {
    const { index, stem } = cameras.selected.traits;
    const camera = settings.cameras.find((each) => each.index === index);
    return stem && camera && camera.get('FEICameraType') > 0 ? undefined : 'only with a STEM camera of FEI';
  },
  run: (use, run) => measure(use, run),
});

const numberOf = (exposure: number): number => (exposure > delays.longFrom ? delays.long : delays.usual);

/** The exposure of a parameter set, in one frame and without settling. */
function exposureOf({ cameras, settings }: Uses<typeof needs>, set: ParameterSetName, other?: number): Exposure {
  const { selected } = cameras;
  const given = singleExposureOf(settings.parameterSets.get(selected.traits.index)![set], selected.traits);
  return selected.fit({
    ...given,
    exposure: seconds(Math.max(minTestExposure, other ?? given.exposure)),
    driftSettling: seconds(0),
  });
}

async function measure(use: Uses<typeof needs>, run: FlybackRun): Promise<CalibrationResult> {
  const { scope, cameras, acquisition, settings, memory } = use;
  const { set, other } = await setOf(run, memory);
  const { magIndex, camera } = run.here();
  await run.preserve(scope.beamBlanked);
  run.restoreLater('camera', () => cameras.selected.stop());
  run.operator.status('MEASURING FLYBACK TIME');
  await scope.beamBlanked.write(false, run.signal);
  const timed = new TimedShots(run, acquisition);
  const exposed = exposureOf(use, set, other);
  const shots = new BlankedShots(run, timed, timingCase(cameras.selected, settings), exposed);
  await shots.references(1);
  const { exposure, rows } = shots;
  const [, xSize = 0] = shots.frame!.image.shape;
  const place: FlybackPlace = { binning: exposed.binning, xSize, magIndex, exposure };
  const expected = expectedTimes(use, run, place);
  const duration = exposure + rows * expected.flyback;
  const count = numberOf(exposure);
  const points: { x: number; y: number }[] = [];
  for (let k = 0; k < count; k++) {
    const delay = expected.startup + duration * (shares.first + (shares.range * k) / (count - 1));
    const share = await shots.several(delay, count);
    if (shots.whole > 0) throw timingErrors.noBlanking();
    if (share >= useful.least && share <= useful.most) points.push({ x: delay, y: share });
    plotRange(run, points);
  }
  if (points.length < 2) throw timingErrors.tooMuchBlanking();
  const line = straightLine(points);
  plotRange(run, points, line);
  const found = scanTimesOf(line, exposure, rows);
  const judgement = judge(
    ...shots.judgement.reasons,
    scanEvidence(found, exposure, rows),
    aboveLimit({
      kind: 'implausible',
      what: 'Flyback below none',
      number: Math.max(0, -found.flyback / microseconds),
      unit: 'us',
      refusedAbove: 0,
      why: 'Scans seem to take less time than their pixels, so images are missing or the blanker is slow.',
      change: 'Look whether the blanker works, and measure again.',
    }),
    aboveLimit({
      kind: 'disagreement',
      what: 'Images that differ from their like',
      number: shots.dropped,
      unit: '',
      doubtfulAbove: 0,
      refusedAbove: 1,
      why: 'They were left out: images were lost, or scans sometimes begin at quite another time.',
      change: 'Look at the counts in the log, and measure again.',
    }),
  );
  requireNotRefused(judgement, 'timing/not-measured');
  const flyback = Number((found.flyback / microseconds).toFixed(1));
  const startup = Number(Math.max(0, found.start).toFixed(3));
  const replaced = use.flyback.stored(place);
  const summary = `Flyback ${readable(flyback, 1)} us and start-up delay ${readable(startup, 3)} s at an exposure of ${readable(exposure, 3)} s, binning ${place.binning}, ${xSize} pixels and mag index ${magIndex}.`;
  run.operator.log(summary);
  const draft = {
    summary,
    values: {
      flyback,
      startup,
      exposure,
      binning: place.binning,
      xSize,
      magIndex,
      ...(expected.isKnown && { expected: expected.flyback / microseconds }),
      images: timed.taken,
    },
    standardErrors: { flyback: found.flybackError / microseconds, startup: found.startError },
    conditions: { magIndex, camera },
    quality: { ...judgement },
  };
  if (!(run.fromScript || (await keeps(run, replaced)))) return run.report(draft);
  if (replaced)
    run.operator.log(
      `It replaces ${readable(replaced.flyback, 1)} us and ${readable(replaced.startup, 3)} s of ${replaced.date}.`,
    );
  const { date, time } = stamp(run.clock.date());
  const row = {
    date,
    time,
    binning: place.binning,
    xSize,
    magIndex,
    exposure: Number(exposure.toFixed(3)),
    flyback,
    startup,
  };
  return run.accept({
    ...draft,
    changes: [...(replaced ? [remove('FlybackTime', keyOf(replaced))] : []), put('FlybackTime', row)],
  });
}

/** The parameter set, and an exposure of its own from a script. */
async function setOf(
  run: FlybackRun,
  memory: TimingMemory,
): Promise<{ readonly set: ParameterSetName; readonly other?: number }> {
  const [given, other] = run.arguments;
  const answer = run.fromScript
    ? (given ?? '')
    : (given ??
      (await run.ask('set', {
        text: 'First letter of the parameter set: V (View), F (Focus), T (Trial), R (Record) or P (Preview)',
        default: memory.flybackSet,
      })));
  const letter = run.fromScript ? answer : answer.trim().charAt(0).toUpperCase();
  const set = sets[letter];
  const exposure = other === undefined ? undefined : Number(other);
  if (!set || (exposure !== undefined && !(exposure > 0))) throw timingErrors.noSet(set ? String(other) : letter);
  memory.flybackSet = letter;
  return { set, ...(exposure !== undefined && { other: exposure }) };
}

/** Times that the scan should have: from the table, or by the properties of the camera. */
function expectedTimes(
  { cameras, settings, flyback }: Uses<typeof needs>,
  run: FlybackRun,
  place: FlybackPlace,
): { readonly flyback: Seconds; readonly startup: Seconds; readonly isKnown: boolean } {
  const found = flyback.find(place);
  if (found && found.kind !== 'single') {
    run.operator.log(flybackInWords(found));
    return { flyback: found.flyback, startup: found.startup, isKnown: true };
  }
  const { index, startupDelay } = cameras.selected.traits;
  const added = settings.cameras.find((each) => each.index === index)!.get('AddedFlybackTime');
  return { flyback: seconds((usualFlyback + added) * microseconds), startup: startupDelay, isKnown: false };
}

const keeps = (
  run: FlybackRun,
  replaced: { readonly flyback: number; readonly startup: number } | undefined,
): Promise<boolean> =>
  run.ask('store', {
    text: replaced
      ? `Store them in place of ${readable(replaced.flyback, 1)} us and ${readable(replaced.startup, 3)} s?`
      : 'Store flyback and start-up delay?',
    default: true,
  });

const keyOf = ({ binning, xSize, magIndex, exposure }: FlybackPlace): Partial<FlybackRow> =>
  ({ binning, xSize, magIndex, exposure }) as Partial<FlybackRow>;
type FlybackRow = NonNullable<ReturnType<FlybackTimes['stored']>>;

/** Date and time as the file has them. */
function stamp(date: Date): { readonly date: string; readonly time: string } {
  const two = (number: number): string => String(number).padStart(2, '0');
  return {
    date: [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('/'),
    time: [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':'),
  };
}
