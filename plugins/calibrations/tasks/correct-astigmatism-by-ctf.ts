import { type PlotTile, type Vector, add, length, readable, vector, withError } from '../../../core/base';
import { aboveLimit, judge, requireNotRefused } from '../../../core/judgement';
import { type TaskRun, type Uses, defineTask, value } from '../../../core/kernel';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { type StigmatorResponse, findStigmatorResponse, stigmatorChange } from '../../../core/tuning';
import { correctInRounds, maxRounds } from '../shared/result/correction-rounds';
import { approachedStigmator, requireStigmatorRange } from '../shared/ctf-images/approach';
import { rememberNeeded } from './tuning/needed-changes';
import { CtfImages, ctfImagesForecast, ctfStigmatorNeeds } from '../shared/ctf-images/ctf-images';
import { ctfImageErrors } from '../shared/ctf-images/ctf-image-errors';
import { type RingMeasurement, astigmatismError, scatterEvidence } from '../shared/ctf-images/ring-measurement';

const needs = { ...ctfStigmatorNeeds, calibrations: Calibrations };
const results = {
  before: value.quantity('Astigmatism before, as difference of the two defocus values.', { unit: 'nm', decimals: 1 }),
  after: value.quantity('Astigmatism after the last correction, measured again; left out when it was only measured.', {
    unit: 'nm',
    decimals: 1,
    optional: true,
  }),
  change: value.vector('Change of the stigmator that was needed.'),
  stigmator: value.vector('Stigmator at the end.'),
  defocus: value.quantity('Mean defocus of the images.', { unit: 'um' }),
  rounds: value.quantity('Number of corrections.'),
  images: value.quantity('Number of images that were taken.'),
};

/** Images of one value of the stigmator. */
const goal = { least: 1, most: 5, astigmatismError: 0.0015 };
/** Significance of what is left from which it is corrected once more, and its size in micrometres of half the difference. */
const [minSignificance, minLeft] = [3, 0.002];
/** Astigmatism in nanometres that may be left: with strong rings, and with weak ones. */
const leftLimits = { doubtful: 15, refused: 150 };

/** Corrects the objective stigmator by what rings show, and measures again. */
export default defineTask({
  id: 'calibrations/tasks/correct-astigmatism-by-ctf',
  lowDoseArea: 'Record',
  not: ['stem'],
  needs,
  script: 'FixAstigmatismByCTF',
  changes: ({ stigmator }) => [stigmator.objectiveStigmator],
  results,
  unavailable: ({ calibrations }) =>
    calibrations.records('CtfAstigCalib').all().length > 0 ? undefined : 'needs Astigmatism by CTF first',
  forecast: (use) => ({
    ...ctfImagesForecast(use, { least: 1, most: 5 * (maxRounds + 1) }),
    moves: [
      { setting: use.stigmator.objectiveStigmator, how: 'to where the rings are round, where it stays' },
      { setting: use.scope.defocus, how: 'to an underfocus with three rings or more' },
      { setting: use.imageShift.net, how: 'to zero' },
    ],
    dependsOn: 'how large the astigmatism is',
  }),
  run: (use, run) => new CorrectAstigmatism(use, run).correct(),
});

const inNanometres = ({ astigmatism }: Pick<RingMeasurement, 'astigmatism'>): number => 2000 * length(astigmatism);
const errorInNanometres = (rings: RingMeasurement): number => 2000 * astigmatismError(rings);

/** One run of the task. */
class CorrectAstigmatism {
  constructor(
    private readonly use: Uses<typeof needs>,
    private readonly run: TaskRun<Readonly<Record<never, never>>, typeof results>,
  ) {}

