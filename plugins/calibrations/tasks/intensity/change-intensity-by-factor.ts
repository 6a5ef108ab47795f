import { readable } from '../../../../core/base';
import { defineTask, value } from '../../../../core/kernel';
import { changeIntensity, intensityResults, intensityValues, keepInArea, shownIntensity } from './intensity-change';
import {
  type MeasuredChange,
  canMeasure,
  changeByImages,
  measuredForecast,
  measuredNeeds,
  measuredQuestion,
  measuredResult,
} from './measured-change';

/** Changes the density of the beam by a factor, on the present side of crossover. */
export default defineTask({
  id: 'calibrations/tasks/change-intensity-by-factor',
  needs: measuredNeeds,
  not: ['stem'],
  script: 'ChangeIntensityBy',
  changes: ({ illumination }) => [illumination.intensity],
  questions: {
    factor: {
      kind: 'number',
      decimals: 4,
      minimum: 0.00001,
      maximum: 100_000,
      why: 'Above 1 the beam becomes brighter, below 1 dimmer. It stays on its side of crossover.',
    },
    measure: measuredQuestion,
  },
  results: {
    ...intensityResults,
    factor: value.quantity('Factor by which the density of the beam changed, by the tables.', {
      decimals: 4,
      optional: true,
    }),
    ...measuredResult,
  },
  forecast: measuredForecast('by the factor, where it stays'),
  async run(use, run) {
    const { beam, control } = use;
    const [given] = run.arguments;
    const factor =
      given === undefined
        ? await run.ask('factor', { text: 'Factor by which the beam becomes brighter', default: 1 })
        : Number(given);
    const start = await control.place(run.signal);
    const measures =
      given === undefined &&
      canMeasure(use) &&
      (await run.ask('measure', { text: 'Measure the change with Trial images?', default: true }));
    const { place, measured, error }: MeasuredChange = measures
      ? await changeByImages(use, run, factor)
      : { place: await changeIntensity(use, run, factor) };
    const summary = `Intensity changed from ${shownIntensity(use, start)} to ${shownIntensity(use, place)}, for ${readable(factor)} times the density of the beam.`;
    run.operator.log(summary);
    await keepInArea(use, run);
    // The column may hold a little more or less than was asked for.
    const reached = beam.densityRatio(start, place.intensity);
    return run.report({
      summary,
      values: {
        ...intensityValues(use, start.intensity, place),
        ...(reached !== undefined && { factor: reached }),
        ...(measured !== undefined && { measured }),
      },
      ...(measured !== undefined && error !== undefined && { standardErrors: { measured: measured * error } }),
    });
  },
});
