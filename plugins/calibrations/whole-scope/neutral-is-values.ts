import { defineItem } from '../../../core/kernel';
import { neutralValues } from './neutral/neutral-values';

/** Reads the image shift at which the deflector does nothing at each magnification, so that image shift means the same at all of them. */
export default defineItem({
  id: 'calibrations/neutral-is-values',
  order: { step: 'image shift', holdsForDays: 90 },
  ...neutralValues,
});
