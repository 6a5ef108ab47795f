import { type Chart, type FittedPoints, type Vector, fittedChart } from '../../../../core/base';
import { leastSquares } from '../../../../imaging';

/** One series of images: its delay factor, and what had not settled in nanometres. */
interface SettlingSeries {
  readonly factor: number;
  readonly unsettled: Vector;
}

const axes = ['x', 'y'] as const;
type Axis = (typeof axes)[number];

/** A chart of what had not settled against the delay factor, with the exponential that fits best once there are enough factors. */
export const settlingChart = (series: readonly SettlingSeries[]): Chart =>
  fittedChart(
    { id: 'settling', title: 'What had not settled', x: 'Delay factor', y: 'nm on the specimen' },
    axes.map((axis) => fittedAxis(axis, series)),
  );

function fittedAxis(axis: Axis, series: readonly SettlingSeries[]): FittedPoints {
  const factors = [...new Set(series.map(({ factor }) => factor))].sort((one, other) => one - other);
  const means = factors.map((factor) =>
    meanOf(series.filter((each) => each.factor === factor).map((each) => each.unsettled[axis])),
  );
  const points = factors.map((factor, at) => {
    const { mean, error } = means[at]!;
    return { x: factor, y: mean, ...(error !== undefined && { error }) };
  });
  const curve = exponentialThrough(points);
  return { name: axis.toUpperCase(), points, ...(curve && { curve }) };
}

function meanOf(values: readonly number[]): { readonly mean: number; readonly error?: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  if (values.length < 2) return { mean };
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length * (values.length - 1))) };
}

/** Number of factors from which an exponential is drawn: one more than it has unknowns. */
const minFactors = 4;
/** Number of decays that are tried, from a sixteenth of the range of factors to the whole of it. */
const decays = 33;

/** The exponential that dies away to a constant and fits best. For the eye alone: the search goes by the series themselves. */
function exponentialThrough(
  points: readonly { readonly x: number; readonly y: number }[],
): ((factor: number) => number) | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (points.length < minFactors || !first || !last) return undefined;
  const range = last.x - first.x;
  let best: { readonly misfit: number; readonly curve: (factor: number) => number } | undefined;
  for (let step = 0; step < decays; step++) {
    const decay = range * 16 ** (step / (decays - 1) - 1);
    const shape = (factor: number): number => Math.exp((first.x - factor) / decay);
    const { parameters } = leastSquares(
      points.map(({ x }) => [1, shape(x)]),
      points.map(({ y }) => y),
    );
    const [constant = NaN, amplitude = NaN] = parameters;
    const curve = (factor: number): number => constant + amplitude * shape(factor);
    const misfit = points.reduce((sum, { x, y }) => sum + (y - curve(x)) ** 2, 0);
    if (!best || misfit < best.misfit) best = { misfit, curve };
  }
  return best?.curve;
}
