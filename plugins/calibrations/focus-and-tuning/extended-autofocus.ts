import { defineItem } from '../../../core/kernel';
import { focusCalibration } from './focus-series/focus-calibration';

/** Measures the displacement of the image by beam tilt around focus, and at sparse levels far from it with a smaller tilt. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/extended-autofocus',
  order: { step: 'far from focus', after: ['focus-and-tuning/autofocus'], holdsForDays: 365 },
  ...focusCalibration({ extended: true, status: 'CALIBRATING EXTENDED AUTOFOCUS' }),
});
