import { defineItem } from '../../../core/kernel';
import { FocusCalibration, focusCalibrationNeeds } from './focus-series/focus-calibration';
import { focusCalibrationQuestions, focusCalibrationResults } from './focus-series/focus-declaration';

const kind = { extended: false, status: 'CALIBRATING AUTOFOCUS' };

/** Measures the displacement of the image by beam tilt at levels of defocus around focus. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/autofocus',
  lowDoseArea: 'Focus',
  needs: focusCalibrationNeeds,
  not: ['stem'],
  questions: focusCalibrationQuestions,
  results: focusCalibrationResults,
  stores: ['FocusCalibration'],
  order: { step: 'focus', after: ['find-pixel-size'], holdsForDays: 180 },
  forecast: (use, signal) => new FocusCalibration(use, kind).forecast(signal),
  run: (use, run) => new FocusCalibration(use, kind).run(run),
});
