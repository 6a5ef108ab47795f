import type { Vector } from '../coordinates';
import { robustLeastSquares } from '../fits';
import { polarBand, edgeOfSector } from '../geometry/polar-band';
import type { Disc } from '../geometry';
import type { Image } from '../image';
import type { MeasuredPlace } from './place';

/** The edge of a beam at half of its height, as an ellipse or, where too little of it is seen for that, as a circle. */
export interface Outline extends MeasuredPlace {
  /** Radius in pixels of the disc that has the same area. */
  readonly radius: number;
  readonly radiusError: number;
  /** Half axes in pixels and the direction of the longer one in degrees counter-clockwise from X; equal for a circle. */
  readonly axes: { readonly long: number; readonly short: number; readonly direction: number };
  /** Degrees of the edge that are seen and lie on the outline. */
  readonly arc: number;
  /** Standard deviation of the edge across the outline, in pixels. */
  readonly deviation: number;
}

/** Degrees of the edge from which two axes can be distinguished. */
const minEllipseArc = 250;
/** Part of the band about the edge in which the levels beside it are looked for, and its smallest half width in pixels. */
const bandShare = 0.1;
const minBand = 6;
const minEdges = 8;
const maxIterations = 30;
const degrees = 180 / Math.PI;

/**
 * Measures the outline of a beam that was found as a disc.
 * @param contrast counts by which the beam is brighter than what is beside it
 * @returns undefined where too little of the edge is seen
 */
export function outlineOf(source: Image, disc: Disc, contrast: number): Outline | undefined {
  const sectorCount = Math.min(180, Math.max(24, Math.floor((2 * Math.PI * disc.radius) / 4)));
  const width = Math.min(Math.max(minBand, bandShare * disc.radius), 0.8 * disc.radius);
  const reach = 2 * width;
  const band = { centre: disc.centre, inner: disc.radius - reach, outer: disc.radius + reach, sectorCount };
  const points: Vector[] = [];
  for (const [sector, profile] of polarBand(source, band).entries()) {
    // Each sector has a threshold of its own: half of the height that the beam has there.
    const radius = edgeOfSector(profile, width, smallestDrop * contrast);
    if (radius === undefined) continue;
    const angle = (2 * Math.PI * (sector + 0.5)) / sectorCount;
    points.push({ x: disc.centre.x + radius * Math.cos(angle), y: disc.centre.y + radius * Math.sin(angle) });
  }
  if (points.length < minEdges) return undefined;
  return fitOutline(points, sectorCount);
}

/** Share of the contrast by which the brightness falls across an edge. */
const smallestDrop = 0.4;

/** Distance of an ellipse from its centre in a direction, by the half axes and the direction of the longer one. */
function reachOf(radius: number, stretch: number, axis: number, angle: number): number {
  if (stretch === 0) return radius;
  const [long, short] = [radius * Math.exp(stretch), radius * Math.exp(-stretch)];
  const turned = angle - axis;
  return (long * short) / Math.hypot(short * Math.cos(turned), long * Math.sin(turned));
}

function fitOutline(points: readonly Vector[], sectorCount: number): Outline | undefined {
  const asEllipse = (360 * points.length) / sectorCount >= minEllipseArc;
  let centre = {
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  };
  let radius = points.reduce((sum, { x, y }) => sum + Math.hypot(x - centre.x, y - centre.y), 0) / points.length;
  // The stretch as a pair, so that a circle needs nothing else.
  let [along, across] = [0, 0];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const [stretch, axis] = [Math.hypot(along, across), Math.atan2(across, along) / 2];
    const angles = points.map(({ x, y }) => Math.atan2(y - centre.y, x - centre.x));
    const rows = angles.map((angle) => [
      Math.cos(angle),
      Math.sin(angle),
      1,
      ...(asEllipse ? [Math.cos(2 * angle), Math.sin(2 * angle)] : []),
    ]);
    const residuals = points.map(
      ({ x, y }, index) => Math.hypot(x - centre.x, y - centre.y) - reachOf(radius, stretch, axis, angles[index]!),
    );
    const fit = robustLeastSquares(rows, residuals);
    const [x = 0, y = 0, grow = 0, moreAlong = 0, moreAcross = 0] = fit.parameters;
    centre = { x: centre.x + x, y: centre.y + y };
    radius += grow;
    if (!(radius > 0)) return undefined;
    along += moreAlong / radius;
    across += moreAcross / radius;
    const [errorX = NaN, errorY = NaN, errorRadius = NaN] = fit.standardErrors;
    const moved = Math.abs(x) + Math.abs(y) + Math.abs(grow) + Math.abs(moreAlong) + Math.abs(moreAcross);
    if (moved > Math.max(1e-3 * errorRadius, 1e-9 * radius)) continue;
    const seen = fit.weights.filter((weight) => weight > 0).length;
    const grown = neighbourGrowth(fit.residuals.filter((_, index) => fit.weights[index]! > 0));
    const elongation = Math.hypot(along, across);
    return {
      centre,
      standardErrors: { x: grown * errorX, y: grown * errorY },
      radius,
      radiusError: grown * errorRadius,
      axes: {
        long: radius * Math.exp(elongation),
        short: radius * Math.exp(-elongation),
        direction: (Math.atan2(across, along) / 2) * degrees,
      },
      arc: (360 * seen) / sectorCount,
      deviation: fit.scale,
    };
  }
  return undefined;
}

/** Factor on the errors of a fit whose neighbouring residuals are alike, as of an edge that something else bends. */
function neighbourGrowth(residuals: readonly number[]): number {
  let [product, square] = [0, 0];
  for (const [index, each] of residuals.entries()) {
    product += each * residuals[(index + 1) % residuals.length]!;
    square += each * each;
  }
  const likeness = square > 0 ? Math.min(0.9, Math.max(0, product / square)) : 0;
  return Math.sqrt((1 + likeness) / (1 - likeness));
}
