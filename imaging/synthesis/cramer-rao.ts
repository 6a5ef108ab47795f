import { badArgument, singularFit } from '../errors';
import type { Vector } from '../geometry/coordinates';
import type { Texture, View } from './texture';

/** Two noisy images of one texture. */
export interface ImagePair {
  readonly texture: Texture;
  readonly rows: number;
  readonly columns: number;
  readonly countsPerPixel: number;
  /** Standard deviation of the expected counts relative to their mean. */
  readonly contrast: number;
  /** How both images are looked at, apart from the shift. */
  readonly view?: Omit<View, 'shift'>;
}

/**
 * The Cramer-Rao bound: the smallest standard deviation that any unbiased estimate of the shift between two images can have.
 *
 * Both images hold independent Poisson counts, and neither of them is known without noise. Let l(q) be the expected counts in the
 * common part of the two images. A pixel of one image alone would carry the Fisher information `grad l grad l^T / l` on a
 * displacement of a *known* pattern. Here the pattern is a nuisance: per point, with unknowns (l, d) and the two counts
 * n1 ~ P(l), n2 ~ P(l + g.d), the information matrix is `[[2, g], [g, g g^T]] / l`, and eliminating l (Schur complement) leaves
 * `g g^T / (2 l)`. The sum over the common pixels is inverted:
 *
 *     cov(d) >= ( sum over common pixels of  g g^T / (2 l) )^-1,     g = grad l
 *
 * that is, sigma^2 = 2 N / sum (dl/dx)^2 for weak contrast at N counts a pixel. The derivatives are the analytic ones of the
 * texture. Source: S. M. Kay, Fundamentals of Statistical Signal Processing: Estimation Theory (1993), chapter 3 (vector bound,
 * nuisance parameters); for image registration D. Robinson and P. Milanfar, IEEE Trans. Image Processing 13 (2004) 1185-1199.
 *
 * @returns the bound for a displacement (X right, Y up): standard deviations along X and Y, all in pixels of the image. It throws
 *   'imaging/singular-fit' when the common part tells nothing.
 * @throws ImagingError 'imaging/bad-argument' when the counts are not positive
 */
export function shiftBound(pair: ImagePair): (shift: Vector) => Vector {
  const { texture, rows, columns, countsPerPixel, contrast, view = {} } = pair;
  if (!(countsPerPixel > 0)) throw badArgument('shiftBound', `${countsPerPixel} counts a pixel tell nothing`);
  const pattern = texture.render(rows, columns, view).data;
  const gradient = texture.renderGradient(rows, columns, view);
  const weights = pattern.map((value) => {
    const relative = 1 + contrast * value;
    // Counts are cut off at zero where the pattern would go below; such pixels carry no information.
    return relative > 0 ? (countsPerPixel * contrast * contrast) / (2 * relative) : 0;
  });
  return (shift) => {
    // The unshifted image holds the common part displaced by +shift (camera sense), so these are its rows and columns.
    const firstColumn = Math.max(0, Math.ceil(shift.x));
    const lastColumn = Math.min(columns - 1, Math.floor(columns - 1 + shift.x));
    const firstRow = Math.max(0, Math.ceil(-shift.y));
    const lastRow = Math.min(rows - 1, Math.floor(rows - 1 - shift.y));
    let xx = 0;
    let xy = 0;
    let yy = 0;
    for (let row = firstRow; row <= lastRow; row++) {
      for (let index = row * columns + firstColumn; index <= row * columns + lastColumn; index++) {
        const weight = weights[index] as number;
        const x = gradient.x.data[index] as number;
        const y = gradient.y.data[index] as number;
        xx += weight * x * x;
        xy += weight * x * y;
        yy += weight * y * y;
      }
    }
    const determinant = xx * yy - xy * xy;
    if (!(determinant > 0)) throw singularFit('shiftBound', 'the common part of the two images does not tell the shift');
    return { x: Math.sqrt(yy / determinant), y: Math.sqrt(xx / determinant) };
  };
}
