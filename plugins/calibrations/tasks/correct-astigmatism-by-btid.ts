import { defineTask } from '../../../core/kernel';
import { CorrectAstigmatism, astigmatismCorrection } from './btid/astigmatism-correction';

/** Corrects the objective stigmator by beam-tilt-induced displacements, and measures again. */
export default defineTask({
  id: 'calibrations/tasks/correct-astigmatism-by-btid',
  ...astigmatismCorrection,
  changes: ({ stigmator }) => [stigmator.objectiveStigmator],
  forecast: (use, signal) => CorrectAstigmatism.forecast(use, signal),
  run: (use, run) => new CorrectAstigmatism(use, run).correct(),
});
