import type { Vector } from '../coordinates';
import { leastSquares } from '../fits';
import { transformAffine } from '../geometry';
import { type Image, toFloat32 } from '../image';
import { evenContrast, withContrastOf } from './ring-correlation';

/** Map that scales, turns and shifts: positions p become `scale * turn(rotation) * p + shift`, in pixels from the centre of an image, X right, Y up. */
export interface SimilarityMap {
  readonly scale: number;
  /** Radians, counter-clockwise. */
  readonly rotation: number;
  readonly shift: Vector;
}

/** Similarity that was fitted to the whole field, with its standard errors. */
interface SimilarityFit extends SimilarityMap {
  readonly standardErrors: { readonly scale: number; readonly rotation: number; readonly shift: Vector };
  /** Number of parts of the field in which the images agree, and of those that both show. */
  readonly parts: { readonly agreeing: number; readonly compared: number };
}

const maxRounds = 10;
/** Change of a place at the corner of the image, in pixels, below which a fit has settled. */
const settledChange = 0.005;
/** Longest step of a fit in pixels at the corner; further off, the images no longer say in which direction it is. */
const maxStep = 0.8;
/** Number of parts along the side of the field. */
const division = 6;
/** Border in pixels of what both images show that is left out, because filters mix it with what lies beyond. */
const margin = 4;
/** Share of the pixels that the filters leave independent of one another. */
const independentShare = 0.3;
/** Correlation of a part in standard deviations of chance from which it agrees. */
const minAgreement = 3;
/** Fewest parts that say something of the errors. */
const minParts = 6;
const unknowns = 4;

/** Matrix of a similarity. */
export const matrixOf = ({ scale, rotation }: SimilarityMap) => {
  const [cosine, sine] = [scale * Math.cos(rotation), scale * Math.sin(rotation)];
  return { xpx: cosine, xpy: -sine, ypx: sine, ypy: cosine };
};

/** Place to which a similarity takes a position. */
export function mapped(map: SimilarityMap, { x, y }: Vector): Vector {
  const { xpx, xpy, ypx, ypy } = matrixOf(map);
  return { x: xpx * x + xpy * y + map.shift.x, y: ypx * x + ypy * y + map.shift.y };
}

/** The map back. */
export function invertedMap({ scale, rotation, shift }: SimilarityMap): SimilarityMap {
  const back = { scale: 1 / scale, rotation: -rotation, shift: { x: 0, y: 0 } };
  const { x, y } = mapped(back, shift);
  return { ...back, shift: { x: -x, y: -y } };
}

/**
 * Refines a similarity until the correlation of the whole field is highest. Its errors come from the differences between the parts of the field, so that what is not
 * noise counts, too. Undefined where the images have too little in common, or where the fit does not settle.
 */
export function refineSimilarity(later: Image, reference: Image, start: SimilarityMap): SimilarityFit | undefined {
  const [one, other] = [evenContrast(later), evenContrast(reference)];
  const [rows = 0, columns = 0] = reference.shape;
  const corner = Math.hypot(rows, columns) / 2;
  let map = start;
  for (let round = 1; round <= maxRounds; round++) {
    const parts = sumsOfParts(one, other, map);
    const step = stepOf(parts);
    if (!step) return undefined;
    const [x = 0, y = 0, along = 0, across = 0] = step.by;
    const change = Math.hypot(along, across) * corner + Math.hypot(x, y);
    const share = Math.min(1, maxStep / change);
    map = corrected(map, { x: share * x, y: share * y, along: share * along, across: share * across });
    if (change > settledChange) continue;
    const [xError = NaN, yError = NaN, alongError = NaN, acrossError = NaN] = step.errors;
    return {
      ...map,
      standardErrors: { scale: map.scale * alongError, rotation: acrossError, shift: { x: xError, y: yError } },
      parts: { agreeing: parts.filter(({ agrees }) => agrees).length, compared: parts.length },
    };
  }
  return undefined;
}

/** The map followed by a small one. */
function corrected(
  { scale, rotation, shift }: SimilarityMap,
  { x, y, along, across }: { readonly x: number; readonly y: number; readonly along: number; readonly across: number },
): SimilarityMap {
  const real = 1 + along;
  return {
    scale: scale * Math.hypot(real, across),
    rotation: rotation + Math.atan2(across, real),
    shift: { x: real * shift.x - across * shift.y + x, y: across * shift.x + real * shift.y + y },
  };
}

/** Sums over a part of the field from which the step of a fit follows. */
interface PartSums {
  /** Slope of the correlation along the unknowns: shift along X and Y, growth, turn. */
  readonly slope: Float64Array;
  /** Curvature of the correlation, row by row, of what both images show alone: their noise is not the same. */
  readonly curvature: Float64Array;
  readonly agrees: boolean;
}

