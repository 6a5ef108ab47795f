import { defineToggle } from '../../../core/kernel';
import { WholeImageCorrelation } from './stage-shift/whole-image-correlation';

/** Correlates whole images in stage calibrations, which no wrong rotation disturbs, or only the expected overlap. */
export default defineToggle({
  id: 'calibrations/image-and-stage-shift/whole-image-corr',
  needs: { correlation: WholeImageCorrelation },
  read: ({ correlation }) => correlation.on,
  write: ({ correlation }, on) => {
    correlation.on = on;
  },
  says: {
    on: 'Stage calibrations correlate whole images. This holds until the program ends.',
    off: 'Stage calibrations correlate only the overlap that is expected. This holds until the program ends.',
  },
});
