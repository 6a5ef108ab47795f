import { defineTable } from '../../harness/table';
import { imageShift } from '../../support/image-shift';
import { imageShiftErrors } from '../../support/image-shift-errors';

export default defineTable({
  name: 'image-shift-standard-errors',
  about:
    'Standard errors that Image Shift states, over the errors of the four elements of its matrix against the truth.',
  ...imageShiftErrors(imageShift),
});
