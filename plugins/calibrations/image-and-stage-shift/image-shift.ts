import type { ProvidedAll } from '../../../core/base';
import { type Forecast, type MenuItem, type Run, menuItem } from '../../../core/kernel';
import type { CalibrationResult } from '../../../core/store';
import {
  ImageShiftCalibration,
  imageShiftNeeds,
  imageShiftQuestions,
  imageShiftResultUnits,
  imageShiftResults,
} from './image-shift/image-shift-calibration';

/** Measures the matrix from image shift to camera at the present magnification; the first argument 1 makes it start from scratch. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/image-shift',
  menu: ['Image & Stage Shift'],
  label: 'Image Shift',
  summary: 'Measures how image shift moves the image at the present magnification.',
  needs: imageShiftNeeds,
  script: 'CalibrateImageShift',
  stores: ['ImageShiftMatrix'],
  questions: imageShiftQuestions,
  results: imageShiftResults,
  units: imageShiftResultUnits,
})
export default class ImageShift implements MenuItem {
  private readonly parts: ProvidedAll<typeof imageShiftNeeds>;

  constructor(...parts: ProvidedAll<typeof imageShiftNeeds>) {
    this.parts = parts;
  }

  forecast(signal: AbortSignal): Promise<Forecast> {
    return new ImageShiftCalibration(...this.parts).forecast(false, signal);
  }

  run(run: Run): Promise<CalibrationResult> {
    const fromScratch = Number(run.arguments[0] ?? 0) !== 0;
    return new ImageShiftCalibration(...this.parts).run(run, fromScratch);
  }
}
