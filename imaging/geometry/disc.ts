import { badArgument, constantImage, edgeNotFound } from '../errors';
import { type Image, toFloat32 } from '../image';
import { extent } from '../statistics';
import { centroid } from './centroid';
import { type CircleFit, fitCircle } from './circle-fit';
import { toCamera, type Vector } from '../coordinates';
import { edgeBlur, edgeOfSector, type PolarBand, polarBand, type SectorProfile } from './polar-band';
import { resample } from './resample';

/** Options of the search for a disc. */
export interface DiscOptions {
  /** Number of sectors; the edge is located in each of them. Default one for every 4 pixels of the rim, 24 to 180. */
  readonly sectorCount?: number;
  /** Half width in pixels of the band about the edge; it must exceed the blur of the edge. Default from that blur. */
  readonly halfWidth?: number;
  /**
   * A sector counts when the brightness falls there by at least this share of the contrast of the image; default 0.4.
   */
  readonly smallestDrop?: number;
}

/** A bright disc on a darker ground, such as the beam on the camera. */
export interface Disc {
  /** Camera position: pixels of the image, origin at its centre, X right, Y UP. */
  readonly centre: Vector;
  /** In pixels. */
  readonly radius: number;
  /** In pixels, from the scatter of the edge about the circle. */
  readonly standardErrors: { readonly x: number; readonly y: number; readonly radius: number };
  /** Standard deviation of the edge across the circle, in pixels. */
  readonly deviation: number;
  /** Sectors whose edge belongs to the circle. */
  readonly edgeCount: number;
  /** Their part of the rim, in degrees. */
  readonly arc: number;
}

/** The search runs on an image of at most this many pixels a side. */
const coarseSide = 128;
const coarseSectors = 72;
const minEdges = 8;
const minArc = 40;
/** Passes at full resolution; each takes the circle of the one before as its middle. */
const finePasses = 4;

/**
 * Finds a bright disc and measures its centre and radius from its edge.
 *
 * The disc is first found on a reduced image by its brightness. Then the pixels about the rim are averaged in sectors and
 * rings about the centre, and in each sector the edge is placed so that a sharp step there holds the same intensity as the
 * measured one. As intensity is taken over area, an isotropic blur of the edge does not move it. The points are joined by a robust
 * circle, so parts of the rim that lie outside the image, behind a beam stop or on a grid bar do no harm. Intensity may vary over
 * the disc, but not across the rim at the scale of the band.
 *
 * @throws ImagingError 'imaging/constant-image', 'imaging/edge-not-found' when fewer than 8 sectors or less than 40 degrees of the rim
 *   are seen, 'imaging/not-finite', 'imaging/bad-argument' for options out of range, 'imaging/empty-image'
 */
export function findDisc(source: Image, options: DiscOptions = {}): Disc {
  const where = 'findDisc';
  const { sectorCount, halfWidth, smallestDrop = 0.4 } = options;
  if (sectorCount !== undefined && !(Number.isInteger(sectorCount) && sectorCount >= minEdges))
    throw badArgument(where, `${sectorCount} sectors cannot be`);
  if (halfWidth !== undefined && !(halfWidth >= 2))
    throw badArgument(where, `a half width of ${halfWidth} pixels is below 2`);
  if (!(smallestDrop > 0 && smallestDrop < 1))
    throw badArgument(where, `a smallest drop of ${smallestDrop} is not between 0 and 1`);
  const [rows = 0, columns = 0] = source.shape;
  const { minimum, maximum } = extent(source);
  if (minimum === maximum) throw constantImage(where, minimum);

  const shrink = Math.max(1, Math.max(rows, columns) / coarseSide);
  const coarse =
    shrink > 1
      ? resample(source, Math.max(1, Math.round(rows / shrink)), Math.max(1, Math.round(columns / shrink)))
      : source;
  const start = brightPart(coarse);
  const everywhere = { centre: start.centre, inner: 1, outer: Math.hypot(...coarse.shape), sectorCount: coarseSectors };
  const coarseEdges = edgesOf(
    polarBand(coarse, everywhere),
    everywhere,
    Math.max(3, 0.1 * start.radius),
    smallestDrop * start.contrast,
  );
  const coarseCircle = circleThrough(coarseEdges);
  requireBrightInside(coarse, coarseCircle, start.contrast);
  let circle: { centre: Vector; radius: number } = scaled(coarseCircle, coarse, source);

  let fit: CircleFit | undefined;
  let sectors = 0;
  let width = halfWidth ?? Math.max(6, 0.1 * circle.radius);
  for (let pass = 0; pass < finePasses; pass++) {
    width = Math.min(width, 0.8 * circle.radius);
    sectors = sectorCount ?? Math.min(180, Math.max(24, Math.floor((2 * Math.PI * circle.radius) / 4)));
    const band = {
      centre: circle.centre,
      inner: circle.radius - 2 * width,
      outer: circle.radius + 2 * width,
      sectorCount: sectors,
    };
    const profiles = polarBand(source, band);
    const next = circleThrough(edgesOf(profiles, band, width, smallestDrop * start.contrast));
    const moved =
      Math.hypot(next.centre.x - circle.centre.x, next.centre.y - circle.centre.y) +
      Math.abs(next.radius - circle.radius);
    fit = next;
    circle = next;
    const narrowest = halfWidth ?? narrowBand(edgeBlur(profiles), width);
    if (moved < 0.1 * next.standardErrors.radius && narrowest >= width) break;
    width = Math.min(width, narrowest);
  }
  const found = fit as CircleFit;
  const edgeCount = found.weights.filter((weight) => weight > 0).length;
  const arc = (360 * edgeCount) / sectors;
  if (arc < minArc) throw edgeNotFound(where, `only ${arc.toFixed(0)} degrees of the rim of the disc are seen`);
  return {
    centre: found.centre,
    radius: found.radius,
    standardErrors: found.standardErrors,
    deviation: found.deviation,
    edgeCount,
    arc,
  };
}

