import { apply, length, counted, readable } from '../../../core/base';
import { Cameras } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { Calibrations } from '../../../core/store';
import { offsetAt, offsetModeOf } from './offsets/image-shift-offsets';

/** Lists how far the image-shift offsets of the present camera's mode move the specimen. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/list-mag-is-offsets',
  needs: { cameras: Cameras, optics: Optics, calibrations: Calibrations },
  not: ['stem'],
  results: {
    offsets: value.table('The magnifications that have an offset and a known effect of image shift.', {
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      micrometres: value.quantity('Distance on the specimen.', { unit: 'um' }),
    }),
  },
  forecast: 'nothing',
  async run({ cameras, optics, calibrations }, run) {
    const { traits } = cameras.selected;
    const indexes = optics.magnifications.indexes(optics.camera(traits.index));
    const offsets = indexes.flatMap((magIndex) => {
      const offset = offsetAt(calibrations, magIndex, offsetModeOf(traits));
      const { magnification, imageShiftToSpecimen: toSpecimen } = optics.at({ magIndex, camera: traits.index });
      if (length(offset) === 0 || !toSpecimen) return [];
      return [
        {
          magIndex,
          magnification,
          micrometres: length(apply(toSpecimen, offset)),
        },
      ];
    });
    if (offsets.length > 0) {
      run.operator.log(`Image-shift offsets of ${traits.name}, distance on the specimen in um`);
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
