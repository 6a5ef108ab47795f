import { apply, length } from '../../../core/base';
import { Cameras } from '../../../core/devices';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { offsetAt, offsetModeOf } from './offsets/image-shift-offsets';

/** Lists how far the image-shift offsets of the present camera's mode move the specimen. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/list-mag-is-offsets',
  menu: ['Image & Stage Shift'],
  label: 'List Mag IS Offsets',
  summary: 'Lists the image-shift offsets between magnifications for the present camera.',
  touchesNothing: true,
  needs: [Cameras, Optics, Calibrations],
  results: {
    offsets:
      'For each mag that has an offset and a known effect of image shift: magIndex, magnification, and the distance on the specimen in micrometres.',
  },
  units: { 'offsets.distance': 'um' },
})
export default class ListMagnificationOffsets implements MenuItem {
  constructor(
    private readonly cameras: Cameras,
    private readonly optics: Optics,
    private readonly calibrations: Calibrations,
  ) {}

  unavailable(): string | undefined {
    return this.cameras.selected.traits.stem ? 'not with a STEM camera' : undefined;
  }

  async run(run: Run): Promise<CalibrationResult> {
    const { traits } = this.cameras.selected;
    const indexes = this.optics.magnifications.indexes(this.optics.camera(traits.index));
    const offsets = indexes.flatMap((magIndex) => {
      const offset = offsetAt(this.calibrations, magIndex, offsetModeOf(traits));
      const toSpecimen = this.optics.imageShiftToSpecimen(magIndex, traits.index);
      if (length(offset) === 0 || !toSpecimen) return [];
      return [
        {
          magIndex,
          magnification: this.optics.magnificationFor(magIndex, traits.index),
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
        `${String(magIndex).padStart(5)} ${String(magnification).padStart(9)} ${micrometres.toFixed(3).padStart(9)}`,
      );
    if (offsets.length === 0) run.operator.log('There are no image-shift offsets between magnifications.');
    return run.report({ summary: `${offsets.length} image-shift offsets.`, values: { offsets } });
  }
}
