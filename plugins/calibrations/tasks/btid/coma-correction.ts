import {
  type BeamTiltUnits,
  type Vector,
  add,
  length,
  readable,
  scale,
  subtract,
  vector,
  withError,
} from '../../../../core/base';
import { aboveLimit, judge, misfit, requireNotRefused } from '../../../../core/judgement';
import { type Forecast, type TaskRun, type Uses, value } from '../../../../core/kernel';
import type { CalibrationResult } from '../../../../core/store';
import { type FoundTiltError, findComa, tiltErrorOf } from '../../../../core/tuning';
import { imageEvidence } from '../../focus-and-tuning/btid/astigmatism-judgement';
import { btidErrors, refusedByBtid } from '../../focus-and-tuning/btid/btid-errors';
import { btidForecast } from '../../focus-and-tuning/btid/btid-forecast';
import { BtidImages } from '../../focus-and-tuning/btid/btid-images';
import { btidPlace, milliradiansAt } from '../../focus-and-tuning/btid/btid-place';
import { bendImages, comaNeeds, comaPlan, prepareComa, takeBends } from '../../focus-and-tuning/btid/coma-series';
import { TuningPlans } from '../../focus-and-tuning/plans/tuning-plans';
import { correctInRounds, maxRounds } from '../../shared/result/correction-rounds';
import { rememberNeeded } from '../tuning/needed-changes';
import { approachedTilt } from '../../shared/ctf-images/approach';

const needs = { ...comaNeeds, plans: TuningPlans };
const results = {
  before: value.quantity('Misalignment of the beam tilt before, in the unit of the column.', { decimals: 3 }),
  after: value.quantity('Misalignment after the last correction, measured again; left out when it was only measured.', {
    decimals: 3,
    optional: true,
  }),
  change: value.vector('Change of the beam tilt that was needed, in the unit of the column.'),
  beamTilt: value.vector('Beam tilt at the end, in the unit of the column.'),
  rounds: value.quantity('Number of corrections.'),
  images: value.quantity('Number of images, without those that measured the defocus.'),
};

/** Significance of what is left from which it is corrected once more, and its size in milliradians. */
const [minSignificance, minLeft] = [3, 0.03];
/** Misalignment in milliradians that may be left, and standard error with which it may be known. */
const limits = { left: { doubtful: 0.1, refused: 0.5 }, error: { doubtful: 0.06, refused: 0.3 } };

/** Declaration of Coma-free Alignment by BTID. */
export const comaCorrection = {
  not: ['stem', 'low dose'],
  needs,
  script: 'CorrectComa',
  results,
  unavailable: ({ calibrations }: Uses<typeof needs>) =>
    calibrations.records('ComaCalib').all().length > 0 ? undefined : 'needs BTID Coma-free Alignment first',
} as const;

/** One run of the task. */
export class ComaFreeAlignment {
  /** The cost of a run as things are now. */
  static forecast(use: Uses<typeof needs>, signal: AbortSignal): Promise<Forecast> {
    const plan = comaPlan(use, use.plans.comaDefocus);
    return btidForecast(use, signal, {
      images: bendImages(plan),
      pattern: plan.threeShots ? 3 : bendImages(plan),
      changes: 1,
      rounds: maxRounds + 1,
      moves: [
        { setting: use.beamTilt.beamTilt, how: 'to where there is no coma, where it stays' },
        { setting: use.scope.defocus, how: `to ${readable(plan.defocus, 1)} um or below` },
        { setting: use.imageShift.net, how: 'to zero' },
        { setting: use.scope.imageShift, how: 'with it' },
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
    const plan = comaPlan(use, use.plans.comaDefocus);
    const response = findComa(use.calibrations, place.conditions, plan.beamTilt);
    if (!response) throw btidErrors.noCalibration('BTID Coma-free Alignment');
    const unit = milliradiansAt(place);
    const { brightness } = await prepareComa(run, use, place, plan);
    const images = new BtidImages(run, use, place, brightness, 2 * bendImages(plan));
    const coils = approachedTilt(use.beamTilt.beamTilt, run, use.settings, unit);
    let held = await coils.goTo(place.base, run.signal);
    const measure = async () => {
      const measured = await takeBends(run, { ...place, base: held }, plan, images);
      return { ...tiltErrorOf(measured.bends, response), shifts: measured.misfit };
    };
    const size = ({ tilt }: FoundTiltError): number => unit * length(tilt);
    const error = ({ standardErrors }: FoundTiltError): number => unit * Math.max(standardErrors.x, standardErrors.y);
    const isSignificant = (found: FoundTiltError): boolean =>
      size(found) > Math.max(minLeft, minSignificance * error(found));
    const before = await measure();
    rememberNeeded(use.calibrations, 'beam tilt', scale(before.tilt, -1));
    const correct = async ({ tilt }: FoundTiltError) => {
      held = await coils.goTo(subtract(held, asTilt(tilt)), run.signal);
      return measure();
    };
    const { now, rounds } = measuresOnly
      ? { now: before, rounds: 0 }
      : await correctInRounds(run.operator, before, {
          correct,
          isSignificant,
          size,
          inWords: (found) => `${withError(size(found), error(found))} mrad`,
          notBetter: (was, is) =>
            btidErrors.noProgress(
              `the misalignment was ${readable(size(was), 2)} mrad and is ${readable(size(is), 2)} mrad`,
            ),
        });
    await coils.goTo(held, run.signal);
    const judgement = judge(
      misfit({ ...now.shifts, what: 'Misfit of the shifts', change: 'Let the specimen come to rest.' }),
      aboveLimit({
        kind: 'uncertain',
        what: 'Standard error of the misalignment',
        number: error(now),
        unit: 'mrad',
        doubtfulAbove: limits.error.doubtful,
        refusedAbove: limits.error.refused,
        why: 'The images tell too little about it.',
        change: 'Take more exposure, a specimen with more detail, or a larger beam tilt.',
      }),
      measuresOnly
        ? undefined
        : aboveLimit({
            kind: 'disagreement',
            what: 'Misalignment that is left',
            number: size(now),
            unit: 'mrad',
            doubtfulAbove: limits.left.doubtful,
            refusedAbove: limits.left.refused,
            why: 'The correction should leave less.',
            change: 'Run the task once more, or calibrate BTID Coma-free Alignment again.',
          }),
      imageEvidence(images.seen),
    );
    requireNotRefused(judgement, refusedByBtid);
    const change: Vector = measuresOnly ? scale(before.tilt, -1) : add(held, scale(place.base, -1));
    const summary = measuresOnly
      ? `The beam tilt is off by ${readable(size(before), 2)} mrad.`
      : `Misalignment of the beam tilt corrected from ${readable(size(before), 2)} to ${readable(size(now), 2)} mrad.`;
    run.operator.log(summary);
    return run.report({
      summary,
      values: {
        before: length(before.tilt),
        ...(!measuresOnly && { after: length(now.tilt) }),
        change,
        beamTilt: held,
        rounds,
        images: images.seen.images,
      },
      standardErrors: {
        before: error(before) / unit,
        ...(!measuresOnly && { after: error(now) / unit }),
      },
      quality: { ...judgement, correlations: images.seen.correlations },
      conditions: { magIndex: place.conditions.magIndex, camera: use.cameras.selected.traits.index },
    });
  }
}

const asTilt = ({ x, y }: Vector): Vector<BeamTiltUnits> => vector(x as BeamTiltUnits, y as BeamTiltUnits);
