import { defineItem } from '../../../core/kernel';
import { FocusCalibration, focusCalibrationNeeds } from './focus-series/focus-calibration';
import { focusCalibrationQuestions, focusCalibrationResults } from './focus-series/focus-declaration';

const kind = { extended: true, status: 'CALIBRATING EXTENDED AUTOFOCUS' };

/** Measures the displacement of the image by beam tilt around focus, and at sparse levels far from it with a smaller tilt. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/extended-autofocus',
  needs: focusCalibrationNeeds,
  not: ['stem'],
  questions: focusCalibrationQuestions,
  results: focusCalibrationResults,
  stores: ['FocusCalibration'],
  order: { step: 'far from focus', after: ['focus-and-tuning/autofocus'], holdsForDays: 365 },
  forecast: (use, signal) => new FocusCalibration(use, kind).forecast(signal),
  run: (use, run) => new FocusCalibration(use, kind).run(run),
});
