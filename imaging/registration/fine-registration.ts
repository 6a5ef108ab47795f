import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import type { AlongAxes, Displacement } from './displacement';
import type { Cut } from './alignment';
import type { Pair } from './cross-spectrum';
import type { ImagePart } from './field-fit';
import { Registration } from './registration';

const where = 'FineRegistration.measure';
/** Share of the larger side that is left out at each edge; less than in the search for the peak. */
const trimFraction = 0.02;

/**
 * Measures shifts in two passes: the second compares only the common part of both images, cut out to the nearest pixel
 * of the source images.
 *
 * Detail finer than the compared pixels, and windows that cut through detail, bias a shift in proportion to its
 * fraction of a pixel (by 2 to 6 percent of it with a specimen's usual texture). The second pass removes most of that
 * bias.
 */
export class FineRegistration extends Registration {
  /** Like `Registration.measure`; correlation, overlap and rival are those of the first pass. */
  override measure(later: Image, reference: Image, known?: AlongAxes): Displacement {
    const peak = this.peak(layoutOf(later, where), layoutOf(reference, where), known);
    const [rows = 0, columns = 0] = later.shape;
    const trim = Math.floor(trimFraction * Math.max(rows, columns));
    const { factor } = peak;
    const cut = ([x, y]: Pair): Cut | undefined => {
      const [right, down] = [Math.round(x * factor), Math.round(y * factor)];
      const [width, height] = [columns - 2 * trim - Math.abs(right), rows - 2 * trim - Math.abs(down)];
      if (Math.min(width, height) < factor) return undefined;
      const part = (source: Image, sign: number): ImagePart => {
        const [left, top] = [trim + Math.max(0, sign * right), trim + Math.max(0, sign * down)];
        const { data, shape } = reduce(source.lo(top, left).hi(height, width), factor);
        return { pixels: data, stride: shape[1]!, left: 0, top: 0 };
      };
      return {
        base: [right / factor, down / factor],
        later: part(later, -1),
        earlier: part(reference, 1),
        width: Math.floor(width / factor),
        height: Math.floor(height / factor),
      };
    };
    return this.displacement(peak, known, factor, cut);
  }
}
