import type { Frame } from '../base/frame';
import { binaryLogarithm, power, powerOfTwo } from '../base/functions';
import { keyOf } from '../base/random';
import { scratch } from '../base/scratch';
import { pixelProfile, pointProfile, splat, type Octave, type Profile, type Raster } from './splat';

/** A film of grains of all sizes. */
export interface Film {
  readonly key: number;
  readonly contrast: number;
}

/** Cells are this many grain widths (standard deviations) apart. */
const cellPerSigma = 4;
/** The finest grains, in pixels of the image: finer ones are averaged away by the pixel. */
const finestGrain = 0.6;
/** An image of this many pixels on the shorter side of the field shows the contrast that the film has by its options, */
const contrastPixels = 512;
/** between its finest grains and the coarsest there are, in its pixels. */
const coarsestGrain = 16;
/** The variance of an octave goes with this power of the grain size, which lifts fine detail above the noise. */
const variancePower = -0.7;

/** Blurred grains at least this many samples wide are painted on a raster twice as coarse instead. */
const widestGrain = 2.4;

/** Variance of the cubic B-spline, in samples squared. */
const splineVariance = 1 / 3;

interface Level {
  readonly raster: Raster;
  readonly step: number;
}

/**
 * Adds the texture of a film to a canvas of `frame.rows * frame.columns` values.
 *
 * The octaves are steps of a fixed ladder in micrometres, and which of them are painted
 * depends on the field of view and the pixel size alone. Coarse octaves are painted as coefficients of a cubic B-spline on coarser rasters and refined
 * from one raster to the next by the spline's two-scale relation (Unser, IEEE Signal Processing Magazine 16 (1999) 22), which is exact: a shifted
 * specimen gives the shifted image to any fraction of a pixel.
 *
 * @param field shorter side of the camera's full field of view, micrometres
 */
export function paintFilm(canvas: Float32Array, frame: Frame, film: Film, field: number): void {
  if (film.contrast === 0) return;
  const unit = field / contrastPixels;
  const coarsest = Math.floor(binaryLogarithm(unit * coarsestGrain));
  const finest = Math.ceil(binaryLogarithm(frame.pixelSize * finestGrain));
  const octaves: { octave: Octave; level: number; profile: Profile }[] = [];
  for (let rung = coarsest; rung >= finest; rung--) {
    const size = powerOfTwo(rung);
    const sigma = size / frame.pixelSize;
    const variance = sigma ** 2 + frame.blurVariance;
    const level = Math.max(0, Math.ceil(binaryLogarithm(Math.sqrt(variance) / widestGrain)));
    const step = powerOfTwo(level);
    // An even spread of heights has a third of its square as variance; a grain covers pi*sigma^2 of its cell in the mean square.
    const share = varianceShare(size / unit);
    const amplitude = film.contrast * Math.sqrt((share * 3 * cellPerSigma ** 2) / Math.PI);
    octaves.push({
      octave: { cell: cellPerSigma * size, amplitude, key: keyOf(film.key, rung) },
      level,
      profile:
        level === 0
          ? pixelProfile(sigma, variance)
          : pointProfile(sigma / step, (variance + 1 / 12) / step ** 2 - splineVariance),
    });
  }
  const top = octaves.reduce((highest, { level }) => Math.max(highest, level), 0);
  let coarser: Level | undefined;
  for (let level = top; level >= 0; level--) {
    const here = octaves.filter((each) => each.level === level);
    const step = powerOfTwo(level);
    const border = here.reduce((widest, { profile }) => Math.max(widest, 2 * profile.half + 4), 4);
    // A coarse raster reaches two samples beyond the frame on either side, as the spline does.
    const raster = makeRaster(
      `film ${level}`,
      Math.ceil(frame.columns / step) + 2,
      Math.ceil(frame.rows / step) + 2,
      border,
    );
    for (const { octave, profile } of here) splat(raster, frame, step, octave, profile);
    if (level === 0) finish(canvas, frame, raster, coarser?.raster);
    else if (coarser) refine(raster, coarser.raster);
    coarser = { raster, step };
  }
}

/** Share of an octave in the square of the contrast; the octaves of a ladder between the finest and the coarsest grain have about 1 in all. */
function varianceShare(grain: number): number {
  const all = (power(finestGrain, variancePower) - power(coarsestGrain, variancePower)) / (-variancePower * Math.LN2);
  return power(Math.max(grain, finestGrain), variancePower) / all;
}

function makeRaster(name: string, columns: number, rows: number, border: number): Raster {
  const stride = columns + 2 * border;
  return { data: scratch(name, stride * (rows + 2 * border)), stride, border, columns, rows };
}

/** Adds the spline of a coarse raster to the coefficients of the raster twice as fine. */
function refine(fine: Raster, coarse: Raster): void {
  upsample(coarse, fine.columns, fine.rows, 4, [1 / 8, 6 / 8, 4 / 8, 0], (values, row) => {
    const line = (row + fine.border - 2) * fine.stride + fine.border - 2;
    for (let k = 0; k < values.length; k++) fine.data[line + k]! += values[k]!;
  });
}

/** Adds the grains of the finest raster, and the values of the spline of the next, to the canvas. */
function finish(
  canvas: Float32Array,
  { columns, rows }: Frame,
  { data, stride, border }: Raster,
  coarse: Raster | undefined,
): void {
  for (let row = 0; row < rows; row++) {
    const from = (row + border) * stride + border;
    const to = row * columns;
    for (let k = 0; k < columns; k++) canvas[to + k]! += data[from + k]!;
  }
  if (!coarse) return;
  upsample(coarse, columns, rows, 0, [1 / 6, 4 / 6, 23 / 48, 1 / 48], (values, row) => {
    const to = row * columns;
    for (let k = 0; k < columns; k++) canvas[to + k]! += values[k]!;
  });
}

/**
 * Doubles a raster: even samples are `(side, middle, side)`, odd ones `(far, near, near, far)` of the samples about them.
 * Rows and columns from `-reach/2` of the fine raster on are handed over one row after the other.
 */
function upsample(
  coarse: Raster,
  columns: number,
  rows: number,
  reach: number,
  [side, middle, near, far]: readonly [number, number, number, number],
  take: (values: Float32Array, row: number) => void,
): void {
  const { data, stride, border } = coarse;
  const margin = reach / 4;
  const width = columns + reach;
  const half = (width >> 1) + 4;
  const column = scratch('film column', half);
  const line = scratch('film line', width + (width & 1));
  const values = line.subarray(0, width);
  for (let k = 0; k < rows + reach; k++) {
    const q = (k >> 1) - margin;
    const start = (q + border) * stride + border - margin - 1;
    if ((k & 1) === 0) {
      for (let i = 0; i < half; i++) {
        const at = start + i;
        column[i] = middle * data[at]! + side * (data[at - stride]! + data[at + stride]!);
      }
    } else {
      for (let i = 0; i < half; i++) {
        const at = start + i;
        column[i] = near * (data[at]! + data[at + stride]!) + far * (data[at - stride]! + data[at + 2 * stride]!);
      }
    }
    for (let i = 0, x = 0; x < width; i++, x += 2) {
      const a = column[i]!;
      const b = column[i + 1]!;
      const c = column[i + 2]!;
      line[x] = middle * b + side * (a + c);
      line[x + 1] = near * (b + c) + far * (a + column[i + 3]!);
    }
    take(values, k);
  }
}
