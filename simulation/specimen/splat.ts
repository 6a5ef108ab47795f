import { seenCorners, type Frame } from '../base/frame';
import type { PlaneVector } from '../base/plane';
import { copied, kernels, room } from '../kernels';
import { phaseBits, type Profile } from './grain-profile';

const { floor } = Math;

/** A raster with a border in the memory of the kernels, into which grains are painted without looking at its edges. */
export interface Raster {
  /** Of its first number. */
  readonly address: number;
  readonly stride: number;
  readonly border: number;
  readonly columns: number;
  readonly rows: number;
}

/** One octave of a texture: a grain of Gaussian shape at a random place in every cell of a square lattice without end. */
export interface Octave {
  /** Micrometres. */
  readonly cell: number;
  /** Largest darkening of one grain as a fraction; the grains lie evenly between minus and plus this. */
  readonly amplitude: number;
  readonly key: number;
}

/**
 * Paints an octave of grains onto a raster whose pixels are `step` pixels of the frame wide.
 * The place of a grain depends on the octave alone, so the texture is the same from wherever and however finely it is seen.
 */
export function splat(raster: Raster, frame: Frame, step: number, octave: Octave, profile: Profile): void {
  const { border, stride } = raster;
  const { half, taps } = profile;
  const { cell, amplitude, key } = octave;
  const { cubic, quadratic } = frame;
  const distorted = cubic !== 0 || quadratic !== 0;
  // Positions are counted in raster samples: sample k stands at k*step + 1/2 of the frame.
  const inverseStep = 1 / step;
  const region = cellRows(seenCorners(frame, (half + 1) * step), cell);
  const geometry = [
    ...[frame.columnX * cell, frame.columnY * cell, frame.rowX * cell, frame.rowY * cell],
    distorted ? frame.originColumn - frame.centreColumn : (frame.originColumn - 0.5) * inverseStep,
    distorted ? frame.originRow - frame.centreRow : (frame.originRow - 0.5) * inverseStep,
    distorted ? 1 : inverseStep,
    ...[cubic, quadratic, frame.centreColumn - 0.5, frame.centreRow - 0.5, inverseStep],
    ...[half - border, raster.columns + border - half - 2, raster.rows + border - half - 2, border],
    amplitude / 32768,
  ];
  const lines = raster.rows + 2 * border + 1;
  const whole = [key, region.first, region.last, distorted ? 1 : 0, stride, lines, taps, half, phaseBits];
  const { splat: paint, grains_bytes: bytesFor } = kernels();
  paint(
    raster.address,
    copied('grain geometry', Float64Array.from(geometry)),
    copied('grain octave', Int32Array.from(whole)),
    copied('grain cells from', region.from),
    copied('grain cells to', region.to),
    copied('grain profile', profile.values),
    room('grains', bytesFor(lines)),
  );
}

/** For each row of cells that touches a convex region, the cells of it that do. */
export function cellRows(
  corners: readonly PlaneVector[],
  cell: number,
): { first: number; last: number; from: Int32Array; to: Int32Array } {
  const ys = corners.map(({ y }) => y / cell);
  const first = floor(Math.min(...ys));
  const last = floor(Math.max(...ys));
  const from = new Int32Array(last - first + 1);
  const to = new Int32Array(last - first + 1);
  for (let j = first; j <= last; j++) {
    let low = Infinity;
    let high = -Infinity;
    corners.forEach((corner, k) => {
      const next = corners[(k + 1) % corners.length]!;
      const rise = (next.y - corner.y) / cell;
      for (const y of [j, j + 1]) {
        const along = rise === 0 ? -1 : (y - corner.y / cell) / rise;
        if (along >= 0 && along <= 1) {
          const x = (corner.x + (next.x - corner.x) * along) / cell;
          low = Math.min(low, x);
          high = Math.max(high, x);
        }
      }
      const y = corner.y / cell;
      if (y >= j && y <= j + 1) {
        low = Math.min(low, corner.x / cell);
        high = Math.max(high, corner.x / cell);
      }
    });
    from[j - first] = floor(low);
    to[j - first] = floor(high);
  }
  return { first, last, from, to };
}
