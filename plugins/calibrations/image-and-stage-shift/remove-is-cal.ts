import { defineRemoval } from '../shared/result/removal';

/** Removes the image shift calibration of one magnification for the present camera. */
export default defineRemoval({
  id: 'calibrations/image-and-stage-shift/remove-is-cal',
  what: 'image shift',
  record: 'ImageShiftMatrix',
  table: ({ imageShift }) => imageShift,
});
