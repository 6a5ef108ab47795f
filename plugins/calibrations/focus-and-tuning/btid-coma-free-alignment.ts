import { defineItem } from '../../../core/kernel';
import { BtidComaFreeAlignment, comaCalibration } from './btid/coma-calibration';

/** Measures how a misalignment of the beam tilt bends the displacement of the image. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/old-coma-free-alignment/btid-coma-free-alignment',
  ...comaCalibration,
  forecast: (use, signal) => new BtidComaFreeAlignment(use).forecast(signal),
  run: (use, run) => new BtidComaFreeAlignment(use).run(run),
});
