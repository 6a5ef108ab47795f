import { type Chart, type Vector, fittedChart, length, scale, subtract } from '../../../../core/base';
import type { FocusFit, MeasuredLevel } from './focus-analysis';

const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y;

/** Displacement along its own direction over defocus, with the curve and the residuals of the regular levels once there is a fit. */
export function focusChart(levels: readonly MeasuredLevel[], fit?: FocusFit): Chart {
  const good = levels.filter(({ lost }) => lost === undefined);
  const way = fit?.slope ?? (good.length > 1 ? subtract(good.at(-1)!.shift, good[0]!.shift) : { x: 1, y: 0 });
  const direction = length(way) > 0 ? scale(way, 1 / length(way)) : { x: 1, y: 0 };
  const pointsOf = (some: readonly MeasuredLevel[]) =>
    some.map(({ defocus, shift, standardError }) => ({
      x: defocus,
      y: dot(shift, direction),
      error: Math.hypot(standardError.x * direction.x, standardError.y * direction.y),
    }));
  const sparse = good.filter(({ regular }) => !regular);
  return fittedChart(
    {
      id: 'focus curve',
      title: 'Displacement by beam tilt',
      x: 'Defocus from the start in um',
      y: 'Displacement in pixels per tilt unit',
    },
    [
      {
        name: 'regular levels',
        points: pointsOf(good.filter(({ regular }) => regular)),
        ...(fit && { curve: (defocus: number) => dot(fit.smooth.at(defocus), direction) }),
      },
      ...(sparse.length > 0 ? [{ name: 'sparse levels', points: pointsOf(sparse) }] : []),
    ],
  );
}
