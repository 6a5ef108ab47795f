import { rasterOf, seenCorners, type Frame } from '../base/frame';
import { cosine, exponential } from '../base/functions';
import { hash, keyOf, normalQuantiles } from '../base/random';
import { edge } from './lattice';
import { cellRows } from './splat';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor, sqrt, ceil } = Math;

/** Spheres that lie about, one at a random place in each cell of a square lattice without end. */
export interface Spheres {
  readonly perSquareMicrometre: number;
  /** Micrometres; each sphere has one of them, */
  readonly radii: readonly number[];
  /** but for this standard deviation over the mean. */
  readonly spread: number;
  /** Added for each micrometre that the beam passes through a sphere. */
  readonly perMicrometre: number;
  readonly key: number;
}

/** Sizes into which the spread of radii is divided. */
const sizesPerRadius = 8;
/** Cells of fewer pixels do not show the single spheres. */
const smallestCell = 1.5;
const stepsPerPixel = 8;
/** Steps of the blur to a pixel: the slightest motion must not make all spheres again. */
const blurSteps = 64;
/** Distance from the edge in standard deviations of the blur at which it changes a sphere no more than its curvature says. */
const edgeReach = 6;

/** A sphere as it is drawn: its thickness in pixels by the distance from its middle in `stepsPerPixel` of a pixel. */
interface Drawn {
  readonly reach: number;
  readonly values: Float32Array;
}

/** Adds the thickness of spheres to a canvas. They stay round when the stage is tilted. */
export function addSpheres(canvas: Float32Array, frame: Frame, spheres: Spheres): void {
  const { perSquareMicrometre, radii, spread, perMicrometre, key } = spheres;
  if (perSquareMicrometre <= 0) return;
  const sizes = radii.flatMap((radius) =>
    Array.from({ length: sizesPerRadius }, (_, k) => {
      const quantile = normalQuantiles[floor(((k + 0.5) / sizesPerRadius) * normalQuantiles.length)]!;
      return Math.max(0.1 * radius, radius * (1 + spread * quantile));
    }),
  );
  const scale = pixelsPerMicrometre(frame);
  const cell = 1 / sqrt(perSquareMicrometre);
  if (cell * scale < smallestCell) {
    const volume = sizes.reduce((sum, radius) => sum + ((4 * Math.PI) / 3) * radius * radius * radius, 0);
    const mean = (perSquareMicrometre * perMicrometre * volume) / sizes.length;
    for (let k = 0; k < canvas.length; k++) canvas[k]! += mean;
    return;
  }
  const blur = Math.round(sqrt(frame.blurVariance + 1 / 12) * blurSteps) / blurSteps;
  const drawn = sizes.map((radius) => drawnSphere(radius * scale, blur));
  const widest = drawn.reduce((most, { reach }) => Math.max(most, reach), 0);
  const region = cellRows(seenCorners(frame, widest + 1), cell);
  for (let j = region.first; j <= region.last; j++)
    for (let i = region.from[j - region.first]!; i <= region.to[j - region.first]!; i++) {
      const random = hash(i, keyOf(key, j)) >>> 0;
      const x = (i + (random >>> 16) / 65536) * cell;
      const y = (j + (random & 65535) / 65536) * cell;
      const size = (hash(random, key) >>> 0) % drawn.length;
      const { column, row } = rasterOf(frame, { x, y });
      draw(canvas, frame, drawn[size]!, perMicrometre / scale, column - 0.5, row - 0.5);
    }
}

/** Adds one sphere whose middle lies at a place counted in pixels. @param unit value of a thickness of one pixel */
function draw(
  canvas: Float32Array,
  { columns, rows }: Frame,
  { reach, values }: Drawn,
  unit: number,
  x: number,
  y: number,
): void {
  const [left, right] = [Math.max(0, ceil(x - reach)), Math.min(columns - 1, floor(x + reach))];
  const [top, bottom] = [Math.max(0, ceil(y - reach)), Math.min(rows - 1, floor(y + reach))];
  for (let row = top; row <= bottom; row++) {
    const dy = row - y;
    for (let column = left; column <= right; column++) {
      const dx = column - x;
      const distance = sqrt(dx * dx + dy * dy);
      if (distance >= reach) continue;
      const place = distance * stepsPerPixel;
      const step = floor(place);
      canvas[row * columns + column]! += unit * (values[step]! + (place - step) * (values[step + 1]! - values[step]!));
    }
  }
}

/** Spheres drawn before, of the last frames. */
const kept = new Map<string, Drawn>();
const maxKept = 64;

/** A sphere of a radius in pixels, of which as many spheres are kept as frames of one magnification need. */
function drawnSphere(radius: number, blur: number): Drawn {
  const name = `${radius} ${blur}`;
  const before = kept.get(name);
  if (before) return before;
  if (kept.size >= maxKept) kept.clear();
  const drawn = blurredSphere(radius, blur);
  kept.set(name, drawn);
  return drawn;
}

/** Thickness of a sphere about its middle, blurred by a Gaussian: as a Gaussian of its volume where it is small, as a pile of blurred discs elsewhere. */
function blurredSphere(radius: number, blur: number): Drawn {
  const small = radius < blur;
  const spread = sqrt(blur * blur + (radius * radius) / 5);
  const reach = small ? 4 * spread : radius + 4 * blur;
  const count = ceil(reach * stepsPerPixel) + 3;
  const values = new Float32Array(count);
  const height = (((4 * Math.PI) / 3) * radius * radius * radius) / (2 * Math.PI * spread * spread);
  // Discs at equal steps of latitude, close enough for their edges to overlap.
  const discs = ceil((3 * radius) / blur) + 8;
  const step = Math.PI / 2 / discs;
  for (let k = 0; k < count; k++) {
    const distance = k / stepsPerPixel;
    if (small) {
      values[k] = height * exponential(-0.5 * (distance / spread) ** 2);
      continue;
    }
    if (distance < radius - edgeReach * blur) {
      const chord = radius * radius - distance * distance;
      values[k] = 2 * sqrt(chord) - (blur * blur * (chord + radius * radius)) / (chord * sqrt(chord));
      continue;
    }
    for (let n = 0; n < discs; n++) {
      const disc = radius * cosine((n + 0.5) * step);
      values[k]! += 2 * disc * step * blurredDisc(distance, disc, blur);
    }
  }
  return { reach, values };
}

/** A disc of height 1, blurred by a Gaussian: as a Gaussian of its area where it is small, by its edge alone elsewhere. */
function blurredDisc(distance: number, radius: number, blur: number): number {
  if (radius > 1.5 * blur) return edge((radius - distance) / blur);
  const variance = blur * blur + (radius * radius) / 4;
  return ((radius * radius) / (2 * variance)) * exponential((-0.5 * distance * distance) / variance);
}

/** Scale of a frame along its longest direction: that of the untilted specimen. */
function pixelsPerMicrometre({ columnX, columnY, rowX, rowY }: Frame): number {
  const half = (columnX * columnX + columnY * columnY + rowX * rowX + rowY * rowY) / 2;
  const determinant = columnX * rowY - columnY * rowX;
  return sqrt(half + sqrt(Math.max(0, half * half - determinant * determinant)));
}
