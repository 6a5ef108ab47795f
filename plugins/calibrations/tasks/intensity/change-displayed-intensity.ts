import { defineTask } from '../../../../core/kernel';
import { numberOf, setDisplayed } from './displayed-intensity';
import { intensityForecast, intensityNeeds, intensityResults } from './intensity-change';

/** Changes the intensity by an amount as it is displayed, in per cent or in micrometres of illuminated area. */
export default defineTask({
  id: 'calibrations/tasks/change-displayed-intensity',
  needs: intensityNeeds,
  not: ['stem'],
  script: 'IncPercentC2',
  changes: ({ illumination }) => [illumination.intensity],
  questions: {
    change: {
      kind: 'number',
      decimals: 3,
      minimum: -100_000,
      maximum: 100_000,
      why: 'Added to what the program displays: per cent of the condenser lens, or micrometres of illuminated area. Below 0 it is taken off.',
    },
  },
  results: intensityResults,
  forecast: intensityForecast('by the amount, where it stays'),
  async run(use, run) {
    const { beam, control } = use;
    const [given] = run.arguments;
    const { unit } = beam.scale.shown(await control.place(run.signal));
    const change =
      given === undefined
        ? await run.ask('change', { text: `Change of the intensity in ${unit}`, default: 0 })
        : numberOf(given);
    return run.report(await setDisplayed(use, run, (present) => present + change));
  },
});
