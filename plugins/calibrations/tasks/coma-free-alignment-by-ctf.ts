import {
  type BeamTiltUnits,
  type Vector,
  length,
  optional,
  readable,
  subtract,
  vector,
  withError,
} from '../../../core/base';
import { AlphaSelector, BeamTilt, ProbeModeSelector, readProbeMode } from '../../../core/devices';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { type TaskRun, type Uses, defineTask, value } from '../../../core/kernel';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { correctInRounds, maxRounds } from '../shared/result/correction-rounds';
import { approachedTilt } from '../shared/ctf-images/approach';
import {
  type ComaPlan,
  type MeasuredComa,
  comaEvidence,
  imagesOfComa,
  measureComa,
  defocusForTilts,
} from '../shared/ctf-images/coma-measurement';
import { rememberNeeded } from './tuning/needed-changes';
import { comaPlan } from '../shared/ctf-images/coma-plan';
import { CtfImages, ctfImageNeeds, ctfImagesForecast } from '../shared/ctf-images/ctf-images';
import { ctfImageErrors } from '../shared/ctf-images/ctf-image-errors';

const needs = {
  ...ctfImageNeeds,
  beamTilt: BeamTilt,
  calibrations: Calibrations,
  probeModes: optional(ProbeModeSelector),
  alphas: optional(AlphaSelector),
};
const results = {
  before: value.quantity('Coma before, as B2.', { unit: 'nm', decimals: 0 }),
  after: value.quantity('Coma after the last correction, measured again; left out when it was only measured.', {
    unit: 'nm',
    decimals: 0,
    optional: true,
  }),
  change: value.vector('Change of the beam tilt that was needed, in the unit of the column.'),
  beamTilt: value.vector('Beam tilt at the end, in the unit of the column.'),
  effectX: value.quantity('Milliradians of one unit of beam tilt X, as the rings show them.', { unit: 'mrad' }),
  effectY: value.quantity('Milliradians of one unit of beam tilt Y, as the rings show them.', { unit: 'mrad' }),
  threefold: value.quantity('Three-fold astigmatism.', { unit: 'nm', decimals: 0 }),
  rounds: value.quantity('Number of corrections.'),
  images: value.quantity('Number of images that were taken.'),
};

/** Significance of what is left from which it is corrected once more, and its size in milliradians. */
const [minSignificance, minLeft] = [4, 0.02];
/** Misalignment in milliradians that may be left. */
const leftLimits = { doubtful: 0.04, refused: 0.3 };

/** Brings the beam tilt to the axis free of coma by what rings show at several tilts, and measures again. */
export default defineTask({
  id: 'calibrations/tasks/coma-free-alignment-by-ctf',
  lowDoseArea: 'Record',
  not: ['stem'],
  needs,
  script: 'FixComaByCTF',
  changes: ({ beamTilt }) => [beamTilt.beamTilt],
  results,
  forecast: (use) => {
    const images = imagesOfComa({ full: use.userSettings.get('CtfDoFullArray') });
    return {
      ...ctfImagesForecast(use, { least: images, most: 4 * images * (maxRounds + 1) }),
      moves: [
        { setting: use.beamTilt.beamTilt, how: 'to several sides, and to the axis free of coma, where it stays' },
        { setting: use.scope.defocus, how: 'to an underfocus with three rings or more' },
        { setting: use.imageShift.net, how: 'to zero' },
      ],
      dependsOn: 'how far the beam is from the axis',
    };
  },
  run: (use, run) => new ComaFreeAlignment(use, run).align(),
});

/** One run of the task. */
class ComaFreeAlignment {
  constructor(
    private readonly use: Uses<typeof needs>,
    private readonly run: TaskRun<Readonly<Record<never, never>>, typeof results>,
  ) {}

