import { defineItem } from '../../../core/kernel';
import { focusCalibration } from './focus-series/focus-calibration';

/** Measures the displacement of the image by beam tilt at levels of defocus around focus. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/autofocus',
  lowDoseArea: 'Focus',
  order: { step: 'focus', after: ['find-pixel-size'], holdsForDays: 180 },
  ...focusCalibration({ extended: false, status: 'CALIBRATING AUTOFOCUS' }),
});
