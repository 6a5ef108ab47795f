import {
  type Vector,
  counted,
  inDegrees,
  length,
  normalizeDegrees,
  radians,
  readable,
  withError,
} from '../../../../core/base';
import type { FocusShots, FoundFocusCurve, TiltDirection } from '../../../../core/tuning';
import type { FocusFit, MeasuredLevel } from './focus-analysis';
import type { FocusSeries } from './take-focus-series';

/** Changes of a focus calibration against an earlier one. */
export interface FocusChanges {
  readonly changePercent: number;
  readonly changeDegrees: number;
  readonly defocusChangePercent: number;
}

const axes: Readonly<Record<TiltDirection, string>> = { 0: 'X', 1: 'X and Y', 2: 'Y', 3: '-X and Y' };
const sources: Readonly<Record<FoundFocusCurve['source'], string>> = {
  measured: 'measured directly',
  'by image-shift calibrations': 'derived by image-shift calibrations',
  'by pixel sizes and rotations': 'derived by pixel sizes and rotations',
};

/** Direction of a vector in degrees, counter-clockwise from X. */
export const directionOf = ({ x, y }: Vector): number => inDegrees(radians(Math.atan2(y, x)));

/** Standard errors of the length of the slope and of its direction. */
export function slopeErrors({ slope: { x, y }, slopeError }: Pick<FocusFit, 'slope' | 'slopeError'>): {
  readonly slope: number;
  readonly slopeDirection: number;
} {
  const size = Math.hypot(x, y);
  return {
    slope: Math.hypot(x * slopeError.x, y * slopeError.y) / size,
    slopeDirection: inDegrees(radians(Math.hypot(y * slopeError.x, x * slopeError.y) / size ** 2)),
  };
}

/** The changes of the slope, and of the defocus that it measures, against the calibration that was in use before. */
export function changesAgainst({ slope: old }: FoundFocusCurve, { slope }: FocusFit): FocusChanges {
  return {
    changePercent: 100 * (length(slope) / length(old) - 1),
    changeDegrees: normalizeDegrees(directionOf(slope) - directionOf(old)),
    defocusChangePercent: 100 * (length(slope) ** 2 / (slope.x * old.x + slope.y * old.y) - 1),
  };
}

/** The lines of the log about a focus calibration. */
export function describeFocusFit(
  fit: FocusFit,
  series: FocusSeries,
  more: {
    readonly shots: FocusShots;
    readonly before: FoundFocusCurve | undefined;
    readonly changes: FocusChanges | undefined;
  },
): readonly string[] {
  const { slope, slopeError, intercept } = fit;
  const { tilt, direction, conditions } = more.shots;
  const said = (value: number, error: number): string => withError(value, error);
  const lines = [
    `Mag index ${conditions.magIndex}: slope ${said(tilt * slope.x, tilt * slopeError.x)}, ${said(tilt * slope.y, tilt * slopeError.y)} px per um at this tilt, intercept ${readable(tilt * intercept.x, 2)}, ${readable(tilt * intercept.y, 2)} px.`,
    `For a unit of tilt: ${said(slope.x, slopeError.x)}, ${said(slope.y, slopeError.y)} px per um, with a tilt of ${readable(tilt, 2)} along ${axes[direction]}.`,
    `Present defocus ${said(fit.presentDefocus, fit.presentDefocusError)} um; the curve passes no displacement at ${readable(fit.distanceFromOrigin, 1)} px.`,
    ...lostRemarks(series.levels),
  ];
  const { before, changes } = more;
  if (before && changes)
    lines.push(
      `Against the calibration before (${sources[before.source]}): length ${readable(changes.changePercent, 2)} %, rotation ${readable(changes.changeDegrees, 2)} degrees, measured defocus ${readable(changes.defocusChangePercent, 2)} %.`,
    );
  return lines;
}

/** A remark about the levels that were left out, where there are any. */
export function lostRemarks(levels: readonly MeasuredLevel[]): readonly string[] {
  const lost = levels.filter((level) => level.lost !== undefined);
  if (lost.length === 0) return [];
  return [
    `${counted(lost.length, 'level')} left out, where the curve goes on between the neighbours: ${lost.map(({ defocus }) => `${readable(defocus, 1)} um`).join(', ')}.`,
  ];
}
