import type { ProvidedAll, Vector } from '../../../core/base';
import { type ChoiceQuestion, type Forecast, type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { type CalibrationResult, session } from '../../../core/store';
import { valueSuggestion } from '../shared/result/property-suggestions';
import { SettlingMeasurement, settlingNeeds } from './settling/settling-measurement';
import { type SettlingSearchResult, findDelayFactor, smallestFactor } from './settling/settling-search';

/** Sets the factor by which all delays after image shift are multiplied, for this session, and shows or finds out what it does. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/set-is-delay-factor',
  menu: ['Image & Stage Shift'],
  label: 'Set IS Delay Factor',
  summary: 'Scales the delay after image shift.',
  anytime: true,
  needs: settlingNeeds,
  questions: [
    { id: 'factor', kind: 'number', summary: 'The overall factor; 1 leaves the delays of the properties as they are.' },
    {
      id: 'measure',
      kind: 'choice',
      summary:
        'Whether images are taken to see what has not settled with this factor, or to find a factor. Left out in scripts and while something else runs.',
    },
    {
      id: 'use-factor',
      kind: 'confirm',
      summary: 'After a search: whether the factor that was found is used in this session.',
    },
  ],
  results: {
    factor: 'The factor now in force.',
    unsettledX: 'What had not settled in X when an image was taken, in nanometres on the specimen.',
    unsettledY: 'The same in Y.',
    driftX: 'Drift along the X axis of image shift from one image to the next but one, in nanometres.',
    driftY: 'The same in Y.',
    lines: 'Nine points: the four estimates of drift over two images, in nanometres, x and y of each.',
    foundFactor: 'After a search: the factor that leaves less than 5 % of what settles after factor 0.2.',
    remainingPercent: 'What the found factor leaves of that, in percent.',
    plateauX: 'What stays in X however long one waits, in nanometres.',
    plateauY: 'The same in Y.',
    measured:
      'For each factor that was tried: factor, unsettled and its standardErrors (x and y in nanometres), and the number of series.',
  },
  units: {
    unsettledX: 'nm',
    unsettledY: 'nm',
    driftX: 'nm',
    driftY: 'nm',
    lines: 'nm',
    remainingPercent: '%',
    plateauX: 'nm',
    plateauY: 'nm',
    'measured.unsettled': 'nm',
  },
})
export default class SetImageShiftDelayFactor implements MenuItem {
  private readonly parts: ProvidedAll<typeof settlingNeeds>;

  constructor(...parts: ProvidedAll<typeof settlingNeeds>) {
    this.parts = parts;
  }

  forecast(signal: AbortSignal): Promise<Forecast> {
    return SettlingMeasurement.forecast(this.parts, signal);
  }

  async run(run: Run): Promise<CalibrationResult> {
    const [settings] = this.parts;
    const question = {
      kind: 'number',
      id: 'factor',
      text: 'Overall factor for the delay after image shift',
      default: settings.get('ISdelayScaleFactor'),
      minimum: 0,
      decimals: 2,
    } as const;
    const [factor, wanted = 'no'] = await run.operator.askAll(
      run.fromScript || run.alongside ? [question] : [question, whatToMeasure],
    );
    if (wanted === 'no') {
      settings.set('ISdelayScaleFactor', factor);
      sayInForce(run, factor);
      return run.report({
        summary: `Delay factor ${factor.toFixed(2)}.`,
        values: { factor },
        propertySuggestions: keeping(factor),
      });
    }
    const measurement = await SettlingMeasurement.prepare(run, this.parts);
    const result =
      wanted === 'search'
        ? await this.search(run, measurement, factor)
        : await this.measure(run, measurement, wanted, factor);
    await measurement.restore();
    const inForce = result.values['factor'] as number;
    // What was measured goes into the history; a factor that is only set does not.
    const accepted = await run.accept({
      ...result,
      conditions: { ...result.conditions, ...measurement.conditions },
      propertySuggestions: keeping(inForce),
      changes: [session('ISdelayScaleFactor', inForce)],
    });
    sayInForce(run, inForce);
    return accepted;
  }

  private async measure(
    run: Run,
    measurement: SettlingMeasurement,
    pattern: 'nine' | 'six',
    factor: number,
  ): Promise<CalibrationResult> {
    const { unsettled, drift, lines, standardErrors } = await measurement.repeated(run, factor, pattern);
    for (const [index, line] of lines.entries())
      run.operator.log(`Line ${index + 1}: drift over two images, as image shift in nm: ${describe(line)}`);
    run.operator.log(
      `Drift over two images ${describe(drift)} nm; not settled: X ${withError(unsettled.x, standardErrors.x)} nm, Y ${withError(unsettled.y, standardErrors.y)} nm.`,
    );
    return run.report({
      summary: `With factor ${factor.toFixed(2)}, X ${withError(unsettled.x, standardErrors.x)} nm and Y ${withError(unsettled.y, standardErrors.y)} nm of a step of image shift had not settled.`,
      values: {
        factor,
        unsettledX: unsettled.x,
        unsettledY: unsettled.y,
        driftX: drift.x,
        driftY: drift.y,
        ...(lines.length > 0 && { lines }),
      },
      standardErrors: { unsettledX: standardErrors.x, unsettledY: standardErrors.y },
    });
  }

  private async search(run: Run, measurement: SettlingMeasurement, factor: number): Promise<CalibrationResult> {
    const found = await findDelayFactor(
      async (each) => (await measurement.series(run, each, 'nine')).unsettled,
      measurement.scale,
    );
    for (const each of found.observations)
      run.operator.log(
        `Factor ${each.factor.toFixed(2)}: not settled X ${withError(each.unsettled.x, each.standardErrors.x)} nm, Y ${withError(each.unsettled.y, each.standardErrors.y)} nm.`,
      );
    const text = inWords(found);
    run.operator.log(text);
    const stays = whatStays(found);
    if (stays !== undefined) run.operator.log(stays);
    const use =
      found.verdict !== 'too slow' &&
      (await run.operator.confirm({
        id: 'use-factor',
        text: `${text} Use ${found.factor.toFixed(2)} in this session?`,
        default: true,
      }));
    const { remainingPercent, remainingError } = found;
    return run.report({
      summary: text,
      values: {
        factor: use ? found.factor : factor,
        ...(found.verdict === 'found' && { foundFactor: found.factor }),
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
    });
  }
}

function sayInForce(run: Run, factor: number): void {
  run.operator.log(
    `Delays after image shift are multiplied by ${factor.toFixed(2)} in this session. To keep it, set ISdelayScaleFactor in the configuration.`,
  );
}

const whatToMeasure = {
  kind: 'choice',
  id: 'measure',
  text: 'Take images to see how image shift settles?',
  choices: [
    { value: 'no', label: 'No' },
    { value: 'nine', label: 'Show what has not settled with this factor, from nine points' },
    { value: 'six', label: 'Show what has not settled with this factor, from six points' },
    { value: 'search', label: `Find a factor that leaves less than 5 % of what settles after ${smallestFactor}` },
  ],
  default: 'no',
} as const satisfies ChoiceQuestion<'no' | 'nine' | 'six' | 'search'>;
const keeping = (factor: number) => [
  valueSuggestion('ISdelayScaleFactor', Number(factor.toFixed(2)), 'factor for the delay after image shift'),
];
const describe = ({ x, y }: Vector): string => `${x.toFixed(1)}, ${y.toFixed(1)}`;
/** A value with its standard error, of which one digit is shown, two where it begins with 1. */
function withError(value: number, error: number): string {
  const decimals = error > 0 && error < 0.95 ? Math.min(4, Math.ceil(-Math.log10(error) + 0.3)) : 1;
  return `${value.toFixed(decimals)} +- ${error.toFixed(decimals)}`;
}
/** What stays is told when it is so many standard errors from nothing, and more than a well settled column shows, in nanometres. */
const plainly = 4;
const wellSettled = 0.3;

function inWords({ verdict, factor, remainingPercent = 0, remainingError = 0 }: SettlingSearchResult): string {
  switch (verdict) {
    case 'found':
      return `A delay factor of ${factor.toFixed(2)} leaves ${Math.max(0, remainingPercent).toFixed(1)} +- ${remainingError.toFixed(1)} % of what settles after factor ${smallestFactor}.`;
    case 'not seen':
      return `No settling can be seen after factor ${smallestFactor}: what is faster than the start of the camera does not show.`;
    case 'too slow':
      return `Image shift still settles at factor ${factor.toFixed(1)}, the largest that was tried; the delays in ImageShiftDelays are far too short, or something else moves.`;
  }
}

function whatStays({ verdict, plateau, plateauErrors }: SettlingSearchResult): string | undefined {
  const away =
    verdict !== 'too slow' &&
    (['x', 'y'] as const).some(
      (axis) => Math.abs(plateau[axis]) > Math.max(wellSettled, plainly * plateauErrors[axis]),
    );
  return away
    ? `However long one waits, X ${withError(plateau.x, plateauErrors.x)} nm, Y ${withError(plateau.y, plateauErrors.y)} nm of a step are missing, so this does not settle; it is usual on JEOL columns.`
    : undefined;
}
