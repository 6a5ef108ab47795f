import { badArgument, singularFit } from '../errors';
import type { Vector } from '../coordinates';
import type { Texture, View } from './texture';

// A look-up of a global for every number is slow where scripts run in a context of their own, as tests do.
const { cos, PI: pi, sin } = Math;

/** Two noisy images of one texture. */
export interface ImagePair {
  readonly texture: Texture;
  readonly rows: number;
  readonly columns: number;
  readonly countsPerPixel: number;
  /** Standard deviation of the expected counts relative to their mean. */
  readonly contrast: number;
  /** The view of both images, apart from the shift. */
  readonly view?: Omit<View, 'shift'>;
}

/**
 * The Cramer-Rao bound: the smallest standard deviation that any unbiased estimate of the shift between two images can
 * have.
 *
 * Both images hold independent Poisson counts, and neither of them is known without noise. Let l(q) be the expected
 * counts in the common part of the two images. A pixel of one image alone would carry the Fisher information `grad l
 * grad l^T / l` on a displacement of a *known* pattern. Here the pattern is a nuisance: per point, with unknowns (l, d)
 * and the two counts n1 ~ P(l), n2 ~ P(l + g.d), the information matrix is `[[2, g], [g, g g^T]] / l`, and eliminating
 * l (Schur complement) leaves `g g^T / (2 l)`. The sum over the common pixels is inverted:
 *
 *     cov(d) >= ( sum over common pixels of  g g^T / (2 l) )^-1,     g = grad l
 *
 * that is, sigma^2 = 2 N / sum (dl/dx)^2 for weak contrast at N counts per pixel. The derivatives are the analytic ones
 * of the texture. Source: S. M. Kay, Fundamentals of Statistical Signal Processing: Estimation Theory (1993), chapter 3
 * (vector bound, nuisance parameters); for image registration D. Robinson and P. Milanfar, IEEE Trans. Image Processing
 * 13 (2004) 1185-1199.
 *
 * @returns the bound for a displacement (X right, Y up): standard deviations along X and Y, all in pixels of the image.
 * It throws 'imaging/singular-fit' when the common part has no information.
 * @throws ImagingError 'imaging/bad-argument' when the counts are not positive
 */
export function shiftBound(pair: ImagePair): (shift: Vector) => Vector {
  const { texture, rows, columns, countsPerPixel, contrast, view = {} } = pair;
  if (!(countsPerPixel > 0)) throw badArgument('shiftBound', `${countsPerPixel} counts per pixel tell nothing`);
  const pattern = texture.render(rows, columns, view).data;
  const gradient = texture.renderGradient(rows, columns, view);
  const weights = pattern.map((value) => {
    const relative = 1 + contrast * value;
    // Counts are cut off at zero where the pattern would be negative; such pixels carry no information.
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
    if (!(determinant > 0))
      throw singularFit('shiftBound', 'the common part of the two images does not tell the shift');
    return { x: Math.sqrt(yy / determinant), y: Math.sqrt(xx / determinant) };
  };
}

/** Steps of the integral over the plane of frequencies, along the radius and around half a turn. */
const radialSteps = 400;
const angularSteps = 90;

/**
 * The same bound when the pattern is random and seen in these two images only. It is tighter, and the right one at low
 * counts.
 *
 * `shiftBound` assumes that the pattern can be known exactly; where the noise exceeds the pattern, no estimate reaches
 * that bound. For a Gaussian pattern of power density S seen twice in white noise, with q(f) the ratio of pattern to
 * noise at frequency f,
 *
 *     cov(d) >= ( n * integral over f of  (2 pi)^2 f f^T q^2 / (1 + 2 q) )^-1,     q = N c^2 S(f) m(f)^2
 *
 * (n common pixels, N counts per pixel, contrast c, m the transfer of the mean over a pixel). Source: C. H. Knapp and G.
 * C. Carter, IEEE Trans. Acoustics, Speech and Signal Processing 24 (1976) 320-327, written for two dimensions. It
 * tends to `shiftBound` for large q.
 *
 * @param pair only `binning` of its view is used; frequencies above half a cycle a pixel of the image are left out
 * @returns the bound for a displacement: standard deviations along X and Y, in pixels of the image. It throws
 * 'imaging/singular-fit' when nothing is common.
 * @throws ImagingError 'imaging/bad-argument' when the counts are not positive
 */
export function randomPatternBound(pair: ImagePair): (shift: Vector) => Vector {
  const { texture, rows, columns, countsPerPixel, contrast, view = {} } = pair;
  if (!(countsPerPixel > 0)) throw badArgument('randomPatternBound', `${countsPerPixel} counts per pixel tell nothing`);
  const { binning = 1 } = view;
  const step = 0.5 / radialSteps;
  const turn = pi / angularSteps;
  let xx = 0;
  let yy = 0;
  for (let radial = 0; radial < radialSteps; radial++) {
    const frequency = (radial + 0.5) * step;
    const strength = (countsPerPixel * contrast ** 2 * texture.powerDensity(frequency / binning)) / binning ** 2;
    for (let angular = 0; angular < angularSteps; angular++) {
      const x = frequency * cos((angular + 0.5) * turn);
      const y = frequency * sin((angular + 0.5) * turn);
      const ratio = strength * (sinc(x) * sinc(y)) ** 2;
      // Half a turn is enough, by symmetry.
      const share = (2 * (2 * pi) ** 2 * ratio ** 2 * frequency * step * turn) / (1 + 2 * ratio);
      xx += share * x * x;
      yy += share * y * y;
    }
  }
  return (shift) => {
    const common = Math.max(0, columns - Math.abs(shift.x)) * Math.max(0, rows - Math.abs(shift.y));
    if (!(common * xx > 0))
      throw singularFit('randomPatternBound', 'the common part of the two images does not tell the shift');
    return { x: 1 / Math.sqrt(common * xx), y: 1 / Math.sqrt(common * yy) };
  };
}

const sinc = (x: number): number => sin(pi * x) / (pi * x);
