/** The stable codes of all errors in the numerics. */
export type ImagingErrorCode =
  | 'imaging/bad-argument'
  | 'imaging/bad-size'
  | 'imaging/constant-image'
  | 'imaging/edge-not-found'
  | 'imaging/empty-image'
  | 'imaging/no-convergence'
  | 'imaging/no-overlap'
  | 'imaging/not-finite'
  | 'imaging/shape-mismatch'
  | 'imaging/singular-fit'
  | 'imaging/too-few-points';

/** An error in a numerical step: what happened, where, and what to do about it. */
export class ImagingError extends Error {
  override readonly name = 'ImagingError';

  constructor(
    readonly code: ImagingErrorCode,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** An argument lies outside what the function is defined for. */
export function badArgument(
  where: string,
  what: string,
  hint = 'Correct the argument; the documentation of the function states its range.',
): ImagingError {
  return new ImagingError('imaging/bad-argument', `${where}: ${what}.`, hint);
}

/** A size is not usable, for example not a positive whole number or not a transform size. */
export function badSize(
  where: string,
  what: string,
  hint = 'Use a positive whole number of rows and columns.',
): ImagingError {
  return new ImagingError('imaging/bad-size', `${where}: ${what}.`, hint);
}

/** All pixels have one value, so there is nothing to measure. */
export function constantImage(where: string, value?: number): ImagingError {
  const level = value === undefined ? '' : ` (${value})`;
  return new ImagingError(
    'imaging/constant-image',
    `${where}: every pixel of the image has the same value${level}.`,
    'Check that the beam is on, the screen is up, the valves are open and the camera is not saturated.',
  );
}

/** A contour (such as the rim of the beam disc) was not found. */
export function edgeNotFound(where: string, what: string): ImagingError {
  return new ImagingError(
    'imaging/edge-not-found',
    `${where}: ${what}.`,
    'Make sure that a good part of the edge lies in the image and stands out against what is around it.',
  );
}

/** The image has no pixels. */
export function emptyImage(where: string): ImagingError {
  return new ImagingError(
    'imaging/empty-image',
    `${where}: the image has no pixels.`,
    'Check the area and the binning of the exposure.',
  );
}

/** An iteration ended without settling. */
export function noConvergence(where: string, iterations: number): ImagingError {
  return new ImagingError(
    'imaging/no-convergence',
    `${where}: not settled after ${iterations} iterations.`,
    'Start closer to the solution, look for points that do not belong to the rest, or allow more iterations.',
  );
}

/** Two images have too little in common at every shift that was tried. */
export function noOverlap(where: string, smallestOverlap: number): ImagingError {
  return new ImagingError(
    'imaging/no-overlap',
    `${where}: at no shift do the images overlap by ${(100 * smallestOverlap).toFixed(1)} % or more.`,
    'Make the shift between the two images smaller, or check the expected shift.',
  );
}

/** A pixel or a number is NaN or infinite. */
export function notFinite(where: string, what = 'the image holds NaN or infinite pixels'): ImagingError {
  return new ImagingError(
    'imaging/not-finite',
    `${where}: ${what}.`,
    'Check the gain reference and the defect list of the camera, or the values that were passed.',
  );
}

/** Two shapes that must be the same differ. */
export function shapeMismatch(where: string, one: readonly number[], other: readonly number[]): ImagingError {
  return new ImagingError(
    'imaging/shape-mismatch',
    `${where}: the shapes ${one.join(' x ')} and ${other.join(' x ')} do not go together.`,
    'Take both with the same area and binning.',
  );
}

/** The data do not determine all unknowns of a fit. */
export function singularFit(where: string, what = 'the data do not determine all unknowns'): ImagingError {
  return new ImagingError(
    'imaging/singular-fit',
    `${where}: ${what}.`,
    'Spread the measurements over both directions, or fit fewer unknowns.',
  );
}

/** There are fewer data points than the computation needs. */
export function tooFewPoints(where: string, given: number, needed: number): ImagingError {
  return new ImagingError(
    'imaging/too-few-points',
    `${where}: ${given} usable points, at least ${needed} needed.`,
    'Measure more points.',
  );
}
