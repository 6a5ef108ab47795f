import { scale } from '../../../../core/base';
import { defineTask } from '../../../../core/kernel';
import {
  adjustedSettings,
  adjustingForecast,
  adjustingNeeds,
  adjustingResults,
  changeInWords,
  isAdjusted,
} from './adjusted-coils';

/** Takes off beam tilt and stigmator what adjustments for image shift have added. */
export default defineTask({
  id: 'calibrations/tasks/restore-beam-tilt',
  not: ['stem'],
  needs: adjustingNeeds,
  script: 'RestoreBeamTilt',
  changes: adjustedSettings,
  results: adjustingResults,
  forecast: adjustingForecast,
  unavailable: ({ following }) =>
    isAdjusted(following.adjusted) ? undefined : 'beam tilt was not adjusted for image shift in this session',
  async run({ following }, run) {
    const { tilt, stigmator } = await following.takeOff(run.signal);
    const change = { tilt: scale(tilt, -1), stigmator: scale(stigmator, -1) };
    const summary = `The adjustment for image shift is taken off: ${changeInWords(change)}.`;
    run.operator.log(summary);
    return run.report({ summary, values: change, conditions: { ...run.here() } });
  },
});
