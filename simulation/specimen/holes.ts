import type { Frame } from '../base/frame';
import { cosine, exponential, sine } from '../base/functions';
import { hash, highNormal, keyOf, lowNormal } from '../base/random';
import { scratch } from '../base/scratch';
import { edge, specimenPoint } from './lattice';
import type { HoleTruth } from './solid-options';

// Called once a pixel or more: looking them up on the global object each time costs more than the call where globals are guarded, as in tests.
const { floor, sqrt } = Math;

/** Width of the rim of a hole in micrometres: standard deviation of a Gaussian that stands so far outside the edge. */
const rimWidth = 0.03;
const tableSteps = 1024;

/** A holey film as it is painted: its holes, the direction of its lattice and the key of what is irregular. */
export interface HoleyFilm extends HoleTruth {
  /** Degrees counter-clockwise from specimen X. */
  readonly angle: number;
  readonly key: number;
}

/** Values by the distance from the edge of a hole: `inside` far within, `outside` far beyond, and the rim on top of it. */
export interface HoleProfile {
  readonly inside: number;
  readonly outside: number;
  readonly rim: number;
}

/** Adds values of a profile to a canvas, blurred as the pixels are; each pixel takes part in the one hole that is next. */
export function addHoles(canvas: Float32Array, frame: Frame, film: HoleyFilm, profile: HoleProfile): void {
  const { spacing, diameter, diameterSpread, placement, missing, key } = film;
  const blur = sqrt(frame.blurVariance + 1 / 12) * frame.pixelSize;
  const reach = 4 * sqrt(rimWidth ** 2 + blur ** 2) + rimWidth;
  const table = profileTable(profile, blur, reach);
  const { inside, outside } = profile;
  const perMicrometre = tableSteps / (2 * reach);
  const angle = (film.angle * Math.PI) / 180;
  const [alongX, alongY] = [cosine(angle) / spacing, sine(angle) / spacing];
  const point = { x: 0, y: 0 };
  // Without distortion the place on the lattice changes by the same step from one pixel to the next.
  const plain = frame.cubic === 0 && frame.quadratic === 0;
  specimenPoint(frame, 1, 0, point);
  const next = { ...point };
  specimenPoint(frame, 0, 0, point);
  const [stepX, stepY] = [next.x - point.x, next.y - point.y];
  let [cellX, cellY] = [NaN, NaN];
  let hole = { x: 0, y: 0, radius: 0, inner: 0, outer: 0 };
  for (let row = 0, at = 0; row < frame.rows; row++) {
    specimenPoint(frame, 0, row, point);
    let { x, y } = point;
    for (let column = 0; column < frame.columns; column++, at++, x += stepX, y += stepY) {
      if (!plain) {
        specimenPoint(frame, column, row, point);
        x = point.x;
        y = point.y;
      }
      const u = x * alongX + y * alongY;
      const v = y * alongX - x * alongY;
      const [i, j] = [floor(u), floor(v)];
      if (i !== cellX || j !== cellY) {
        cellX = i;
        cellY = j;
        hole = holeAt(i, j);
      }
      const dx = (u - hole.x) * spacing;
      const dy = (v - hole.y) * spacing;
      const square = dx * dx + dy * dy;
      if (square >= hole.outer) canvas[at]! += outside;
      else if (square <= hole.inner) canvas[at]! += inside;
      else {
        const place = (sqrt(square) - hole.radius + reach) * perMicrometre;
        const left = floor(place);
        canvas[at]! += table[left]! + (place - left) * (table[left + 1]! - table[left]!);
      }
    }
  }

  /** The hole in a cell of the lattice; one that is not there lies far away. */
  function holeAt(i: number, j: number): typeof hole {
    const random = hash(i, keyOf(key, 1, j));
    const more = hash(i, keyOf(key, 2, j));
    const gone = missing > 0 && hash(i, keyOf(key, 3, j)) >>> 0 < missing * 4294967296;
    const radius = (diameter / 2) * (1 + diameterSpread * highNormal(more));
    // A hole is drawn within its own cell alone, so that its rim must not leave it.
    const room = Math.max(0, (spacing / 2 - radius) / spacing);
    const within = (offset: number): number => Math.max(-room, Math.min(room, offset));
    const inner = Math.max(0, radius - reach);
    return {
      x: i + 0.5 + within((placement / spacing) * highNormal(random)) + (gone ? 1e6 : 0),
      y: j + 0.5 + within((placement / spacing) * lowNormal(random)),
      radius,
      inner: radius > reach ? inner ** 2 : -1,
      outer: (radius + reach) ** 2,
    };
  }
}

/** A profile from `-reach` to `reach` about the edge, blurred by a Gaussian. */
function profileTable({ inside, outside, rim }: HoleProfile, blur: number, reach: number): Float32Array {
  const table = scratch('holes', tableSteps + 2);
  const width = sqrt(rimWidth ** 2 + blur ** 2);
  for (let k = 0; k <= tableSteps + 1; k++) {
    const distance = (2 * reach * k) / tableSteps - reach;
    const bump = rim * (rimWidth / width) * exponential(-0.5 * ((distance - rimWidth) / width) ** 2);
    table[k] = inside + (outside - inside) * edge(distance / blur) + bump;
  }
  return table;
}
