import { defineItem } from '../../../core/kernel';
import { listBeamCalibrations, listNeeds, listResults } from './listing/beam-lists';

/** Lists the calibrations of beam shift, intensity, spot sizes, parallel illumination and beam size. */
export default defineItem({
  id: 'calibrations/beam-and-spot/list-calibrations',
  needs: listNeeds,
  results: listResults,
  forecast: 'nothing',
  run: (use, run) => listBeamCalibrations(use, run),
});
