import { defineItem } from '../../../core/kernel';
import { whyNoZeroLoss } from '../../../core/tuning';
import { shiftNeeds, shiftQuestions, shiftResults, shiftsForecast } from './mag-shifts/declaration';
import { measureMagShifts } from './mag-shifts/measure-mag-shifts';

/** Measures the energy at which the zero-loss peak is centred in the slit at each magnification. */
export default defineItem({
  id: 'calibrations/mag-energy-shifts',
  needs: shiftNeeds,
  not: ['stem', 'low dose'],
  questions: shiftQuestions,
  results: shiftResults,
  stores: ['FilterMagShifts'],
  measures: ['energy shifts'],
  order: { step: 'between magnifications', holdsForDays: 180 },
  forecast: shiftsForecast,
  unavailable: whyNoZeroLoss,
  run: (use, run) => measureMagShifts(use, run),
});
