import { ImagingError } from '../errors';
import { layoutOf, type Image } from '../image';
import type { AlongAxes, Displacement } from './displacement';
import { Registration, type RegistrationOptions } from './registration';

/**
 * Largest change by the second pass, in pixels of the first comparison; a larger one means that it found something
 * else.
 */
const largestCorrection = 1;
/** Share of the larger side that the second pass removes; less than in the first, whose edges are already gone. */
const secondTrim = 0.02;

/**
 * Measures shifts in two passes: the second compares only the common part of both images, cut out to the nearest pixel
 * of the source images.
 *
 * Detail finer than the compared pixels, and windows that cut through detail, bias a shift in proportion to its
 * fraction of a pixel (by 2 to 6 percent of it with a specimen's usual texture). The second pass removes most of that
 * bias.
 */
export class FineRegistration {
  private readonly first: Registration;
  private readonly second: Registration;

  /** @throws ImagingError 'imaging/bad-argument' for an option outside its range */
  constructor(options: RegistrationOptions = {}) {
    this.first = new Registration(options);
    // In the second pass the answer is near zero.
    this.second = new Registration({
      ...options,
      within: undefined,
      ignoreZeroPeak: false,
      trimFraction: Math.min(secondTrim, options.trimFraction ?? secondTrim),
    });
  }

  /** Like `Registration.measure`; correlation, overlap and rival are those of the first pass. */
  measure(later: Image, reference: Image, expected?: AlongAxes): Displacement {
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
        !again.refined ||
        Math.hypot(again.x + right - found.x, again.y - down - found.y) > largestCorrection * found.binnedBy
      )
        return found;
      return {
        ...found,
        x: right + again.x,
        y: again.y - down,
        binnedBy: again.binnedBy,
        standardError: again.standardError,
        refined: true,
      };
    } catch (error) {
      // Too little of the images is left for a second pass.
      if (error instanceof ImagingError) return found;
      throw error;
    }
  }
}
