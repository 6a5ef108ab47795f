import { type Vector, length, scale, subtract } from '../../../../core/base';
import type { Plot } from '../../../../core/kernel';
import type { FocusFit, MeasuredLevel } from './focus-analysis';

const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y;

/** Displacement along its own direction over defocus, with the curve through it once there is one. */
export function focusCurvePlot(levels: readonly MeasuredLevel[], fit?: FocusFit): Plot {
  const good = levels.filter(({ lost }) => lost === undefined);
  const way = fit?.slope ?? (good.length > 1 ? subtract(good.at(-1)!.shift, good[0]!.shift) : { x: 1, y: 0 });
  const direction = length(way) > 0 ? scale(way, 1 / length(way)) : { x: 1, y: 0 };
  const points = good.map(({ defocus, shift, standardError }) => ({
    x: defocus,
    y: dot(shift, direction),
    error: Math.hypot(standardError.x * direction.x, standardError.y * direction.y),
  }));
  return {
    id: 'focus curve',
    title: 'Displacement by beam tilt',
    x: 'Defocus from the start in um',
    y: 'Displacement in pixels per tilt unit',
    series: [
      { name: 'measured', kind: 'points', points },
      ...(fit
        ? [
            {
              name: 'line',
              kind: 'line' as const,
              points: points.map(({ x }) => ({ x, y: dot(fit.intercept, direction) + x * dot(fit.slope, direction) })),
            },
          ]
        : []),
    ],
  };
}

/** Distances of the regular levels from the line through them and from the curve, along the direction of the displacement, in micrometres of focus. */
export function focusResidualPlot(levels: readonly MeasuredLevel[], { slope, intercept, smooth }: FocusFit): Plot {
  const steepness = dot(slope, slope);
  const inFocus = (rest: Vector): number => dot(rest, slope) / steepness;
  const regular = levels.filter((level) => level.regular && level.lost === undefined);
  const from = (at: (defocus: number) => Vector) =>
    regular.map(({ defocus, shift, standardError }) => ({
      x: defocus,
      y: inFocus(subtract(shift, at(defocus))),
      error: Math.hypot(standardError.x, standardError.y) / Math.SQRT2 / Math.sqrt(steepness),
    }));
  return {
    id: 'focus residuals',
    title: 'Residuals of the focus curve',
    x: 'Defocus from the start in um',
    y: 'Residual in um of focus',
    series: [
      {
        name: 'from the line',
        kind: 'line',
        points: from((defocus) => ({ x: intercept.x + defocus * slope.x, y: intercept.y + defocus * slope.y })),
      },
      { name: 'from the curve', kind: 'points', points: from(smooth.at) },
    ],
  };
}
