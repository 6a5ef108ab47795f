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

/** Measures the matrix from image shift to camera without any earlier matrix: a first round in unknown directions, then nine points. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/is-from-scratch',
  menu: ['Image & Stage Shift'],
  label: 'IS from Scratch',
  summary: 'Measures image shift without using any earlier calibration.',
  needs: imageShiftNeeds,
  stores: ['ImageShiftMatrix'],
  questions: imageShiftQuestions,
  results: imageShiftResults,
  units: imageShiftResultUnits,
})
export default class ImageShiftFromScratch implements MenuItem {
  private readonly parts: ProvidedAll<typeof imageShiftNeeds>;

  constructor(...parts: ProvidedAll<typeof imageShiftNeeds>) {
    this.parts = parts;
  }

  forecast(signal: AbortSignal): Promise<Forecast> {
    return new ImageShiftCalibration(...this.parts).forecast(true, signal);
  }

  run(run: Run): Promise<CalibrationResult> {
    return new ImageShiftCalibration(...this.parts).run(run, true);
  }
}
