import { type Vector, readable, withError } from '../../../core/base';
import { type Judgement, aboveLimit, judge } from '../../../core/judgement';
import { type ItemRun, defineItem, value } from '../../../core/kernel';
import { session } from '../../../core/store';
import { valueSuggestion } from '../shared/result/property-suggestions';
import { settlingChart } from './settling/settling-chart';
import { SettlingMeasurement, settlingNeeds } from './settling/settling-measurement';
import { type SettlingSearchResult, findDelayFactor, smallestFactor } from './settling/settling-search';

const questions = {
  factor: {
    kind: 'number',
    minimum: 0,
    decimals: 2,
    why: 'Too short a wait smears images, too long a wait costs time. 1 leaves the delays of the properties as they are.',
  },
  measure: {
    kind: 'choice',
    choices: {
      no: 'No',
      nine: 'Show what has not settled with this factor, from nine points',
      six: 'Show what has not settled with this factor, from six points',
      search: `Find a factor that leaves less than 5 % of what settles after ${smallestFactor}`,
    },
    why: 'Images show whether the shift has settled when they are taken. A search finds the smallest factor that is enough.',
  },
  'use-factor': {
    kind: 'confirm',
    why: 'The factor that was found is used until the program ends; the configuration keeps it only if you accept the line that is offered.',
  },
} as const;

const nanometres = { unit: 'nm', optional: true } as const;
const results = {
  factor: value.quantity('The factor now in use.'),
  unsettledX: value.quantity(
    'What had not settled in X when an image was taken, in nanometres on the specimen.',
    nanometres,
  ),
  unsettledY: value.quantity('The same in Y.', nanometres),
  driftX: value.quantity(
    'Drift along the X axis of image shift from one image to the next but one, in nanometres.',
    nanometres,
  ),
  driftY: value.quantity('The same in Y.', nanometres),
  lines: value.vectors('Nine points: the four estimates of drift over two images, in nanometres.', nanometres),
  foundFactor: value.quantity(
    'After a search: the factor that leaves less than 5 % of what settles after factor 0.2.',
    { optional: true },
  ),
  remainingPercent: value.quantity('What the found factor leaves of that, in percent.', { unit: '%', optional: true }),
  plateauX: value.quantity('What stays in X however long one waits, in nanometres.', nanometres),
  plateauY: value.quantity('The same in Y.', nanometres),
  measured: value.table(
    'The factors that were tried.',
    {
      factor: value.quantity('Delay factor.'),
      unsettled: value.vector('What had not settled.', { unit: 'nm' }),
      standardErrors: value.vector('Standard errors of that.', { unit: 'nm' }),
      series: value.quantity('Number of series.'),
    },
    { optional: true },
  ),
};
type Run = ItemRun<typeof questions, typeof results>;
type Measured = Parameters<Run['report']>[0];

/** Sets the factor by which all delays after image shift are multiplied, for this session, and shows or finds out what it does. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/set-is-delay-factor',
  lowDoseArea: 'Trial',
  needs: settlingNeeds,
  questions,
  results,
  anytime: true,
  forecast: (use, signal) => SettlingMeasurement.forecast(use, signal),
  async run(use, run) {
    const { settings } = use;
    const factorAsked = {
      text: 'Overall factor for the delay after image shift',
      default: settings.get('ISdelayScaleFactor'),
    };
    const whatAsked = { text: 'Take images to see how image shift settles?', default: 'no' } as const;
    const alone = run.fromScript || run.alongside;
    const { factor, measure: wanted = 'no' as const } = alone
      ? { factor: await run.ask('factor', factorAsked) }
      : await run.askAll({ factor: factorAsked, measure: whatAsked });
    if (wanted === 'no') {
      settings.set('ISdelayScaleFactor', factor);
      tellFactor(run, factor);
      return run.report({
        summary: `Delay factor ${readable(factor, 2)}.`,
        values: { factor },
        propertySuggestions: keeping(factor),
      });
    }
    const measurement = await SettlingMeasurement.prepare(run, use);
    const result =
      wanted === 'search' ? await search(run, measurement, factor) : await measure(run, measurement, wanted, factor);
    await measurement.restore();
    const { factor: inForce } = result.values;
    // A search that was refused changes nothing: the factor that was in use is back.
    if (result.quality?.verdict === 'refused')
      return run.report({
        ...result,
        values: { ...result.values, factor: settings.get('ISdelayScaleFactor') },
        conditions: measurement.conditions,
      });
    // What was measured goes into the history; a factor that is only set does not.
    const accepted = await run.accept({
      ...result,
      conditions: measurement.conditions,
      propertySuggestions: keeping(inForce),
      changes: [session('ISdelayScaleFactor', inForce)],
    });
    tellFactor(run, inForce);
    return accepted;
  },
});

function tellFactor(run: Run, factor: number): void {
  run.operator.log(
    `Delays after image shift are multiplied by ${readable(factor, 2)} in this session. To keep it, set ISdelayScaleFactor in the configuration.`,
  );
}

async function measure(
  run: Run,
  measurement: SettlingMeasurement,
  pattern: 'nine' | 'six',
  factor: number,
): Promise<Measured> {
  const { unsettled, drift, lines, standardErrors } = await measurement.repeated(run, factor, pattern);
  for (const [index, line] of lines.entries())
    run.operator.log(`Line ${index + 1}: drift over two images, as image shift in nm: ${describe(line)}`);
  run.operator.log(
    `Drift over two images ${describe(drift)} nm; not settled: X ${withError(unsettled.x, standardErrors.x)} nm, Y ${withError(unsettled.y, standardErrors.y)} nm.`,
  );
  return {
    summary: `With factor ${readable(factor, 2)}, X ${withError(unsettled.x, standardErrors.x)} nm and Y ${withError(unsettled.y, standardErrors.y)} nm of a step of image shift had not settled.`,
    values: {
      factor,
      unsettledX: unsettled.x,
      unsettledY: unsettled.y,
      driftX: drift.x,
      driftY: drift.y,
      ...(lines.length > 0 && { lines }),
    },
    standardErrors: { unsettledX: standardErrors.x, unsettledY: standardErrors.y },
  };
}

async function search(run: Run, measurement: SettlingMeasurement, factor: number): Promise<Measured> {
  const taken: { factor: number; unsettled: Vector }[] = [];
  const found = await findDelayFactor(async (each) => {
    const { unsettled } = await measurement.series(run, each, 'nine');
    taken.push({ factor: each, unsettled });
    run.plot(settlingChart(taken));
    return unsettled;
  }, measurement.scale);
  for (const each of found.observations)
    run.operator.log(
      `Factor ${readable(each.factor, 2)}: not settled X ${withError(each.unsettled.x, each.standardErrors.x)} nm, Y ${withError(each.unsettled.y, each.standardErrors.y)} nm.`,
    );
  const text = inWords(found);
  run.operator.log(text);
  const stays = whatStays(found);
  if (stays !== undefined) run.operator.log(stays);
  const judgement = judgeSearch(found);
  const use =
    judgement.verdict !== 'refused' &&
    // Where nothing is seen to settle but something is missing, a shorter wait rests on nothing that was seen.
    !(found.outcome === 'not seen' && stays !== undefined && found.factor < factor) &&
    (await run.ask('use-factor', { text: `${text} Use ${readable(found.factor, 2)} in this session?`, default: true }));
  const { remainingPercent, remainingError } = found;
  return {
    summary: text,
    values: {
      factor: use ? found.factor : factor,
      ...(found.outcome === 'found' && { foundFactor: found.factor }),
      ...(remainingPercent !== undefined && { remainingPercent }),
      plateauX: found.plateau.x,
      plateauY: found.plateau.y,
      measured: found.observations,
    },
    standardErrors: {
      ...(remainingError !== undefined && { remainingPercent: remainingError }),
      plateauX: found.plateauErrors.x,
      plateauY: found.plateauErrors.y,
    },
    quality: { ...judgement, remarks: stays === undefined ? [] : [stays] },
  };
}

const keeping = (factor: number) => [
  valueSuggestion('ISdelayScaleFactor', Number(factor.toFixed(2)), 'factor for the delay after image shift'),
];
const describe = ({ x, y }: Vector): string => `${readable(x, 1)}, ${readable(y, 1)}`;
/** Standard errors above which the log reports a part that never settles. */
const minSignificance = 4;
/** Nanometres above which the log reports it: a column that settles well shows less. */
const minReported = 0.3;