function sumsOfParts(later: Image, reference: Image, map: SimilarityMap): readonly PartSums[] {
  const [rows = 0, columns = 0] = reference.shape;
  const moved = transformAffine(later, { matrix: matrixOf(map), shift: map.shift }, { fill: 0 });
  const [one, other] = [toFloat32(withContrastOf(moved, reference)), toFloat32(reference)];
  const { xpx, xpy, ypx, ypy } = matrixOf(invertedMap(map));
  const origin = invertedMap(map).shift;
  const parts: PartSums[] = [];
  const [height, width] = [(rows - 2 * margin) / division, (columns - 2 * margin) / division];
  const [ofLater, ofReference] = [new Float64Array(unknowns), new Float64Array(unknowns)];
  for (let part = 0; part < division * division; part++) {
    const top = margin + Math.round(Math.floor(part / division) * height);
    const left = margin + Math.round((part % division) * width);
    const [bottom, right] = [top + Math.floor(height), left + Math.floor(width)];
    const slope = new Float64Array(unknowns);
    const curvature = new Float64Array(unknowns * unknowns);
    let [count, product, square, squareOfOther] = [0, 0, 0, 0];
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) {
        const [x, y] = [column - (columns - 1) / 2, (rows - 1) / 2 - row];
        const [fromX, fromY] = [xpx * x + xpy * y + origin.x, ypx * x + ypy * y + origin.y];
        if (Math.abs(fromX) > columns / 2 - margin || Math.abs(fromY) > rows / 2 - margin) continue;
        const at = row * columns + column;
        const [a, b] = [one[at] as number, other[at] as number];
        count += 1;
        product += a * b;
        square += a * a;
        squareOfOther += b * b;
        derivatives(one, at, columns, x, y, ofLater);
        derivatives(other, at, columns, x, y, ofReference);
        for (let i = 0; i < unknowns; i++) {
          slope[i]! += 0.5 * ((ofReference[i] as number) * a - (ofLater[i] as number) * b);
          for (let j = 0; j < unknowns; j++)
            curvature[i * unknowns + j]! += (ofLater[i] as number) * (ofReference[j] as number);
        }
      }
    if (count < 0.25 * height * width) continue;
    const correlation = product / Math.sqrt(square * squareOfOther || 1);
    parts.push({ slope, curvature, agrees: correlation * Math.sqrt(independentShare * count) > minAgreement });
  }
  return parts;
}

/** Changes of a pixel with a shift along X and Y, with growth and with a turn of the image about its centre. */
function derivatives(
  pixels: Float32Array,
  at: number,
  columns: number,
  x: number,
  y: number,
  into: Float64Array,
): void {
  const alongX = ((pixels[at + 1] as number) - (pixels[at - 1] as number)) / 2;
  const alongY = ((pixels[at - columns] as number) - (pixels[at + columns] as number)) / 2;
  into[0] = alongX;
  into[1] = alongY;
  into[2] = alongX * x + alongY * y;
  into[3] = alongY * x - alongX * y;
}

/** Newton step to the highest correlation, and the errors of where it leads by the scatter of the parts. */
function stepOf(
  parts: readonly PartSums[],
): { readonly by: readonly number[]; readonly errors: readonly number[] } | undefined {
  if (parts.length < minParts) return undefined;
  const rows = Array.from({ length: unknowns }, (_, i) =>
    Array.from({ length: unknowns }, (__, j) =>
      parts.reduce(
        (sum, { curvature }) =>
          sum + 0.5 * ((curvature[i * unknowns + j] as number) + (curvature[j * unknowns + i] as number)),
        0,
      ),
    ),
  );
  // A correlation that does not fall along every unknown has no top here.
  if (rows.some((row, i) => !(row[i]! > 0))) return undefined;
  const inverse = inverseOf(rows);
  if (!inverse) return undefined;
  const solved = (slope: ArrayLike<number>): readonly number[] =>
    inverse.map((row) => row.reduce((sum, each, i) => sum + each * (slope[i] as number), 0));
  const total = parts[0]!.slope.map((_, i) => parts.reduce((sum, { slope }) => sum + (slope[i] as number), 0));
  const shares = parts.map(({ slope }) => solved(slope));
  const by = solved(total);
  const growth = parts.length / (parts.length - unknowns);
  const errors = by.map((whole, i) =>
    Math.sqrt(growth * shares.reduce((sum, each) => sum + (each[i]! - whole / parts.length) ** 2, 0)),
  );
  return { by, errors };
}

/** The inverse of a small matrix; undefined for a singular one. */
function inverseOf(rows: readonly (readonly number[])[]): readonly (readonly number[])[] | undefined {
  try {
    const columns = rows.map(
      (_, at) =>
        leastSquares(
          rows,
          rows.map((__, i) => (i === at ? 1 : 0)),
        ).parameters,
    );
    return rows.map((_, i) => columns.map((column) => column[i]!));
  } catch {
    return undefined;
  }
}
