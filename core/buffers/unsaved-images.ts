import { type BufferedImage, bufferNames, type ImageBuffers } from '../kernel';

/** The parameter set whose images are protected. */
const protectedSet = 'Record';

/** True for a single Record image that no file holds. A live image is nobody's to keep. */
const isUnsaved = ({ context }: BufferedImage): boolean =>
  context.parameterSet === protectedSet &&
  (context.kind ?? 'acquired') === 'acquired' &&
  !context.live &&
  !context.saved;

/** True for two buffers with the same image; the command line reads each buffer from a file of its own. */
function isSame(one: BufferedImage, other: BufferedImage): boolean {
  if (one.frame === other.frame) return true;
  const [first, second] = [one.context.takenAt?.getTime(), other.context.takenAt?.getTime()];
  if (first === undefined || first !== second || one.frame.camera !== other.frame.camera) return false;
  // Files keep the second in which an image was taken, and two can be taken in one.
  const [pixels, others] = [one.frame.image.data, other.frame.image.data];
  return pixels.length === others.length && pixels.every((each, at) => each === others[at]);
}

/**
 * The unsaved Record image that is lost when an image comes into a buffer, or into A from the camera while older ones roll; undefined where none is. One
 * that another buffer holds as well is not lost.
 */
export function unsavedLoss(
  buffers: Pick<ImageBuffers, 'get' | 'all' | 'rollCount'>,
  into?: string,
): BufferedImage | undefined {
  const rolls = into === undefined && !buffers.get('A')?.context.live;
  const dropped = into ?? (rolls ? bufferNames[Math.min(bufferNames.length - 1, buffers.rollCount)]! : 'A');
  const image = buffers.get(dropped);
  if (!image || !isUnsaved(image)) return undefined;
  const isElsewhere = buffers.all().some((each) => each.buffer !== dropped && isSame(each, image));
  return isElsewhere ? undefined : image;
}