  async align(): Promise<CalibrationResult> {
    const { run, use } = this;
    const [measuresOnly = false, keepsImageShift = false, full] = run.arguments.map((each) => Number(each) !== 0);
    const place = run.here();
    const probe = await readProbeMode(use.probeModes, run.signal);
    const alpha = await use.alphas?.alpha.read(run.signal);
    const plan = comaPlan(use, { probe, ...(alpha !== undefined && { alpha }), ...(full !== undefined && { full }) });
    run.operator.status('COMA-FREE ALIGNMENT BY CTF');
    const images = await CtfImages.begin(run, use, {
      extraDefocus: -use.userSettings.get('AddToMinForAstigCTF') + defocusForTilts(plan),
      title: 'Tilt tableau',
      tilted: true,
      keepsImageShift,
    });
    const coils = approachedTilt(use.beamTilt.beamTilt, run, use.settings, plan.milliradians ?? 1);
    const start = await coils.setting.read(run.signal);
    let base = start;
    const before = await this.measured(images, base, plan);
    rememberNeeded(use.calibrations, 'beam tilt', vector(-before.fit.offAxis.x, -before.fit.offAxis.y));
    const threshold = use.userSettings.get('ComaIterationThresh');
    const size = (found: MeasuredComa): number => inMilliradians(found, plan);
    const correct = async ({ fit }: MeasuredComa): Promise<MeasuredComa> => {
      base = await coils.goTo(subtract(base, fit.offAxis as Vector<BeamTiltUnits>), run.signal);
      return this.measured(images, base, plan);
    };
    const { now, rounds } = measuresOnly
      ? { now: before, rounds: 0 }
      : await correctInRounds(run.operator, before, {
          correct,
          isSignificant: (found) => isSignificant(found, plan, threshold),
          size,
          minSize: minLeft,
          inWords,
          notBetter: (was, is) =>
            ctfImageErrors.notBetter(
              'The misalignment',
              `${readable(size(was), 2)} mrad`,
              `${readable(size(is), 2)} mrad`,
            ),
        });
    await coils.goTo(base, run.signal);
    const change = measuresOnly ? vector(-before.fit.offAxis.x, -before.fit.offAxis.y) : subtract(base, start);
    const judgement = judge(
      ...comaEvidence(now, plan),
      measuresOnly
        ? undefined
        : aboveLimit({
            kind: 'disagreement',
            what: 'Misalignment that is left',
            number: inMilliradians(now, plan),
            unit: 'mrad',
            doubtfulAbove: Math.max(leftLimits.doubtful, minSignificance * errorInMilliradians(now, plan)),
            refusedAbove: Math.max(leftLimits.refused, minSignificance * errorInMilliradians(now, plan)),
            why: 'The correction did not take it out.',
            change: 'Check that the beam tilt does what it says, and repeat it.',
          }),
    );
    requireNotRefused(judgement, 'coma-free-alignment-by-ctf/refused');
    const effect = now.fit.milliradiansFor(plan.sphericalAberration);
    const coma = (measured: MeasuredComa): number => measured.fit.comaFor(plan.sphericalAberration);
    const summary = measuresOnly
      ? `Coma is ${readable(coma(before), 0)} nm; a change of the beam tilt by ${readable(change.x, 3)}, ${readable(change.y, 3)} takes it out.`
      : `Coma corrected from ${readable(coma(before), 0)} to ${readable(coma(now), 0)} nm: beam tilt changed by ${readable(change.x, 3)}, ${readable(change.y, 3)}.`;
    run.operator.log(summary);
    return run.report({
      summary,
      values: {
        before: coma(before),
        ...(!measuresOnly && { after: coma(now) }),
        change,
        beamTilt: base,
        effectX: effect.x,
        effectY: effect.y,
        threefold: now.fit.threefoldFor(plan.sphericalAberration),
        rounds,
        images: images.count,
      },
      standardErrors: {
        before: comaError(before, plan),
        ...(!measuresOnly && { after: comaError(now, plan) }),
        change: before.fit.standardErrors,
      },
      quality: { ...judgement },
      conditions: { ...place },
    });
  }

  /** A measurement that can be used: one that is refused ends the run before the beam goes anywhere. */
  private async measured(images: CtfImages, base: Vector<BeamTiltUnits>, plan: ComaPlan): Promise<MeasuredComa> {
    const { run, use } = this;
    const coils = approachedTilt(use.beamTilt.beamTilt, run, use.settings, plan.milliradians ?? 1);
    const found = await measureComa(run, images, coils, base, plan);
    requireNotRefused(judge(...comaEvidence(found, plan)), 'coma-free-alignment-by-ctf/refused');
    return found;
  }
}

const effectOf = ({ fit }: MeasuredComa, { sphericalAberration }: ComaPlan): Vector =>
  fit.milliradiansFor(sphericalAberration);

/** Misalignment in milliradians. */
function inMilliradians(measured: MeasuredComa, plan: ComaPlan): number {
  const [{ x, y }, effect] = [measured.fit.offAxis, effectOf(measured, plan)];
  return length(vector(x * effect.x, y * effect.y));
}

/** Larger standard error of its two components in milliradians. */
function errorInMilliradians(measured: MeasuredComa, plan: ComaPlan): number {
  const [{ x, y }, effect] = [measured.fit.standardErrors, effectOf(measured, plan)];
  return Math.max(x * effect.x, y * effect.y);
}

/** The same as nanometres of coma: a milliradian for each millimetre of spherical aberration is a micrometre. */
const comaError = (measured: MeasuredComa, plan: ComaPlan): number =>
  1000 * plan.sphericalAberration * errorInMilliradians(measured, plan);

/** True where a misalignment stands out of its error and is worth another correction, or is so large that the tableau was far from its middle. */
const isSignificant = (measured: MeasuredComa, plan: ComaPlan, threshold: number): boolean => {
  const left = inMilliradians(measured, plan);
  return left > threshold || left > Math.max(minLeft, minSignificance * errorInMilliradians(measured, plan));
};

const inWords = ({ fit }: MeasuredComa): string =>
  `misalignment ${withError(fit.offAxis.x, fit.standardErrors.x)}, ${withError(fit.offAxis.y, fit.standardErrors.y)}`;