/** Percent of the settling that a factor may leave. */
const maxRemainingPercent = 5;

/** Judges a search: a factor that was not seen to suffice is refused. */
function judgeSearch({
  outcome,
  plateauWait,
  factor,
  remainingPercent = 0,
  remainingError = 0,
}: SettlingSearchResult): Judgement {
  const change =
    'The factor in use stays. Make the delays in ImageShiftDelays longer and search again; if something else moves, wait until it rests.';
  const slow = {
    kind: 'edge',
    verdict: 'refused',
    what: 'Delay factor',
    number: factor,
    limit: factor,
    unit: '',
    change,
  } as const;
  return judge(
    outcome === 'too slow'
      ? { ...slow, why: 'Image shift still settles at the largest factor that was tried.' }
      : undefined,
    outcome === 'slow tail'
      ? {
          ...slow,
          why: `What seems to stay for ever after this factor has changed after ${readable(plateauWait, 0)} s: a slow tail, which no factor within reach waits for.`,
        }
      : undefined,
    aboveLimit({
      kind: 'uncertain',
      what: 'What the factor leaves of the settling, with two standard errors',
      number: Math.max(0, remainingPercent) + 2 * remainingError,
      unit: '%',
      doubtfulAbove: maxRemainingPercent,
      why: 'More may be left than is asked for.',
      change: 'Use a larger factor, or search again with more exposure.',
    }),
  );
}

function inWords({
  outcome,
  factor,
  remainingPercent = 0,
  remainingError = 0,
  plateauWait,
}: SettlingSearchResult): string {
  switch (outcome) {
    case 'found':
      return `A delay factor of ${readable(factor, 2)} leaves ${withError(Math.max(0, remainingPercent), remainingError)} % of what settles after factor ${smallestFactor}.`;
    case 'not seen':
      return `No settling can be seen after factor ${smallestFactor}: what is faster than the start of the camera does not show.`;
    case 'slow tail':
      return `A part of image shift settles slowly: what is missing at factor ${readable(factor, 2)} is another after ${readable(plateauWait, 0)} s more. The factor in use stays.`;
    case 'too slow':
      return `Image shift still settles at factor ${readable(factor, 1)}, the largest that was tried; the delays in ImageShiftDelays are far too short, or something else moves.`;
  }
}

function whatStays({ outcome, plateau, plateauErrors, plateauWait }: SettlingSearchResult): string | undefined {
  const away =
    (outcome === 'found' || outcome === 'not seen') &&
    (['x', 'y'] as const).some(
      (axis) => Math.abs(plateau[axis]) > Math.max(minReported, minSignificance * plateauErrors[axis]),
    );
  return away
    ? `After ${readable(plateauWait, 0)} s, X ${withError(plateau.x, plateauErrors.x)} nm, Y ${withError(plateau.y, plateauErrors.y)} nm of a step are still missing: this does not settle, or far more slowly. It is usual on JEOL columns.`
    : undefined;
}
