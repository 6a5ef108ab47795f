import { defineTask } from '../../../../core/kernel';
import { numberOf, setDisplayed } from './displayed-intensity';
import { intensityForecast, intensityNeeds, intensityResults } from './intensity-change';

/** Sets the intensity to a value as it is displayed, in per cent or in micrometres of illuminated area. */
export default defineTask({
  id: 'calibrations/tasks/set-displayed-intensity',
  needs: intensityNeeds,
  not: ['stem'],
  script: 'SetPercentC2',
  changes: ({ illumination }) => [illumination.intensity],
  questions: {
    intensity: {
      kind: 'number',
      decimals: 3,
      minimum: -1000,
      maximum: 100_000,
      why: 'As the program displays it: per cent of the condenser lens, or micrometres of illuminated area on a column that has one.',
    },
  },
  results: intensityResults,
  forecast: intensityForecast('to the value, where it stays'),
  async run(use, run) {
    const { beam, control } = use;
    const [given] = run.arguments;
    const { value, unit } = beam.scale.shown(await control.place(run.signal));
    const wished =
      given === undefined
        ? await run.ask('intensity', { text: `Intensity in ${unit}`, default: Number(value.toFixed(3)) })
        : numberOf(given);
    return run.report(await setDisplayed(use, run, () => wished));
  },
});
