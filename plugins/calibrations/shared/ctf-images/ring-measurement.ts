import { type Vector, vector } from '../../../../core/base';
import { type Misfit, type Reason, aboveLimit, errorGrowth } from '../../../../core/judgement';
import type { CtfFit } from '../../../../imaging';
import { angstromsPerMicrometre } from './ctf-request';

/** Symmetric matrix of three rows, row by row. */
export type Covariance = readonly number[];

/**
 * Defocus and astigmatism of one state of the lens, from one image or several. Lengths in micrometres, underfocus negative; the defocus along an azimuth t of
 * the camera, Y up, is `defocus + Re(astigmatism * exp(-2it))`, so that the astigmatism is half of the difference that fits report.
 */
export interface RingMeasurement {
  readonly defocus: number;
  readonly astigmatism: Vector;
  /** Of defocus, and of the two components of the astigmatism. */
  readonly covariance: Covariance;
  /** Agreement of the images with each other. */
  readonly misfit: Misfit;
  readonly images: number;
}

/** Numbers of a fit by which they become those of a measurement: underfocus is positive in fits, and their astigmatism is the whole difference. */
const factors = [-1, -0.5, -0.5].map((factor) => factor / angstromsPerMicrometre);

/** Measurement from the fit of one image. */
export function measurementOf({ defocus, covariance }: Pick<CtfFit, 'defocus' | 'covariance'>): RingMeasurement {
  const toMicrometres = (angstroms: number): number => -angstroms / angstromsPerMicrometre;
  return {
    defocus: toMicrometres(defocus.mean),
    astigmatism: vector(toMicrometres(defocus.cosine), toMicrometres(defocus.sine)),
    covariance: covariance.map((each, at) => each * factors[Math.floor(at / 3)]! * factors[at % 3]!),
    misfit: { chiSquare: 0, degreesOfFreedom: 0 },
    images: 1,
  };
}

const indexes: readonly number[] = [0, 1, 2];
const numbersOf = ({ defocus, astigmatism }: RingMeasurement): readonly number[] => [
  defocus,
  astigmatism.x,
  astigmatism.y,
];

/** Inverse of a symmetric matrix of three rows. */
function inverseOf(m: Covariance): Covariance {
  const cofactor = (row: number, column: number): number => {
    const [r, s] = indexes.filter((each) => each !== row);
    const [c, d] = indexes.filter((each) => each !== column);
    const sign = (row + column) % 2 === 0 ? 1 : -1;
    return sign * (m[3 * r! + c!]! * m[3 * s! + d!]! - m[3 * r! + d!]! * m[3 * s! + c!]!);
  };
  const determinant = indexes.reduce((sum, column) => sum + m[column]! * cofactor(0, column), 0);
  return indexes.flatMap((row) => indexes.map((column) => cofactor(column, row) / determinant));
}

const applied = (m: Covariance, values: readonly number[]): readonly number[] =>
  indexes.map((row) => indexes.reduce((sum, column) => sum + m[3 * row + column]! * values[column]!, 0));

/** Mean of images of one state, each with the weight of its errors. Errors grow where the images disagree. */
export function combined(images: readonly RingMeasurement[]): RingMeasurement {
  const [first] = images;
  if (images.length === 1) return first!;
  const weights = images.map(({ covariance }) => inverseOf(covariance));
  const total = inverseOf(first!.covariance.map((_, at) => weights.reduce((sum, weight) => sum + weight[at]!, 0)));
  const pull = indexes.map((row) =>
    images.reduce((sum, image, at) => sum + applied(weights[at]!, numbersOf(image))[row]!, 0),
  );
  const mean = applied(total, pull);
  const chiSquare = images.reduce((sum, image, at) => {
    const off = numbersOf(image).map((each, row) => each - mean[row]!);
    return sum + applied(weights[at]!, off).reduce((square, each, row) => square + each * off[row]!, 0);
  }, 0);
  const misfit = { chiSquare, degreesOfFreedom: 3 * (images.length - 1) };
  const growth = errorGrowth(misfit) ** 2;
  return {
    defocus: mean[0]!,
    astigmatism: vector(mean[1]!, mean[2]!),
    covariance: total.map((each) => each * growth),
    misfit,
    images: images.length,
  };
}

/** Larger standard error of the two components of the astigmatism, in micrometres. */
export const astigmatismError = ({ covariance }: Pick<RingMeasurement, 'covariance'>): number =>
  Math.sqrt(Math.max(covariance[4]!, covariance[8]!));

/** Standard error of the defocus, in micrometres. */
export const defocusError = ({ covariance }: Pick<RingMeasurement, 'covariance'>): number => Math.sqrt(covariance[0]!);

/** Scatter of repeated images, as a multiple of what their errors allow, above which something else than noise moves them. */
const maxScatter = 2;

/** Evidence by the scatter of repeated images. The stated errors have grown with it. */
export const scatterEvidence = (misfit: Misfit, change: string): Reason | undefined =>
  aboveLimit({
    kind: 'misfit',
    what: 'Scatter of repeated images',
    number: errorGrowth(misfit),
    unit: 'times what their errors allow',
    doubtfulAbove: maxScatter,
    why: 'Something changed from one image to the next. The stated errors were made larger accordingly.',
    change,
  });
