import { counted, readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { offsetNeeds, offsetsOnSpecimen } from './offsets/offsets-of-mode';

/** Lists how far the image-shift offsets of the present camera's mode move the specimen. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/list-mag-is-offsets',
  needs: offsetNeeds,
  not: ['stem'],
  results: {
    offsets: value.table('The magnifications that have an offset and a known effect of image shift.', {
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      micrometres: value.quantity('Distance on the specimen.', { unit: 'um' }),
    }),
  },
  forecast: 'nothing',
  async run(use, run) {
    const offsets = offsetsOnSpecimen(use);
    if (offsets.length > 0) {
      run.operator.log(`Image-shift offsets of ${use.cameras.selected.traits.name}, distance on the specimen in um`);
      run.operator.log('Index       Mag    Offset');
    }
    for (const { magIndex, magnification, micrometres } of offsets)
      run.operator.log(
        `${String(magIndex).padStart(5)} ${String(magnification).padStart(9)} ${readable(micrometres, 3).padStart(9)}`,
      );
    if (offsets.length === 0) run.operator.log('There are no image-shift offsets between magnifications.');
    return run.report({ summary: `${counted(offsets.length, 'image-shift offset')}.`, values: { offsets } });
  },
});
