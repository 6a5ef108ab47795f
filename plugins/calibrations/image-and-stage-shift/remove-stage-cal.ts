import { defineRemoval } from '../shared/result/removal';

/** Removes the stage calibration of one magnification for the present camera. */
export default defineRemoval({
  id: 'calibrations/image-and-stage-shift/remove-stage-cal',
  what: 'stage',
  record: 'StageToCameraMatrix',
  table: ({ stage }) => stage,
});
