import { type MagIndex, apply, counted, length } from '../../../../core/base';
import { Cameras } from '../../../../core/devices';
import type { Uses } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { Calibrations } from '../../../../core/store';
import { offsetErrors } from './image-shift-offset-errors';
import { offsetAt, offsetModeOf } from './image-shift-offsets';

/** Services of an item about the image-shift offsets in the mode of the present camera. */
export const offsetNeeds = { cameras: Cameras, optics: Optics, calibrations: Calibrations };

/** An offset as it moves the specimen. */
interface OffsetOnSpecimen {
  readonly magIndex: MagIndex;
  readonly magnification: number;
  readonly micrometres: number;
}

/** Returns the magnifications of the present camera that have an offset and a known effect of image shift. */
export function offsetsOnSpecimen({
  cameras,
  optics,
  calibrations,
}: Uses<typeof offsetNeeds>): readonly OffsetOnSpecimen[] {
  const { traits } = cameras.selected;
  return optics.magnifications.indexes(optics.camera(traits.index)).flatMap((magIndex) => {
    const offset = offsetAt(calibrations, magIndex, offsetModeOf(traits));
    const { magnification, imageShiftToSpecimen } = optics.at({ magIndex, camera: traits.index });
    if (length(offset) === 0 || !imageShiftToSpecimen) return [];
    return [{ magIndex, magnification, micrometres: length(apply(imageShiftToSpecimen, offset)) }];
  });
}

/** Returns all stored offsets of the mode, and says in words which they are. Throws `image-shift-offsets/none` where there are none. */
export function storedOffsets({ cameras, calibrations }: Uses<typeof offsetNeeds>) {
  const eftem = offsetModeOf(cameras.selected.traits);
  const mode = eftem === 1 ? 'energy-filtered' : 'regular';
  const rows = calibrations
    .records('ImageShiftOffsets')
    .all()
    .filter((row) => row.eftem === eftem);
  if (rows.length === 0) throw offsetErrors.none(mode);
  return { rows, inWords: `image-shift offsets at ${counted(rows.length, 'magnification')} in ${mode} mode` };
}
