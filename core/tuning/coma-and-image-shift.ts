import { type ImageShiftUnits, type MagIndex, type Matrix, type Vector, apply, magIndex as asMagIndex } from '../base';
import type { ProbeMode } from '../devices';

/** Changes of beam tilt and objective stigmator that keep an image free of coma and astigmatism when the image shift changes. */
export interface ComaAndImageShift {
  /** Conditions under which they were measured. */
  readonly magIndex: MagIndex;
  readonly spotSize: number;
  readonly probe: ProbeMode;
  /** Convergence setting of a JEOL column; undefined where there is none. */
  readonly alpha?: number;
  /** Condenser aperture in micrometres; 0 where it is not known. */
  readonly aperture: number;
  readonly intensity: number;
  /** Units of beam tilt for a unit of image shift. */
  readonly tilt: Matrix;
  /** Share of the range of the stigmator for a unit of image shift. */
  readonly stigmator: Matrix;
}

/** The number that a settings file writes for a column without alpha. */
const withoutAlpha = -999;

const numbersOf = ({ xpx, xpy, ypx, ypy }: Matrix): readonly number[] => [xpx, xpy, ypx, ypy];
const matrixAt = (values: readonly number[], at: number): Matrix => ({
  xpx: values[at] ?? 0,
  xpy: values[at + 1] ?? 0,
  ypx: values[at + 2] ?? 0,
  ypy: values[at + 3] ?? 0,
});

/** Decimals that a settings file keeps. */
const decimals = 6;

/** Numbers of the user setting `ComaVsISCal`. */
export const comaSetting = (given: ComaAndImageShift): readonly number[] =>
  [
    given.magIndex,
    given.spotSize,
    given.probe === 'micro' ? 1 : 0,
    given.alpha ?? withoutAlpha,
    given.aperture,
    given.intensity,
    ...numbersOf(given.tilt),
    ...numbersOf(given.stigmator),
  ].map((each) => Number(each.toFixed(decimals)));

/** The calibration of a user setting `ComaVsISCal`; undefined where it was not measured. One without a part for the stigmator leaves it alone. */
export function comaOfSetting(values: readonly number[]): ComaAndImageShift | undefined {
  const [magIndex, spotSize, probe, alpha, aperture, intensity] = values;
  if (values.length < 10 || !(magIndex! > 0)) return undefined;
  return {
    magIndex: asMagIndex(magIndex!),
    spotSize: spotSize!,
    probe: probe === 0 ? 'nano' : 'micro',
    ...(alpha! >= 0 && { alpha: alpha! }),
    aperture: aperture!,
    intensity: intensity!,
    tilt: matrixAt(values, 6),
    stigmator: matrixAt(values, 10),
  };
}

/** Changes of beam tilt and stigmator for a change of the image shift at the magnification of the calibration. */
export const comaChange = (
  { tilt, stigmator }: Pick<ComaAndImageShift, 'tilt' | 'stigmator'>,
  change: Vector<ImageShiftUnits>,
): { readonly tilt: Vector; readonly stigmator: Vector } => ({
  tilt: apply(tilt, change),
  stigmator: apply(stigmator, change),
});
