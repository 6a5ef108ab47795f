import { ImagingError } from '../errors';
import { layoutOf, type Image } from '../image';
import { type Displacement, Registration, type RegistrationOptions } from './registration';

/** The second look may move the answer by this much, in pixels as compared the first time; beyond that it found something else. */
const largestCorrection = 1;
/** Share of the larger side that is cut off in the second look; less than in the first, whose edges have already gone. */
const secondTrim = 0.02;

/**
 * Measures shifts in two looks: the second compares only what both images show, cut out to the nearest pixel of the images as given.
 *
 * What detail finer than the pixels compared, and windows that cut through detail, do to a shift grows with the part of a pixel by which it
 * differs from whole ones (2 to 6 percent of that part with a specimen's usual texture); the second look leaves little of it.
 */
export class FineRegistration {
  private readonly first: Registration;
  private readonly second: Registration;

  /** @throws ImagingError 'imaging/bad-argument' for an option outside its range */
  constructor(options: RegistrationOptions = {}) {
    this.first = new Registration(options);
    // In the second look the answer lies near zero.
    this.second = new Registration({
      ...options,
      ignoreZeroPeak: false,
      trimFraction: Math.min(secondTrim, options.trimFraction ?? secondTrim),
    });
  }

  /** As `Registration.measure`, whose correlation, overlap and rival are those of the first look. */
  measure(later: Image, reference: Image, expected?: { readonly x: number; readonly y: number }): Displacement {
    const found = this.first.measure(later, reference, expected);
    const { rows, columns } = layoutOf(later, 'FineRegistration.measure');
    const [right, down] = [Math.round(found.x), Math.round(-found.y)];
    const cut = (source: Image, sign: number): Image =>
      source
        .lo(Math.max(0, sign * down), Math.max(0, sign * right))
        .hi(rows - Math.abs(down), columns - Math.abs(right));
    try {
      const again = this.second.measure(cut(later, -1), cut(reference, 1));
      if (
        !again.standardError ||
        Math.hypot(again.x + right - found.x, again.y - down - found.y) > largestCorrection * found.binnedBy
      )
        return found;
      return {
        ...found,
        x: right + again.x,
        y: again.y - down,
        binnedBy: again.binnedBy,
        standardError: again.standardError,
      };
    } catch (error) {
      // Too little of the images is left for a second look.
      if (error instanceof ImagingError) return found;
      throw error;
    }
  }
}
