import type { CameraIndex, MagIndex } from '../../../../core/base';
import type { MagRange, Optics } from '../../../../core/optics';

/** The mag indexes around one that form low magnification, the primary or the secondary range with it. */
function rangeAround(optics: Optics, magIndex: MagIndex, camera: CameraIndex): MagRange {
  const { range, isLowMagnification } = optics.at({ magIndex, camera });
  const own = optics.magnifications
    .indexes(optics.camera(camera))
    .filter(
      (index) =>
        index >= range.lowest &&
        index <= range.highest &&
        optics.at({ magIndex: index, camera }).isLowMagnification === isLowMagnification,
    );
  return { lowest: Math.min(magIndex, ...own), highest: Math.max(magIndex, ...own) };
}

/**
 * The mag index of a magnification that the operator entered. A number can stand in two ranges of the table, such as
 * low magnification and HC: the present index goes first, then its range, then the whole table.
 */
export function findFrom(
  optics: Optics,
  present: MagIndex,
  magnification: number,
  camera: CameraIndex,
): MagIndex | undefined {
  if (optics.at({ magIndex: present, camera }).magnification === magnification) return present;
  return (
    optics.findMagnification(magnification, camera, rangeAround(optics, present, camera)) ??
    optics.findMagnification(magnification, camera)
  );
}

/** A magnification with its index and range, because the number alone can stand twice in the table. */
export function describePlace(optics: Optics, magIndex: MagIndex, camera: CameraIndex): string {
  const { lowest, highest } = rangeAround(optics, magIndex, camera);
  return `${optics.at({ magIndex, camera }).magnification}x, mag index ${magIndex} of the range ${lowest} to ${highest}`;
}

/** The magnifications of mag indexes for a list to choose from, each once. */
export function magnificationsOffered(
  optics: Optics,
  indexes: readonly MagIndex[],
  camera: CameraIndex,
): readonly { readonly value: number; readonly label: string }[] {
  const magnifications = new Set(indexes.map((magIndex) => optics.at({ magIndex, camera }).magnification));
  return [...magnifications].map((value) => ({ value, label: `${value}x` }));
}
