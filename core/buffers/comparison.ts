import type { Vector } from '../base';
import type { CameraArea } from '../devices';
import type { BufferedImage } from '../kernel';
import {
  type Displacement,
  erasePeriodicWaves,
  findPeriodicity,
  type Image,
  reduce,
  Registration,
} from '../../imaging';
import { bufferErrors } from './errors';

/** Shift of the image in A against another one, in pixels of A. */
export interface MeasuredShift {
  readonly shift: Vector;
  readonly standardError: Vector;
  readonly correlation: number;
}

/** Fewest pixels along each side that two images must have in common. */
const minCommonSide = 32;
/** Largest side of images in which repeats are sought. */
const maxErasedSide = 1024;

/**
 * Measures the shift that aligns one image with another one of the same camera. Their binnings and areas may differ: the part of the camera that both show is
 * compared, at the coarser binning. @throws EucentricError `buffers/not-comparable`, `buffers/doubtful-alignment`
 */
export function measureShift(
  later: BufferedImage,
  reference: BufferedImage,
  {
    keepBorders = false,
    erasePeriodic = false,
  }: { readonly keepBorders?: boolean; readonly erasePeriodic?: boolean } = {},
): MeasuredShift {
  const { buffer } = reference;
  const [own, other] = [later.frame, reference.frame];
  if (own.camera !== other.camera)
    throw bufferErrors.notComparable(
      buffer,
      `they are of cameras ${own.camera} and ${other.camera}`,
      'Align images of one camera.',
    );
  if (later.context.magIndex !== reference.context.magIndex)
    throw bufferErrors.notComparable(
      buffer,
      `they were taken at mag indexes ${later.context.magIndex} and ${reference.context.magIndex}`,
      'Align images of one magnification.',
    );
  const binnings = [own.exposure.binning, other.exposure.binning];
  const coarser = Math.max(...binnings);
  const factors = binnings.map((binning) => coarser / binning);
  if (!factors.every(Number.isInteger))
    throw bufferErrors.notComparable(
      buffer,
      `neither of the binnings ${binnings.join(' and ')} is a whole multiple of the other`,
      'Take one of the images again with the binning of the other.',
    );
  const common = intersection(own.exposure.area, other.exposure.area);
  const side = Math.min(common.right - common.left, common.bottom - common.top) / coarser;
  if (!(side >= minCommonSide))
    throw bufferErrors.notComparable(
      buffer,
      'they show different parts of the camera',
      'Take one of the images again with the area of the other.',
    );
  const [one, two] = [partOf(later, common, factors[0]!), partOf(reference, common, factors[1]!)];
  const registration = new Registration(keepBorders ? { trimFraction: 0 } : {});
  // Waves are found as well in a smaller image, in a fraction of the time.
  const less = Math.max(1, Math.ceil(Math.max(...one.shape) / maxErasedSide));
  const smaller = (each: Image): Image => (less > 1 ? reduce(each, less) : each);
  const withoutWaves = () =>
    scaled(registration.measure(erasePeriodicWaves(smaller(one)), erasePeriodicWaves(smaller(two))), less);
  const found = erasePeriodic ? withoutWaves() : registration.measure(one, two);
  if (!found.trusted)
    throw bufferErrors.doubtful(
      buffer,
      found.findings.map(({ text }) => text),
    );
  const wave = erasePeriodic ? undefined : findPeriodicity(one);
  // Images that repeat fit as well a whole repeat beside the right shift.
  if (wave) {
    const other = withoutWaves();
    if (!other.trusted || Math.hypot(other.x - found.x, other.y - found.y) > wave.period / 4)
      throw bufferErrors.repeating(buffer, (wave.period * coarser) / own.exposure.binning);
  }
  const inA = (value: number): number => (value * coarser) / own.exposure.binning;
  const { standardError } = found;
  return {
    shift: { x: inA(found.x), y: inA(found.y) },
    standardError: { x: inA(standardError.x), y: inA(standardError.y) },
    correlation: found.correlation,
  };
}

/** A displacement of reduced images in pixels of the images themselves. */
const scaled = (
  { x, y, standardError, correlation, trusted, findings }: Displacement,
  by: number,
): Pick<Displacement, 'x' | 'y' | 'standardError' | 'correlation' | 'trusted' | 'findings'> => ({
  x: x * by,
  y: y * by,
  standardError: { x: standardError.x * by, y: standardError.y * by },
  correlation,
  trusted,
  findings,
});

const intersection = (one: CameraArea, other: CameraArea): CameraArea => ({
  left: Math.max(one.left, other.left),
  top: Math.max(one.top, other.top),
  right: Math.min(one.right, other.right),
  bottom: Math.min(one.bottom, other.bottom),
});

/** The part of an image that shows an area of the camera, reduced by a factor. */
function partOf({ frame: { image, exposure } }: BufferedImage, area: CameraArea, factor: number): Image {
  const { binning } = exposure;
  const [left, top] = [
    Math.round((area.left - exposure.area.left) / binning),
    Math.round((area.top - exposure.area.top) / binning),
  ];
  const [width, height] = [area.right - area.left, area.bottom - area.top].map(
    (unbinned) => factor * Math.floor(unbinned / (binning * factor)),
  ) as [number, number];
  const part = image.lo(top, left).hi(height, width);
  return factor === 1 ? part : reduce(part, factor);
}
