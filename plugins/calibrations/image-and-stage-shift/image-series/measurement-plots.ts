import { type Chart, type Matrix, type PlotPoint, type Vector, apply, subtract } from '../../../../core/base';
import type { MeasuredPair } from './image-shift-analysis';

/** A measured displacement with the expected one, in binned pixels, Y up. */
export interface SeenDisplacement {
  readonly measured: Vector;
  readonly expected: Vector | undefined;
}

const arrow = ({ x, y }: Vector): PlotPoint => ({ x: 0, y: 0, dx: x, dy: y });

/** Displacements between images as arrows from one point: how far and in which direction each step moved the image. */
export function displacementPlot(title: string, seen: readonly SeenDisplacement[]): Chart {
  const expected = seen.flatMap((each) => (each.expected ? [arrow(each.expected)] : []));
  return {
    id: 'displacements',
    title,
    x: 'X in pixels of the image',
    y: 'Y in pixels of the image',
    equalScales: true,
    series: [
      { name: 'measured', kind: 'arrows', points: seen.map(({ measured }) => arrow(measured)) },
      ...(expected.length > 0 ? [{ name: 'expected', kind: 'arrows' as const, points: expected }] : []),
    ],
  };
}

/** Residuals of the fit of an image-shift calibration, for each pair in binned pixels. */
export function imageShiftResiduals(
  pairs: readonly MeasuredPair[],
  places: readonly Vector[],
  binning: number,
  fit: { readonly matrix: Matrix; readonly drift: Vector },
): Chart {
  const residuals = pairs.map(({ earlier, later, shift }, index) => {
    const moved = apply(fit.matrix, subtract(places[later]!, places[earlier]!));
    const images = later - earlier;
    return {
      number: index + 1,
      x: shift.x - moved.x / binning - images * fit.drift.x,
      y: shift.y - moved.y / binning - images * fit.drift.y,
    };
  });
  return residualPlot('Fit residuals', residuals);
}

/** Plot of the residuals of a fit of displacements, by number of the pair. */
const residualPlot = (
  title: string,
  residuals: readonly { readonly number: number; readonly x: number; readonly y: number }[],
): Chart => ({
  id: 'residuals',
  title,
  x: 'Pair of images',
  y: 'Residual in pixels',
  series: (['x', 'y'] as const).map((axis) => ({
    name: axis.toUpperCase(),
    kind: 'points' as const,
    points: residuals.map((each) => ({ x: each.number, y: each[axis] })),
  })),
});
