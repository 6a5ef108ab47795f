import { defineTask } from '../../../core/kernel';
import { autofocusCheck } from './focusing/autofocus-check';

/** Measures a known change of defocus by beam tilt: below, at and above the present focus, always approached from below. */
export default defineTask({
  id: 'calibrations/tasks/check-autofocus',
  lowDoseArea: 'Focus',
  ...autofocusCheck,
});
