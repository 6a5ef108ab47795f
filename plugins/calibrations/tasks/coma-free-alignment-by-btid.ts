import { defineTask } from '../../../core/kernel';
import { ComaFreeAlignment, comaCorrection } from './btid/coma-correction';

/** Corrects the beam tilt for coma by beam-tilt-induced displacements, and measures again. */
export default defineTask({
  id: 'calibrations/tasks/coma-free-alignment-by-btid',
  ...comaCorrection,
  changes: ({ beamTilt }) => [beamTilt.beamTilt],
  forecast: (use, signal) => ComaFreeAlignment.forecast(use, signal),
  run: (use, run) => new ComaFreeAlignment(use, run).correct(),
});
