import { defineItem } from '../../../core/kernel';
import { AstigmatismByBtid, astigmatismCalibration } from './btid/astigmatism-calibration';

/** Measures what the objective stigmator does to the displacement of the image by beam tilt. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/astigmatism-by-btid',
  ...astigmatismCalibration,
  forecast: (use, signal) => new AstigmatismByBtid(use).forecast(signal),
  run: (use, run) => new AstigmatismByBtid(use).run(run),
});
