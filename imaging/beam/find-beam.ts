import { ImagingError } from '../errors';
import { type Disc, findDisc } from '../geometry';
import { type Image, layoutOf } from '../image';
import { reduce } from '../reduction';
import type { Vector } from '../coordinates';
import { blockNoise, type Blocks, pixelNoise, placeOf } from './blocks-of-beam';
import { centroidRadius, type DiscCentroid, discCentroid } from './disc-centroid';
import { type Outline, outlineOf } from './outline';
import type { MeasuredPlace } from './place';
import { saturationOf } from './saturation';

/** Judgement of a beam in an image: only one that is inside can be measured. */
export type BeamVerdict = 'inside' | 'cut by the frame' | 'saturated' | 'not there' | 'uneven';

/** Brightness of a beam and of what is beside it, in counts. */
export interface BeamLevels {
  readonly inside: number;
  readonly outside: number;
}

/** A beam as an image shows it. */
export interface BeamInImage {
  readonly verdict: BeamVerdict;
  /** The reason of a verdict other than inside, in one sentence. */
  readonly why: string;
  readonly levels: BeamLevels;
  /** The centre of intensity; undefined where the beam is not there, or where too little of the image lies beside it. */
  readonly centroid?: MeasuredPlace;
  /** The edge; undefined where too little of it is seen. */
  readonly outline?: Outline;
  /** The place by whichever of both is known better; there when the beam is inside. */
  readonly best?: MeasuredPlace & { readonly by: 'centroid' | 'edge' };
  /** Distance of both places over their common standard error, where both are known. */
  readonly disagreement?: number;
}

/** Options of the search for a beam. */
export interface BeamOptions {
  /** Measures a beam that is uneven or has something in it, for callers that go by its edge alone. */
  readonly acceptUneven?: boolean;
}

/** Pixels along the shorter side, at least, into which an image is divided to look at its blocks. */
const blocksAcross = 64;
/** Noise of a block over which a beam stands out, at least. */
const minContrast = 6;
/** Degrees of the edge that may be hidden. */
const maxHidden = 60;
/** Shares of the radius: scatter of the edge about its outline, and distance between the centre of intensity and that of the edge. */
const maxScatter = 0.03;
const maxOffset = 0.05;
/** Share by which the intensity of the beam may differ from its level times its area. */
const maxMissing = 0.1;
/** Deviation of the brightness within the beam as a share of it, beyond the noise. */
const maxUnevenness = 0.12;
/** Share of the radius within which the brightness is compared. */
const core = 0.85;
/** Least error of a place in pixels: pixels are squares, and an edge is read off rings. */
const minPlaceError = 0.004;

/**
 * Finds the beam in an image: a bright disc, its centre of intensity and its edge, each with standard errors, and whether both can be
 * trusted. An image without a beam is a verdict, not an error.
 *
 * @throws ImagingError 'imaging/empty-image', 'imaging/not-finite'
 */
export function findBeam(source: Image, { acceptUneven = false }: BeamOptions = {}): BeamInImage {
  const { rows, columns } = layoutOf(source, 'findBeam');
  const size = Math.max(1, Math.floor(Math.min(rows, columns) / blocksAcross));
  const blocks: Blocks = { means: reduce(source, size), size, columns, rows };
  const disc = discIn(source);
  if (!disc) return notThere(levelsOf(blocks, undefined), 'No edge of a beam is seen in the image.');
  const levels = levelsOf(blocks, disc);
  const contrast = levels.inside - levels.outside;
  const noise = blockNoise(blocks) ?? 0;
  if (!(contrast > minContrast * noise)) return notThere(levels, 'Nothing in the image stands out from its noise.');
  const outline = outlineOf(source, disc, contrast);
  const beam = outline ?? disc;
  const centroid = discCentroid(source, beam, pixelNoise(blocks, beam, centroidRadius(beam.radius)));
  const bad =
    saturated(source) ??
    cut(beam, outline, { rows, columns }) ??
    uneven(blocks, noise, { beam, outline, centroid, levels });
  const places = placesOf(centroid, outline);
  const found = { levels, ...(centroid && { centroid: bare(centroid) }), ...(outline && { outline }), ...places };
  if (bad && !(acceptUneven && bad.verdict === 'uneven' && outline)) {
    const { best: _, ...rest } = found;
    return { ...bad, ...rest };
  }
  return { verdict: 'inside', why: '', ...found };
}

type Bad = Pick<BeamInImage, 'verdict' | 'why'>;

const notThere = (levels: BeamLevels, why: string): BeamInImage => ({ verdict: 'not there', why, levels });

function discIn(source: Image): Disc | undefined {
  try {
    return findDisc(source);
  } catch (error) {
    const expected: readonly string[] = [
      'imaging/edge-not-found',
      'imaging/constant-image',
      'imaging/singular-fit',
      'imaging/too-few-points',
      'imaging/no-convergence',
    ];
    if (error instanceof ImagingError && expected.includes(error.code)) return undefined;
    throw error;
  }
}

