import { type Vector, add, length, scale, subtract, vector } from '../../../../core/base';
import { type Misfit, errorGrowth } from '../../../../core/judgement';
import { type Image, ImagingError, Registration, layoutOf, leastSquares } from '../../../../imaging';

/** Shift of one part of the field between two images, and where the part lies. */
export interface PartShift {
  /** Mean place of the part in the two images, from the centre of the field in binned pixels, Y up. */
  readonly place: Vector;
  /** Width and height in binned pixels. */
  readonly size: Vector;
  readonly shift: Vector;
  readonly standardError: Vector;
}

/** The parts of a pair of images, with the shift of the pair as a whole. */
export interface PartsOfPair {
  /** Numbers of the images in the series. */
  readonly earlier: number;
  readonly later: number;
  readonly shift: Vector;
  readonly parts: readonly PartShift[];
}

/** Parts along each side of what two images have in common. */
const partsAlong = 3;
/** Smallest side of a part in binned pixels; smaller ones show too little detail. */
const minPartSide = 48;
/** Significance of the correlation of a part, and distance from the shift of the whole in shares of the part, within which it is used. */
const minPartSignificance = 6;
const maxPartDifference = 0.15;
/** Removed at the edges of a part, which was cut out of an image and has no dark edges. */
const trimFraction = 0.02;

/** Measures the shift in each part of what two images have in common; parts without detail are left out. */
export function shiftsOfParts(later: Image, earlier: Image, shift: Vector): Pick<PartsOfPair, 'shift' | 'parts'> {
  const { rows, columns } = layoutOf(earlier, 'shiftsOfParts');
  const registration = new Registration({ trimFraction });
  const [right, down] = [Math.round(shift.x), Math.round(-shift.y)];
  const [width, height] = [columns - Math.abs(right), rows - Math.abs(down)].map((side) =>
    Math.floor(side / partsAlong),
  );
  const parts: PartShift[] = [];
  if (Math.min(width!, height!) < minPartSide) return { shift, parts };
  for (let row = 0; row < partsAlong; row++)
    for (let column = 0; column < partsAlong; column++) {
      // A feature at p in the earlier image is at p - shift in the later one.
      const [left, top] = [Math.max(0, right) + column * width!, Math.max(0, down) + row * height!];
      const cut = (image: Image, x: number, y: number): Image => image.lo(y, x).hi(height!, width!);
      const found = quietly(() =>
        registration.measure(cut(later, left - right, top - down), cut(earlier, left, top), { x: 0, y: 0 }),
      );
      if (!found?.refined || found.significance < minPartSignificance) continue;
      if (Math.hypot(found.x, found.y) > maxPartDifference * Math.min(width!, height!)) continue;
      parts.push({
        place: vector(left + width! / 2 - right / 2 - columns / 2, rows / 2 - (top + height! / 2 - down / 2)),
        size: vector(width!, height!),
        shift: vector(right + found.x, found.y - down),
        standardError: vector(found.standardError.x, found.standardError.y),
      });
    }
  return { shift, parts };
}

function quietly<Value>(measure: () => Value): Value | undefined {
  try {
    return measure();
  } catch (error) {
    if (error instanceof ImagingError) return undefined;
    throw error;
  }
}

/**
 * Difference in pixels that distortion makes between parts of the field from which on only the parts tell the shift at the centre. The peak of
 * the whole is then that of the parts that agree best, not their mean.
 */
export const maxSpread = 0.1;

/** Distortion of the field of third order, with its errors. */
export interface MeasuredDistortion {
  /** Shares by which a point half the shorter side away from the centre is displaced outwards, and around the centre. */
  readonly radial: number;
  readonly spiral: number;
  readonly standardErrors: { readonly radial: number; readonly spiral: number };
  /** Misfit of the parts with a distortion of third order. */
  readonly misfit: Misfit;
  /** Largest difference in pixels between the parts of one pair by the fit; 0 where it does not stand out of their errors. */
  readonly spread: number;
  /** Shift of each pair at the centre of the field, without distortion. */
  readonly centres: readonly CentreShift[];
}

/** Shift of a pair at the centre of the field, in binned pixels. */
export interface CentreShift extends Pick<PartsOfPair, 'earlier' | 'later'> {
  readonly shift: Vector;
  readonly standardError: Vector;
}

type Strength = Pick<MeasuredDistortion, 'radial' | 'spiral'>;

/** Displacement of a point for a distortion of 1, outwards and around; lengths in half shorter sides. */
const displacement = ({ x, y }: Vector, { radial, spiral }: Strength): Vector => {
  const square = x * x + y * y;
  return vector(square * (radial * x - spiral * y), square * (radial * y + spiral * x));
};

/** Steps after which the place that a seen point would have without distortion no longer changes. */
const inversions = 4;

/** Displacement of a point that is seen at a place. */
function displacementAt(seen: Vector, strength: Strength): Vector {
  let place = seen;
  for (let step = 0; step < inversions; step++) place = subtract(seen, displacement(place, strength));
  return displacement(place, strength);
}

/** Effect of a distortion on the shift of a part in pixels: the part is displaced differently in the two images. */
function effectOn(place: Vector, shift: Vector, half: number, strength: Strength): Vector {
  const at = (sign: number): Vector =>
    displacementAt(vector((place.x + (sign * shift.x) / 2) / half, (place.y + (sign * shift.y) / 2) / half), strength);
  return scale(subtract(at(1), at(-1)), half);
}

/** Share of a part that counts in its correlation; its edges are tapered. */
const usedOfPart = 0.92;

