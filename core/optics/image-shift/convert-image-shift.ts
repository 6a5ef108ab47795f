import { type ImageShiftUnits, type Vector, apply, inverse, product } from '../../base';
import type { OpticalPlace } from '../instrument';
import type { Optics } from '../optics';

/**
 * The image shift, in image-shift units, that moves the specimen at another magnification of another camera as far as
 * `value` does here; unchanged if that is unknown or unnecessary.
 */
export function convertImageShift(
  optics: Pick<Optics, 'canTransferImageShift' | 'imageShiftToCamera' | 'specimenToCamera'>,
  value: Vector<ImageShiftUnits>,
  from: OpticalPlace,
  to: OpticalPlace,
): Vector<ImageShiftUnits> {
  if (from.camera === to.camera && optics.canTransferImageShift(from.magIndex, to.magIndex, from.camera)) return value;
  const [shiftHere, shiftThere] = [from, to].map(
    ({ magIndex, camera }) => optics.imageShiftToCamera(magIndex, camera)?.matrix,
  );
  const [here, there] = [from, to].map(({ magIndex, camera }) => optics.specimenToCamera(magIndex, camera));
  const [back, specimen] = [shiftThere && inverse(shiftThere), here && inverse(here)];
  return back && there && specimen && shiftHere
    ? (apply(product(back, there, specimen, shiftHere), value) as Vector<ImageShiftUnits>)
    : value;
}
