import type { Vector } from '../geometry';
import { type Image, layoutOf } from '../image';
import type { FieldCurvature } from './field-curvature';
import type { HarmonicFit, Reciprocals } from './harmonic-fit';
import type { LatticeAxes, LatticeKind } from './search';

/** The lattice of an image. */
export interface Lattice {
  /** Lattice vectors in pixels, X right and Y DOWN, with x >= 0. */
  readonly first: Vector;
  readonly second: Vector;
  /** Their lengths in pixels with standard errors. */
  readonly lengths: readonly [number, number];
  readonly lengthErrors: readonly [number, number];
  /** Mean of the lengths, the second divided by the ratio that the kind of lattice has. */
  readonly spacing: number;
  readonly spacingError: number;
  /** Direction of the lattice, degrees counter-clockwise (with Y UP) from 0 to below 90, with its standard error. */
  readonly angle: number;
  readonly angleError: number;
  /** Angle between the axes in degrees, 90 at most. */
  readonly between: number;
  /**
   * Factor by which bent lines make the errors larger than the noise of the image does; near 1 for straight ones. A
   * distorted field bends the lines.
   */
  readonly bend: number;
  /** Number of repeats across the image along each axis. */
  readonly repeats: readonly [number, number];
  /** The peak of the autocorrelation from which it started, in pixels from its centre. */
  readonly nearPeak: Vector;
  /** True when the image itself shows the waves of this lattice, and none of a larger cell. */
  readonly confirmed: boolean;
  /** Waves of the image that contradict the lattice, in sentences. Such a lattice is not confirmed. */
  readonly contradictions: readonly string[];
  /** Findings against the lattice, in sentences, contradictions among them; empty when there are none. */
  readonly remarks: readonly string[];
}

/** The reciprocal vectors of two lattice vectors, or the reverse. */
export function reciprocalsOf(first: Vector, second: Vector): Reciprocals {
  const determinant = first.x * second.y - first.y * second.x;
  return {
    first: { x: second.y / determinant, y: -second.x / determinant },
    second: { x: -first.y / determinant, y: first.x / determinant },
  };
}

/** Lengths, spacing and direction of a lattice with their standard errors, from the waves that were fitted to the image. */
export function measureLattice(
  {
    reciprocals,
    covariance,
    bend = 1,
    curvature = { stretch: 0, turn: 0 },
  }: {
    readonly reciprocals: Reciprocals;
    readonly covariance: HarmonicFit['covariance'] | undefined;
    readonly bend?: number;
    readonly curvature?: FieldCurvature;
  },
  source: Image,
  axes: LatticeAxes,
  { ratio }: LatticeKind,
): Omit<Lattice, 'confirmed' | 'contradictions' | 'remarks'> {
  const components = ({ first, second }: Reciprocals): readonly number[] => [first.x, first.y, second.x, second.y];
  const at = components(reciprocals);
  const valuesOf = (g: readonly number[]): readonly [number, number, number, number] => {
    const { first, second } = reciprocalsOf({ x: g[0]!, y: g[1]! }, { x: g[2]!, y: g[3]! });
    const [one, other] = [Math.hypot(first.x, first.y), Math.hypot(second.x, second.y)];
    return [one, other, (one + other / ratio) / 2, directionOf(first, second)];
  };
  const values = valuesOf(at);
  const errors = covariance ? errorsOf(valuesOf, at, covariance) : [NaN, NaN, NaN, NaN];
  // The middle of the field may differ from its mean, of which the lattice is, by as much as the field is bent.
  const { stretch, turn } = curvature;
  const lengthError = (index: number): number => Math.hypot(errors[index]!, stretch * values[index]!);
  const vectors = reciprocalsOf(reciprocals.first, reciprocals.second);
  const { rows, columns } = layoutOf(source, 'findLattice');
  const side = Math.min(rows, columns);
  return {
    first: rightHalf(vectors.first),
    second: rightHalf(vectors.second),
    lengths: [values[0], values[1]],
    lengthErrors: [lengthError(0), lengthError(1)],
    spacing: values[2],
    spacingError: lengthError(2),
    angle: values[3] >= 90 ? 0 : values[3],
    angleError: Math.hypot(errors[3]!, (turn * 180) / Math.PI),
    between: betweenAxes(vectors),
    bend,
    repeats: [side / values[0], side / values[1]],
    nearPeak: axes.nearPeak,
  };
}

function betweenAxes({ first, second }: Reciprocals): number {
  const sine = Math.abs(first.x * second.y - first.y * second.x);
  return (
    (Math.asin(Math.min(1, sine / (Math.hypot(first.x, first.y) * Math.hypot(second.x, second.y)))) * 180) / Math.PI
  );
}

/** The common direction of two vectors at right angles, in degrees counter-clockwise with Y up, from 0 to below 90. */
function directionOf(first: Vector, second: Vector): number {
  // Four times the angle is the same for all directions at right angles.
  const sum = [first, second].reduce(
    ({ x, y }, vector) => {
      const angle = 4 * Math.atan2(-vector.y, vector.x);
      return { x: x + Math.cos(angle), y: y + Math.sin(angle) };
    },
    { x: 0, y: 0 },
  );
  const angle = (Math.atan2(sum.y, sum.x) * 45) / Math.PI;
  return angle < 0 ? angle + 90 : angle;
}

/** Standard errors of functions of parameters with a known covariance, to first order. */
function errorsOf(
  valuesOf: (at: readonly number[]) => readonly number[],
  at: readonly number[],
  covariance: readonly (readonly number[])[],
): readonly number[] {
  const step = 1e-6 * Math.max(...at.map(Math.abs));
  const slopes = at.map((_, index) => {
    const [up, down] = [step, -step].map((change) =>
      valuesOf(at.map((value, each) => (each === index ? value + change : value))),
    );
    return up!.map((value, each) => {
      const rise = value - down![each]!;
      // An angle may step from 90 back to 0 between the two.
      return (each === 3 ? rise - 90 * Math.round(rise / 90) : rise) / (2 * step);
    });
  });
  return [0, 1, 2, 3].map((each) =>
    Math.sqrt(
      slopes.reduce(
        (sum, one, i) =>
          sum + slopes.reduce((inner, other, j) => inner + one[each]! * other[each]! * covariance[i]![j]!, 0),
        0,
      ),
    ),
  );
}

/** The vector or its opposite, whichever points to the right. */
export const rightHalf = ({ x, y }: Vector): Vector => (x < 0 ? { x: -x, y: -y } : { x, y });
