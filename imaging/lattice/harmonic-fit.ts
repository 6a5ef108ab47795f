import { tooFewPoints } from '../errors';
import type { Vector } from '../geometry';
import { type Image, layoutOf, requireFinite, toFloat64 } from '../image';
import { blockEdges, blocksAcross, type Plane } from './block-sums';
import { type FieldCurvature, fieldCurvature } from './field-curvature';
import { background, HarmonicSystem, type Order, type Phases, type Scattered, type Solution } from './harmonic-system';
import { type BlockPhases, type BlockPlaces, varianceFactors } from './phase-errors';

export type { Order } from './harmonic-system';

/** A wave of the fitted lattice. */
export interface Harmonic {
  readonly order: Order;
  /** Half the difference between its crests and troughs, in counts. */
  readonly amplitude: number;
  /** The square of the amplitude over the square of its standard error, from the scatter among the parts of the image. */
  readonly significance: number;
}

/** Two reciprocal vectors in cycles per pixel, X right and Y DOWN. */
export interface Reciprocals {
  readonly first: Vector;
  readonly second: Vector;
}

/** A lattice fitted to the pixels of an image. */
export interface HarmonicFit {
  readonly reciprocals: Reciprocals;
  /**
   * Covariance of first x, first y, second x, second y, for the noise and the bends among the parts of the image; zeros
   * where it was not requested.
   */
  readonly covariance: readonly (readonly number[])[];
  /** Factor by which bends make the standard errors larger than the noise alone; 1 where no errors were requested. */
  readonly bend: number;
  /** Share of a bent field in the vectors; none where no errors were requested. */
  readonly curvature: FieldCurvature;
  readonly harmonics: readonly Harmonic[];
}

const maxIterations = 12;
/** A correction ends the fit when it moves no wave by more than this share of a cycle at the edge of the image. */
const settledStep = 1e-5;

/**
 * Fits a lattice to the pixels of an image by least squares: the reciprocal vectors, the waves of the given orders and
 * a background of second degree (Gauss-Newton). Standard errors come from the residuals of 64 parts of the image: those
 * of the waves from the sum of the scores (the sandwich estimate of P. J. Huber, Proc. 5th Berkeley Symposium 1 (1967)
 * 221, by clusters), those of the vectors as `varianceFactors` says.
 *
 * @param start correct to a fraction of a cycle across the image
 * @param orders each once, not with its opposite
 * @param hold keeps the vectors and finds only the waves
 * @param errors `false` leaves out the covariance of the vectors
 * @throws ImagingError 'imaging/too-few-points' for an image below 32 pixels, 'imaging/singular-fit',
 * 'imaging/not-finite', 'imaging/empty-image'
 */
export function fitHarmonics(
  source: Image,
  start: Reciprocals,
  orders: readonly Order[],
  { hold = false, errors = true } = {},
): HarmonicFit {
  const { rows, columns } = layoutOf(source, 'fitHarmonics');
  if (Math.min(rows, columns) < 32) throw tooFewPoints('fitHarmonics', Math.min(rows, columns), 32);
  const pixels = toFloat64(source, 'fitHarmonics');
  requireFinite(pixels, 'fitHarmonics');
  const plane: Plane = { pixels, rows, columns };
  // In coordinates from -1 to 1 a frequency is in cycles a half side.
  let vectors = [
    (start.first.x * columns) / 2,
    (start.first.y * rows) / 2,
    (start.second.x * columns) / 2,
    (start.second.y * rows) / 2,
  ];
  for (let iteration = 0; ; iteration++) {
    const system = new HarmonicSystem(plane, vectors, orders);
    const linear = system.solve([]);
    if (hold) return outcome(plane, vectors, orders, system.scattered(linear), withoutErrors);
    const full = system.solve(system.slopes(linear.parameters));
    const steps = full.parameters.slice(-4);
    vectors = vectors.map((value, index) => value + steps[index]!);
    if (Math.max(...steps.map(Math.abs)) < settledStep || iteration === maxIterations)
      return outcome(
        plane,
        vectors,
        orders,
        system.scattered(linear),
        errors ? errorsOf(plane, vectors, full, system.phases(linear.parameters)) : withoutErrors,
      );
  }
}

