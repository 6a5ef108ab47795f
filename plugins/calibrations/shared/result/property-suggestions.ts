import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  firstColumn,
  length,
  normalizeDegrees,
  secondColumn,
} from '../../../../core/base';
import type { PropertySuggestion } from '../../../../core/store';

/** Places of the values of a RotationAndPixel line. */
const fields = { relativeRotation: 1, tiltAxis: 2, pixelSize: 3 } as const;
const angleDecimals = 2;
const pixelDigits = 5;

interface Place {
  readonly camera: CameraIndex;
  readonly magIndex: MagIndex;
}

const line = ({ camera, magIndex }: Place, field: number) => ({
  property: 'RotationAndPixel',
  camera,
  row: magIndex,
  field,
});
const angle = (value: number): number => Number(normalizeDegrees(value).toFixed(angleDecimals)) + 0;
const withError = (standardError: number | undefined) =>
  standardError !== undefined && Number.isFinite(standardError) ? { standardError } : {};

/** The direction of the tilt axis in degrees, for the configuration. */
export const tiltAxisSuggestion = (place: Place, degrees: number, standardError?: number): PropertySuggestion => ({
  ...line(place, fields.tiltAxis),
  value: angle(degrees),
  ...withError(standardError),
  what: 'tilt axis angle',
  unit: 'degrees',
});

/** The rotation from the next lower magnification in degrees, for the configuration. */
export const relativeRotationSuggestion = (place: Place, degrees: number): PropertySuggestion => ({
  ...line(place, fields.relativeRotation),
  value: angle(degrees),
  what: 'relative rotation',
  unit: 'degrees',
});

/** The size of a pixel of the properties in nanometres, for the configuration. */
export const pixelSizeSuggestion = (place: Place, nanometres: number, standardError?: number): PropertySuggestion => ({
  ...line(place, fields.pixelSize),
  value: Number(nanometres.toPrecision(pixelDigits)),
  ...withError(standardError),
  what: 'pixel size',
  unit: 'nm',
});

/** A property of one number, for the configuration. */
export const valueSuggestion = (property: string, value: number, what: string, unit = ''): PropertySuggestion => ({
  property,
  value,
  what,
  unit,
});

/** Standard error in degrees of the rotation that a matrix contains, from the standard errors of its elements. */
export function rotationError(matrix: Matrix, errors: Matrix): number {
  const ofColumn = (pick: typeof firstColumn): number => length(pick(errors)) / Math.SQRT2 / length(pick(matrix));
  return (Math.hypot(ofColumn(firstColumn), ofColumn(secondColumn)) / 2) * (180 / Math.PI);
}