  async correct(): Promise<CalibrationResult> {
    const { run, use } = this;
    const [measuresOnly = false, keepsImageShift = false] = run.arguments.map((each) => Number(each) !== 0);
    const place = run.here();
    const response = findStigmatorResponse(use.calibrations, use.optics, place);
    if (!response) throw ctfImageErrors.noResponse(use.optics.at(place).magnification);
    run.operator.status('CORRECTING ASTIGMATISM BY CTF');
    const coils = approachedStigmator(use.stigmator.objectiveStigmator, run, use.settings);
    const images = await CtfImages.begin(run, use, {
      extraDefocus: 0,
      title: 'Astigmatism',
      keepsImageShift,
    });
    let held = await coils.goTo(await coils.setting.read(run.signal), run.signal);
    const before = await images.measure('Astigmatism before', goal);
    const tiles: PlotTile[] = [...images.tile({ column: 0, row: 0, label: 'before' })];
    const show = (): void => run.plot({ kind: 'image', id: 'rings', title: 'Rings at each correction', tiles });
    show();
    const neededFor = (rings: RingMeasurement): Vector => needed(response, rings, use.optics.at(place).magnification);
    rememberNeeded(use.calibrations, 'stigmator', neededFor(before));
    let total: Vector = vector(0, 0);
    const correct = async (rings: RingMeasurement, round: number): Promise<RingMeasurement> => {
      const change = neededFor(rings);
      total = add(total, change);
      requireStigmatorRange(add(held, change));
      held = await coils.goTo(add(held, change), run.signal);
      const after = await images.measure(`Astigmatism after correction ${round}`, goal);
      tiles.push(...images.tile({ column: round, row: 0, label: `after correction ${round}` }));
      show();
      return after;
    };
    const { now, rounds } = measuresOnly
      ? { now: before, rounds: 0 }
      : await correctInRounds(run.operator, before, {
          correct,
          isSignificant,
          size: ({ astigmatism }) => length(astigmatism),
          minSize: minLeft,
          inWords: (rings) => `${withError(inNanometres(rings), errorInNanometres(rings))} nm`,
          notBetter: (was, is) =>
            ctfImageErrors.notBetter(
              'The astigmatism',
              `${readable(inNanometres(was), 0)} nm`,
              `${readable(inNanometres(is), 0)} nm`,
            ),
        });
    if (measuresOnly) total = neededFor(before);
    const judgement = measuresOnly ? judge() : judge(...leftEvidence(now));
    requireNotRefused(judgement, 'correct-astigmatism-by-ctf/refused');
    const summary = measuresOnly
      ? `Astigmatism is ${readable(inNanometres(before), 1)} nm; a change of the stigmator by ${readable(total.x, 4)}, ${readable(total.y, 4)} takes it out.`
      : `Astigmatism corrected from ${readable(inNanometres(before), 1)} to ${readable(inNanometres(now), 1)} nm.`;
    run.operator.log(summary);
    return run.report({
      summary,
      values: {
        before: inNanometres(before),
        ...(!measuresOnly && { after: inNanometres(now) }),
        change: total,
        stigmator: held,
        defocus: images.defocus,
        rounds,
        images: images.count,
      },
      standardErrors: {
        before: errorInNanometres(before),
        ...(!measuresOnly && { after: errorInNanometres(now) }),
      },
      quality: { ...judgement },
      conditions: { ...place },
    });
  }
}

/** True where an astigmatism stands out of its error, and is worth another correction. */
const isSignificant = (rings: RingMeasurement): boolean =>
  length(rings.astigmatism) > Math.max(minLeft, minSignificance * astigmatismError(rings));

function needed(response: StigmatorResponse, { astigmatism }: RingMeasurement, magnification: number): Vector {
  const change = stigmatorChange(response, astigmatism);
  if (!change) throw ctfImageErrors.noResponse(magnification);
  return change;
}

/** Evidence by what is left. */
const leftEvidence = (now: RingMeasurement) => [
  aboveLimit({
    kind: 'disagreement',
    what: 'Astigmatism that is left',
    number: inNanometres(now),
    unit: 'nm',
    doubtfulAbove: Math.max(leftLimits.doubtful, minSignificance * errorInNanometres(now)),
    refusedAbove: Math.max(leftLimits.refused, minSignificance * errorInNanometres(now)),
    why: 'The correction did not take it out.',
    change: 'Calibrate Astigmatism by CTF again at this magnification.',
  }),
  aboveLimit({
    kind: 'uncertain',
    what: 'Standard error of the astigmatism that is left',
    number: errorInNanometres(now),
    unit: 'nm',
    doubtfulAbove: leftLimits.doubtful,
    why: 'The rings are too weak to say that it is gone.',
    change: 'Expose longer, or take a place with more carbon.',
  }),
  scatterEvidence(now.misfit, 'Wait until the specimen rests, and repeat it.'),
];