type VectorErrors = Pick<HarmonicFit, 'covariance' | 'bend' | 'curvature'>;
const withoutErrors: VectorErrors = {
  covariance: [0, 1, 2, 3].map(() => [0, 0, 0, 0]),
  bend: 1,
  curvature: { stretch: 0, turn: 0 },
};
const scalesOf = ({ rows, columns }: Plane): readonly number[] => [2 / columns, 2 / rows, 2 / columns, 2 / rows];

/** The covariance of the vectors in cycles per pixel, and the share of the bends in it. */
function errorsOf(
  plane: Plane,
  vectors: readonly number[],
  { inverse, parameters }: Solution,
  phases: readonly [Phases, Phases],
): VectorErrors {
  const { rows, columns } = plane;
  const scales = scalesOf(plane);
  const [down, across] = [blockEdges(rows), blockEdges(columns)];
  const middle = (edges: readonly number[], block: number): number =>
    (edges[block]! + edges[block + 1]! - edges.at(-1)!) / 2;
  const places: BlockPlaces = {
    centres: Array.from({ length: blocksAcross ** 2 }, (_, block) => ({
      x: middle(across, block % blocksAcross),
      y: middle(down, Math.floor(block / blocksAcross)),
    })),
    width: columns / blocksAcross,
    height: rows / blocksAcross,
    halfSide: Math.min(rows, columns) / 2,
  };
  const [first, second] = phases.map((family, index): BlockPhases => ({
    ...family,
    reciprocal: { x: vectors[2 * index]! * scales[0]!, y: vectors[2 * index + 1]! * scales[1]! },
  }));
  const factors = varianceFactors([first!, second!], places).map(Math.sqrt);
  const from = parameters.length - 4;
  return {
    covariance: scales.map((one, i) =>
      scales.map((other, j) => inverse.get(from + i, from + j) * one * other * factors[i]! * factors[j]!),
    ),
    bend: bendFactor(factors, [first!, second!]),
    curvature: fieldCurvature([first!, second!], places),
  };
}

/** The largest of the factors against that of noise, which is the scatter of the phases among neighbouring parts. */
function bendFactor(factors: readonly number[], families: readonly BlockPhases[]): number {
  return Math.max(
    ...families.map(({ scores, information }, family) => {
      const steps = Array.from(scores, (score, block) =>
        block % blocksAcross === 0 ? 0 : score / information[block]! - scores[block - 1]! / information[block - 1]!,
      ).filter((step, block) => block % blocksAcross > 0 && Number.isFinite(step));
      const noise = Math.sqrt(steps.reduce((sum, step) => sum + step * step, 0) / (2 * steps.length));
      const typical = Math.sqrt(information.length / information.reduce((sum, value) => sum + value, 0));
      return Math.max(factors[2 * family]!, factors[2 * family + 1]!) / Math.max(1e-12, noise / typical);
    }),
  );
}

function outcome(
  plane: Plane,
  vectors: readonly number[],
  orders: readonly Order[],
  { parameters, variances }: Scattered,
  errors: VectorErrors,
): HarmonicFit {
  const scales = scalesOf(plane);
  const harmonics = orders.map((order, index): Harmonic => {
    const at = background.length + 2 * index;
    const [re, im] = [parameters[at]!, parameters[at + 1]!];
    const variance = variances[at]! + variances[at + 1]!;
    return { order, amplitude: Math.hypot(re, im), significance: variance > 0 ? (re * re + im * im) / variance : 0 };
  });
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = vectors.map((value, index) => value * scales[index]!);
  return { reciprocals: { first: { x: x1, y: y1 }, second: { x: x2, y: y2 } }, ...errors, harmonics };
}
