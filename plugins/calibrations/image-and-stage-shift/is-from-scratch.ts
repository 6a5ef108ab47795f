import { defineItem } from '../../../core/kernel';
import {
  ImageShiftCalibration,
  imageShiftNeeds,
  imageShiftQuestions,
  imageShiftResults,
} from './image-shift/image-shift-calibration';

/** Measures the matrix from image shift to camera without any earlier matrix: a first round in unknown directions, then nine points. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/is-from-scratch',
  lowDoseArea: 'Trial',
  needs: imageShiftNeeds,
  questions: imageShiftQuestions,
  results: imageShiftResults,
  stores: ['ImageShiftMatrix'],
  order: { step: 'image shift', after: ['find-pixel-size'], insteadOf: 'image-shift', holdsForDays: 365 },
  forecast: (use, signal) => new ImageShiftCalibration(use).forecast(true, signal),
  run: (use, run) => new ImageShiftCalibration(use).run(run, true),
});
