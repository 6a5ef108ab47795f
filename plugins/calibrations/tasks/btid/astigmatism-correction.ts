import { add, inMicrometres, readable, scale, withError } from '../../../../core/base';
import { ObjectiveStigmator } from '../../../../core/devices';
import { aboveLimit, judge, misfit, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, type TaskRun, type Uses, value } from '../../../../core/kernel';
import type { CalibrationResult } from '../../../../core/store';
import { type FoundTuning, approachDefocus, findAstigmatism, tuningOf } from '../../../../core/tuning';
import { imageEvidence } from '../../focus-and-tuning/btid/astigmatism-judgement';
import { presentImages, takeDisplacement } from '../../focus-and-tuning/btid/astigmatism-series';
import { btidErrors, refusedByBtid } from '../../focus-and-tuning/btid/btid-errors';
import { btidForecast } from '../../focus-and-tuning/btid/btid-forecast';
import { BtidImages } from '../../focus-and-tuning/btid/btid-images';
import { btidNeeds, btidPlace, presentDefocus, readoutAt, tuningDelays } from '../../focus-and-tuning/btid/btid-place';
import { TuningPlans } from '../../focus-and-tuning/plans/tuning-plans';
import { correctInRounds, maxRounds } from '../../shared/result/correction-rounds';
import { rememberNeeded } from '../tuning/needed-changes';
import { approachedStigmator, requireStigmatorRange } from '../../shared/ctf-images/approach';

const needs = { ...btidNeeds, stigmator: ObjectiveStigmator, plans: TuningPlans };
const results = {
  before: value.quantity('Two-fold astigmatism before.', { unit: 'nm', decimals: 1 }),
  after: value.quantity('Astigmatism after the last correction, measured again; left out when it was only measured.', {
    unit: 'nm',
    decimals: 1,
    optional: true,
  }),
  change: value.vector('Change of the stigmator that was needed.'),
  stigmator: value.vector('Stigmator at the end.'),
  defocus: value.quantity('Apparent defocus of the images.', { unit: 'um' }),
  rounds: value.quantity('Number of corrections.'),
  images: value.quantity('Number of images, without those that measured the defocus.'),
};

/** Significance of what is left from which it is corrected once more, and its size in micrometres. */
const [minSignificance, minLeft] = [3, 0.004];
/** Astigmatism in nanometres that may be left, and standard error with which it may be known. */
const limits = { left: { doubtful: 15, refused: 150 }, error: { doubtful: 15, refused: 60 } };

/** Declaration of Correct Astigmatism by BTID. */
export const astigmatismCorrection = {
  lowDoseArea: 'Focus',
  not: ['stem'],
  needs,
  script: 'CorrectAstigmatism',
  results,
  unavailable: ({ calibrations }: Uses<typeof needs>) =>
    calibrations.records('AstigmatismCalib').all().length > 0 ? undefined : 'needs Astigmatism by BTID first',
} as const;

/** One run of the task. */
export class CorrectAstigmatism {
  /** The cost of a run as things are now. */
  static forecast(use: Uses<typeof needs>, signal: AbortSignal): Promise<Forecast> {
    return btidForecast(use, signal, {
      images: presentImages(use.userSettings.get('BTIDThreeShots')),
      pattern: 4,
      changes: 1,
      rounds: maxRounds + 1,
      moves: [
        { setting: use.stigmator.objectiveStigmator, how: 'to where there is no astigmatism, where it stays' },
        { setting: use.scope.defocus, how: `to ${readable(use.plans.astigmatism.defocus, 1)} um` },
        { setting: use.beamTilt.beamTilt, how: 'to all sides' },
      ],
    });
  }

  constructor(
    private readonly use: Uses<typeof needs>,
    private readonly run: TaskRun<Readonly<Record<never, never>>, typeof results>,
  ) {}