/** Mean effect of a distortion on a part: at the four places whose mean is that of the whole for all that bends once (Gauss). */
function effectOnPart(
  { place, shift, size }: Omit<PartShift, 'standardError'>,
  half: number,
  strength: Strength,
): Vector {
  const [right, up] = [size.x, size.y].map((side) => (usedOfPart * side) / Math.sqrt(12));
  const effects = [-1, 1].flatMap((x) =>
    [-1, 1].map((y) => effectOn(vector(place.x + x * right!, place.y + y * up!), shift, half, strength)),
  );
  return scale(
    effects.reduce((sum, each) => add(sum, each), vector(0, 0)),
    1 / effects.length,
  );
}

/** Smallest shift, as a share of half the shorter side, from which a pair shows distortion. */
const minShiftShare = 0.15;
/** Parts that a pair needs beyond its own unknowns: its shift and how that changes across the field. */
const minParts = 5;

/** Rounds of the fit, which is nearly linear. */
const rounds = 3;
/** Strength by which derivatives are taken. */
const small = 1e-4;

/**
 * Measures the distortion of the field from parts of pairs of images. The shift of a pair, and how it changes linearly across the field (a
 * tilted or bent specimen, a change of magnification across the camera), are free; only the curvature shows distortion.
 * @param size width and height of the images in binned pixels
 * @returns undefined where the pairs do not show it
 */
export function measureDistortion(pairs: readonly PartsOfPair[], size: Vector): MeasuredDistortion | undefined {
  const half = Math.min(size.x, size.y) / 2;
  const used = pairs.filter(
    ({ shift, parts }) => Math.hypot(shift.x, shift.y) > minShiftShare * half && parts.length >= minParts,
  );
  const unknowns = 2 + 6 * used.length;
  const degreesOfFreedom = 2 * used.reduce((sum, { parts }) => sum + parts.length, 0) - unknowns;
  if (used.length === 0 || degreesOfFreedom < 1) return undefined;
  let strength: Strength = { radial: 0, spiral: 0 };
  for (let round = 1; ; round++) {
    const rows: number[][] = [];
    const observed: number[] = [];
    const weights: number[] = [];
    for (const [index, { shift, parts }] of used.entries())
      for (const part of parts) {
        const { place, shift: seen, standardError } = part;
        const effect = (change: Partial<Strength>): Vector => effectOnPart(part, half, { ...strength, ...change });
        const now = effect({});
        const radial = scale(subtract(effect({ radial: strength.radial + small }), now), 1 / small);
        const spiral = scale(subtract(effect({ spiral: strength.spiral + small }), now), 1 / small);
        for (const axis of ['x', 'y'] as const) {
          const row = new Array<number>(unknowns).fill(0);
          row[0] = radial[axis];
          row[1] = spiral[axis];
          const own = 2 + 6 * index + (axis === 'x' ? 0 : 3);
          [row[own], row[own + 1], row[own + 2]] = [1, place.x / half, place.y / half];
          rows.push(row);
          observed.push(seen[axis] - shift[axis] - now[axis]);
          weights.push(1 / standardError[axis] ** 2);
        }
      }
    const fit = leastSquares(rows, observed, { weights, variance: 1 });
    const [radial = 0, spiral = 0] = fit.parameters;
    strength = { radial: strength.radial + radial, spiral: strength.spiral + spiral };
    if (round < rounds) continue;
    const misfit = { chiSquare: fit.deviation ** 2 * degreesOfFreedom, degreesOfFreedom };
    const growth = errorGrowth(misfit);
    const [ofRadial = NaN, ofSpiral = NaN] = fit.standardErrors;
    return {
      ...strength,
      standardErrors: { radial: growth * ofRadial, spiral: growth * ofSpiral },
      misfit,
      spread: Math.max(...spreads(used, fit.residuals)),
      centres: used.map(({ earlier, later, shift }, index) => {
        const at = (of: readonly number[]): Vector => vector(of[2 + 6 * index]!, of[5 + 6 * index]!);
        const { parameters, standardErrors } = fit;
        return { earlier, later, shift: add(shift, at(parameters)), standardError: scale(at(standardErrors), growth) };
      }),
    };
  }
}

/** Errors of a part above which a difference between parts stands out. */
const minSignificance = 4;

/** Largest difference between the parts of each pair, without what the fit left over. */
function spreads(pairs: readonly PartsOfPair[], residuals: readonly number[]): readonly number[] {
  let number = 0;
  return pairs.map(({ parts }) => {
    const fitted = parts.map(({ shift }) => vector(shift.x - residuals[number++]!, shift.y - residuals[number++]!));
    const spread = Math.max(...fitted.map((one) => Math.max(...fitted.map((other) => length(subtract(one, other))))));
    const error = Math.max(...parts.map(({ standardError }) => length(standardError)));
    return spread > minSignificance * error ? spread : 0;
  });
}

/** Steps along each axis over which the effect on a whole pair is averaged. */
const averagedSteps = 8;

/** Effect of a distortion on the shift of a pair as a whole: the mean over what the two images have in common. */
export function effectOnPair(shift: Vector, size: Vector, strength: Strength): Vector {
  const half = Math.min(size.x, size.y) / 2;
  const [width, height] = [size.x - Math.abs(shift.x), size.y - Math.abs(shift.y)];
  const middles = Array.from({ length: averagedSteps }, (_, step) => (step + 0.5) / averagedSteps - 0.5);
  const effects = middles.flatMap((x) =>
    middles.map((y) => effectOn(vector(width * x, height * y), shift, half, strength)),
  );
  return scale(
    effects.reduce((sum, each) => add(sum, each), vector(0, 0)),
    1 / effects.length,
  );
}