/** Centre, size and contrast of the bright part, by the threshold that best separates the pixels. */
function brightPart(coarse: Image): { centre: Vector; radius: number; contrast: number } {
  const pixels = toFloat32(coarse, 'findDisc');
  const { threshold, contrast } = partition(pixels);
  let bright = 0;
  for (const value of pixels) if (value >= threshold) bright++;
  const { x, y } = centroid(coarse, { background: threshold - contrast / 2, threshold });
  return { centre: { x, y }, radius: Math.sqrt(bright / Math.PI), contrast };
}

/**
 * The threshold that separates the pixels into the two most different classes (N. Otsu, IEEE Trans. Systems, Man and
 * Cybernetics 9 (1979) 62-66).
 */
function partition(pixels: Float32Array): { threshold: number; contrast: number } {
  const sorted = Float64Array.from(pixels).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let best = -1;
  let threshold = 0;
  let contrast = 0;
  let below = 0;
  for (let count = 1; count < sorted.length; count++) {
    below += sorted[count - 1] as number;
    const difference = (total - below) / (sorted.length - count) - below / count;
    const unlike = count * (sorted.length - count) * difference * difference;
    if (unlike > best) {
      best = unlike;
      contrast = difference;
      threshold = ((sorted[count] as number) + (sorted[count - 1] as number)) / 2;
    }
  }
  return { threshold, contrast };
}

/** The smallest band that still includes both levels beside a blurred edge: pixels further out only add noise. */
function narrowBand(blur: number | undefined, width: number): number {
  return blur === undefined ? width : Math.max(4, Math.ceil(4 * blur + 1));
}

/** The places of the edge, as camera positions. */
function edgesOf(
  profiles: readonly SectorProfile[],
  { centre, sectorCount }: PolarBand,
  halfWidth: number,
  smallestDrop: number,
): Vector[] {
  const points: Vector[] = [];
  profiles.forEach((profile, sector) => {
    const radius = edgeOfSector(profile, halfWidth, smallestDrop);
    if (radius === undefined) return;
    const angle = (2 * Math.PI * (sector + 0.5)) / sectorCount;
    points.push({ x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) });
  });
  return points;
}

function circleThrough(points: readonly Vector[]): CircleFit {
  if (points.length < minEdges)
    throw edgeNotFound('findDisc', `the rim of a disc is seen in ${points.length} directions only`);
  return fitCircle(points);
}

/** Noise has rims in all directions too, but a circle through them is not brighter inside than outside. */
function requireBrightInside(coarse: Image, circle: CircleFit, contrast: number): void {
  const [rows = 0, columns = 0] = coarse.shape;
  const inside = { sum: 0, count: 0 };
  const outside = { sum: 0, count: 0 };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { x, y } = toCamera({ row, column }, coarse);
      const side = Math.hypot(x - circle.centre.x, y - circle.centre.y) < circle.radius ? inside : outside;
      side.sum += coarse.get(row, column);
      side.count++;
    }
  }
  const brighter = inside.sum / inside.count - outside.sum / outside.count;
  if (!(brighter > contrast / 2))
    throw edgeNotFound('findDisc', 'there is no disc that is brighter than what is around it');
}

/** A circle found on the reduced image, in pixels of the whole one; both show the same field. */
function scaled(circle: CircleFit, coarse: Image, source: Image): { centre: Vector; radius: number } {
  const across = (source.shape[1] as number) / (coarse.shape[1] as number);
  const down = (source.shape[0] as number) / (coarse.shape[0] as number);
  return {
    centre: { x: circle.centre.x * across, y: circle.centre.y * down },
    radius: (circle.radius * (across + down)) / 2,
  };
}
