import { defineItem } from '../../../core/kernel';
import { standardFocuses } from './focus-series/standard-focuses';

/** Finds the absolute focus of every magnification at which a focus curve is known, and stores those that were found well. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/standard-focus-at-all-mags',
  order: { step: 'focus', after: ['focus-and-tuning/autofocus'], holdsForDays: 180 },
  ...standardFocuses,
});
