import { defineTable } from '../../harness/table';
import { fromScratch } from '../../support/image-shift';
import { imageShiftErrors } from '../../support/image-shift-errors';

export default defineTable({
  name: 'is-from-scratch-standard-errors',
  about:
    'Standard errors that IS from Scratch states, over the errors of the four elements of its matrix against the truth.',
  ...imageShiftErrors(fromScratch),
});
