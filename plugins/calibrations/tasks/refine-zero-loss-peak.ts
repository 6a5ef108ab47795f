import { defineTask } from '../../../core/kernel';
import { whyNoZeroLoss } from '../../../core/tuning';
import { refineZeroLoss, zeroLossForecast, zeroLossNeeds, zeroLossResults } from './zero-loss/refine-zero-loss';

/** Finds the zero-loss peak and centres it in the slit by the adjustment of the filter. */
export default defineTask({
  id: 'calibrations/tasks/refine-zero-loss-peak',
  needs: zeroLossNeeds,
  not: ['stem'],
  script: 'RefineZLP',
  changes: ({ filter }) => (filter.zeroLossAdjustment ? [filter.zeroLossAdjustment] : []),
  results: zeroLossResults,
  forecast: zeroLossForecast,
  unavailable: whyNoZeroLoss,
  run: refineZeroLoss,
});