  async correct(): Promise<CalibrationResult> {
    const { run, use } = this;
    const measuresOnly = Number(run.arguments[0] ?? 0) < 0;
    const place = await btidPlace(use, run.signal);
    const response = findAstigmatism(use.calibrations, place.conditions);
    if (!response) throw btidErrors.noCalibration('Astigmatism by BTID');
    const byThreeShots = use.userSettings.get('BTIDThreeShots');
    await run.preserve(use.scope.defocus, use.beamTilt.beamTilt);
    run.restoreLater('camera', () => use.cameras.selected.stop());
    run.operator.status('CORRECTING ASTIGMATISM BY BTID');
    const readout = inMicrometres(await use.scope.defocus.read(run.signal));
    const present = await presentDefocus(run, use);
    const wanted = readoutAt(use.plans.astigmatism.defocus, readout, present.defocus);
    await approachDefocus(use, wanted, run.clock, run.signal);
    await run.clock.delay(tuningDelays(use).focus, run.signal);
    const coils = approachedStigmator(use.stigmator.objectiveStigmator, run, use.settings);
    const start = await coils.setting.read(run.signal);
    // Also where nothing is changed the value is approached, so that it does what it will do after a correction.
    let held = await coils.goTo(start, run.signal);
    const images = new BtidImages(run, use, place, present.brightness, presentImages(byThreeShots) * 2);
    const plan = { beamTilt: response.beamTilt, threeShots: byThreeShots };
    const measure = async (when: string) => {
      const measured = await takeDisplacement(images, place, plan, when);
      return { ...tuningOf(measured.middle, response), misfit: measured.misfit };
    };
    const before = await measure('before the correction');
    let change = scale(before.stigmator, -1);
    rememberNeeded(use.calibrations, 'stigmator', change);
    const correct = async (found: FoundTuning, round: number) => {
      const step = scale(found.stigmator, -1);
      requireStigmatorRange(add(held, step));
      held = await coils.goTo(add(held, step), run.signal);
      change = round === 1 ? step : add(change, step);
      return measure(`after correction ${round}`);
    };
    const { now, rounds } = measuresOnly
      ? { now: before, rounds: 0 }
      : await correctInRounds(run.operator, before, {
          correct,
          isSignificant,
          size: ({ astigmatism }) => astigmatism,
          inWords: (found) => `${inWords(found)} nm`,
          notBetter: (was, is) =>
            btidErrors.noProgress(
              `the astigmatism was ${readable(1000 * was.astigmatism, 0)} nm and is ${readable(1000 * is.astigmatism, 0)} nm`,
            ),
        });
    const judgement = judge(
      misfit({ ...now.misfit, what: 'Misfit of the shifts', change: 'Let the specimen come to rest.' }),
      aboveLimit({
        kind: 'uncertain',
        what: 'Standard error of the astigmatism',
        number: 1000 * now.astigmatismError,
        unit: 'nm',
        doubtfulAbove: limits.error.doubtful,
        refusedAbove: limits.error.refused,
        why: 'The images tell too little about it.',
        change: 'Take more exposure, or a specimen with more detail.',
      }),
      measuresOnly
        ? undefined
        : aboveLimit({
            kind: 'disagreement',
            what: 'Astigmatism that is left',
            number: 1000 * now.astigmatism,
            unit: 'nm',
            doubtfulAbove: limits.left.doubtful,
            refusedAbove: limits.left.refused,
            why: 'The correction should leave less.',
            change: 'Run the task once more, or calibrate Astigmatism by BTID again.',
          }),
      imageEvidence(images.seen),
    );
    requireNotRefused(judgement, refusedByBtid);
    const summary = measuresOnly
      ? `Astigmatism is ${readable(1000 * before.astigmatism, 1)} nm; a change of the stigmator by ${readable(change.x, 4)}, ${readable(change.y, 4)} takes it out.`
      : `Astigmatism corrected from ${readable(1000 * before.astigmatism, 1)} to ${readable(1000 * now.astigmatism, 1)} nm.`;
    run.operator.log(summary);
    return run.report({
      summary,
      values: {
        before: 1000 * before.astigmatism,
        ...(!measuresOnly && { after: 1000 * now.astigmatism }),
        change,
        stigmator: held,
        defocus: now.defocus,
        rounds,
        images: images.seen.images,
      },
      standardErrors: {
        before: 1000 * before.astigmatismError,
        ...(!measuresOnly && { after: 1000 * now.astigmatismError }),
        defocus: now.standardErrors.defocus,
      },
      quality: { ...judgement, correlations: images.seen.correlations },
      conditions: { magIndex: place.conditions.magIndex, camera: use.cameras.selected.traits.index },
    });
  }
}

const inWords = ({ astigmatism, astigmatismError }: FoundTuning): string =>
  withError(1000 * astigmatism, 1000 * astigmatismError);

/** True where an astigmatism stands out of its error, and is worth another correction. */
const isSignificant = ({ astigmatism, astigmatismError }: FoundTuning): boolean =>
  astigmatism > Math.max(minLeft, minSignificance * astigmatismError);
