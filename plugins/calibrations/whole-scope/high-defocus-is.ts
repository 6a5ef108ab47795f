import { defineItem } from '../../../core/kernel';
import {
  HighDefocusImageShift,
  highDefocusNeeds,
  highDefocusQuestions,
  highDefocusResults,
} from './high-defocus/high-defocus-image-shift';

/** Measures how a high defocus changes what image shift does; the matrix in focus stays as it is. */
export default defineItem({
  id: 'calibrations/high-defocus-is',
  lowDoseArea: 'Trial',
  not: ['stem'],
  needs: highDefocusNeeds,
  script: 'CalibrateHighFocusIS',
  questions: highDefocusQuestions,
  results: highDefocusResults,
  stores: ['HighFocusISCal', 'LastC2Aperture'],
  order: { step: 'far from focus', after: ['image-shift', 'beam-crossover'], holdsForDays: 365 },
  changes: ({ scope }) => [scope.defocus],
  forecast: (use, signal) => new HighDefocusImageShift(use).forecast(signal),
  run: (use, run) => new HighDefocusImageShift(use).run(run),
});
