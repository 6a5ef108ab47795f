import { defineItem } from '../../../core/kernel';
import { highDefocusImageShift } from './high-defocus/high-defocus-image-shift';

/** Measures how a high defocus changes what image shift does; the matrix in focus stays as it is. */
export default defineItem({
  id: 'calibrations/high-defocus-is',
  script: 'CalibrateHighFocusIS',
  order: { step: 'far from focus', after: ['image-shift', 'beam-crossover'], holdsForDays: 365 },
  ...highDefocusImageShift,
});
