import { defineItem } from '../../../core/kernel';
import {
  ImageShiftCalibration,
  imageShiftNeeds,
  imageShiftQuestions,
  imageShiftResults,
} from './image-shift/image-shift-calibration';

/** Measures the matrix from image shift to camera at the present magnification; the first argument 1 makes it start from scratch. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/image-shift',
  lowDoseArea: 'Trial',
  needs: imageShiftNeeds,
  script: 'CalibrateImageShift',
  questions: imageShiftQuestions,
  results: imageShiftResults,
  stores: ['ImageShiftMatrix'],
  measures: ['image shift'],
  order: { step: 'image shift', insteadOf: 'is-from-scratch', holdsForDays: 180 },
  forecast: (use, signal) => new ImageShiftCalibration(use).forecast(false, signal),
  run: (use, run) => new ImageShiftCalibration(use).run(run, Number(run.arguments[0] ?? 0) !== 0),
});
