import { type ImageShiftUnits, type Vector, apply, inverse, product } from '../../base';
import type { OpticalPlace } from '../geometry/optical-knowledge';
import type { Optics } from '../optics';

/**
 * The image shift, in image-shift units, that moves the specimen at another magnification of another camera as far as
 * `value` does here; unchanged if that is unknown or unnecessary.
 */
export function convertImageShift(
  optics: Pick<Optics, 'at' | 'canTransferImageShift'>,
  value: Vector<ImageShiftUnits>,
  from: OpticalPlace,
  to: OpticalPlace,
): Vector<ImageShiftUnits> {
  if (from.camera === to.camera && optics.canTransferImageShift(from.magIndex, to.magIndex, from.camera)) return value;
  const places = [from, to].map((place) => optics.at(place));
  const [shiftHere, shiftThere] = places.map(({ imageShiftToCamera }) => imageShiftToCamera?.matrix);
  const [here, there] = places.map(({ specimenToCamera }) => specimenToCamera);
  const [back, specimen] = [shiftThere && inverse(shiftThere), here && inverse(here)];
  return back && there && specimen && shiftHere
    ? (apply(product(back, there, specimen, shiftHere), value) as Vector<ImageShiftUnits>)
    : value;
}