const bare = ({ centre, standardErrors }: MeasuredPlace): MeasuredPlace => ({
  centre,
  standardErrors: {
    x: Math.max(minPlaceError, standardErrors.x),
    y: Math.max(minPlaceError, standardErrors.y),
  },
});

function placesOf(
  centroid: MeasuredPlace | undefined,
  outline: Outline | undefined,
): Pick<BeamInImage, 'best' | 'disagreement'> {
  const known = [
    ...(centroid ? [{ ...bare(centroid), by: 'centroid' as const }] : []),
    ...(outline ? [{ ...bare(outline), by: 'edge' as const }] : []),
  ];
  const [first, second] = known;
  if (!first) return {};
  if (!second) return { best: first };
  const size = ({ standardErrors: { x, y } }: MeasuredPlace): number => Math.hypot(x, y);
  const apart = (axis: 'x' | 'y'): number =>
    (first.centre[axis] - second.centre[axis]) / Math.hypot(first.standardErrors[axis], second.standardErrors[axis]);
  return {
    best: size(first) <= size(second) ? first : second,
    disagreement: Math.hypot(apart('x'), apart('y')) / Math.SQRT2,
  };
}

/** The brightness within the inner part of a disc, and beside it. */
function levelsOf(blocks: Blocks, disc: Pick<Disc, 'centre' | 'radius'> | undefined): BeamLevels {
  const inside = { sum: 0, count: 0 };
  const outside = { sum: 0, count: 0 };
  const outer = disc ? centroidRadius(disc.radius) : 0;
  eachBlock(blocks, (value, place) => {
    const from = disc ? Math.hypot(place.x - disc.centre.x, place.y - disc.centre.y) : 0;
    const part = !disc || from < core * disc.radius ? inside : from > outer ? outside : undefined;
    if (!part) return;
    part.sum += value;
    part.count += 1;
  });
  const mean = ({ sum, count }: typeof inside): number => (count > 0 ? sum / count : 0);
  return { inside: mean(inside), outside: mean(outside) };
}

function eachBlock(blocks: Blocks, look: (value: number, place: Vector) => void): void {
  const [rows = 0, columns = 0] = blocks.means.shape;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) look(blocks.means.get(row, column), placeOf(blocks, row, column));
}

function saturated(source: Image): Bad | undefined {
  const found = saturationOf(source);
  if (!found) return undefined;
  const percent = Number((100 * found.share).toPrecision(2));
  return { verdict: 'saturated', why: `${percent} % of the pixels are saturated, at ${found.ceiling} counts.` };
}

function cut(
  { centre, radius }: Pick<Disc, 'centre' | 'radius'>,
  outline: Outline | undefined,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Bad | undefined {
  const reach = outline ? outline.axes.long : radius;
  const margin = 2;
  const room = Math.min(columns / 2 - Math.abs(centre.x), rows / 2 - Math.abs(centre.y));
  if (room >= reach + margin) return undefined;
  return { verdict: 'cut by the frame', why: 'A part of the beam lies outside the image.' };
}

interface Measured {
  readonly beam: Pick<Disc, 'centre' | 'radius'>;
  readonly outline: Outline | undefined;
  readonly centroid: DiscCentroid | undefined;
  readonly levels: BeamLevels;
}

function uneven(blocks: Blocks, noise: number, { beam, outline, centroid, levels }: Measured): Bad | undefined {
  const bad = (why: string): Bad => ({ verdict: 'uneven', why });
  if (!outline) return bad('Too little of the edge of the beam is seen.');
  const { radius } = outline;
  if (360 - outline.arc > maxHidden)
    return bad(`Only ${outline.arc.toFixed(0)} degrees of the edge of the beam lie on its outline.`);
  if (outline.deviation > maxScatter * radius + 0.5)
    return bad('The edge of the beam does not follow a circle or an ellipse.');
  const contrast = levels.inside - levels.outside;
  if (centroid) {
    const offset = Math.hypot(centroid.centre.x - outline.centre.x, centroid.centre.y - outline.centre.y);
    if (offset > maxOffset * radius + 0.5)
      return bad('The beam is brighter on one side than on the other, or something lies in it.');
    const expected = contrast * Math.PI * radius ** 2;
    if (Math.abs(centroid.mass / expected - 1) > maxMissing + 2 / radius)
      return bad('The beam does not have the intensity of an even disc.');
  }
  let [sum, squares, count] = [0, 0, 0];
  eachBlock(blocks, (value, place) => {
    if (Math.hypot(place.x - beam.centre.x, place.y - beam.centre.y) > core * radius - blocks.size) return;
    sum += value;
    squares += value * value;
    count += 1;
  });
  // Shot noise is larger within the beam than what the whole image shows.
  if (count < 4) return undefined;
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean);
  const own = blockNoise(
    blocks,
    (place) => Math.hypot(place.x - beam.centre.x, place.y - beam.centre.y) < core * radius,
  );
  const structure = Math.sqrt(Math.max(0, variance - (own ?? noise) ** 2));
  return structure > maxUnevenness * contrast
    ? bad('The brightness varies within the beam: something lies in it.')
    : undefined;
}
