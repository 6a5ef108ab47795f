import type { Frame } from '../base/frame';
import { binaryLogarithm, power, powerOfTwo } from '../base/functions';
import { keyOf } from '../base/random';
import { copied, floats, kernels, room } from '../kernels';
import { pixelProfile, pointProfile, type Profile } from './grain-profile';
import { splat, type Octave, type Raster } from './splat';

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

/** The least that a film lets through. */
const minTransmission = 0.02;

/**
 * Fills a canvas of `frame.rows * frame.columns` values with the transmission of a film, about 1.
 *
 * The octaves are steps of a fixed ladder in micrometres, and which of them are painted
 * depends on the field of view and the pixel size alone. Coarse octaves are painted as coefficients of a cubic B-spline on coarser rasters and refined
 * from one raster to the next by the spline's two-scale relation (Unser, IEEE Signal Processing Magazine 16 (1999) 22), which is exact: a shifted
 * specimen gives the shifted image to any fraction of a pixel.
 *
 * @param field shorter side of the camera's full field of view, micrometres
 */
export function paintFilm(canvas: Float32Array, frame: Frame, film: Film, field: number): void {
  if (film.contrast === 0) {
    canvas.fill(1);
    return;
  }
  const unit = field / contrastPixels;
  const coarsest = Math.floor(binaryLogarithm(unit * coarsestGrain));
  const finest = Math.ceil(binaryLogarithm(frame.pixelSize * finestGrain));
  const grains: Grains[] = [];
  for (let rung = coarsest; rung >= finest; rung--) {
    const size = powerOfTwo(rung);
    // An even spread of heights has a third of its square as variance; a grain covers pi*sigma^2 of its cell in the mean square.
    const share = varianceShare(size / unit);
    const amplitude = film.contrast * Math.sqrt((share * 3 * cellPerSigma ** 2) / Math.PI);
    grains.push({ size, cell: cellPerSigma * size, amplitude, key: keyOf(film.key, rung) });
  }
  paintGrains(canvas, frame, grains, { mean: 1, least: minTransmission });
}

/** Grains of one size. */
export interface Grains {
  /** Standard deviation, and side of the square in which one lies, micrometres. */
  readonly size: number;
  readonly cell: number;
  /** Largest darkening of one grain as a fraction. */
  readonly amplitude: number;
  readonly key: number;
}

/** Values of a canvas of grains: their mean and the lowest one. */
export interface GrainLevel {
  readonly mean: number;
  readonly least: number;
}

/** Fills a canvas of `frame.rows * frame.columns` values with grains of several sizes, the coarsest first. */
export function paintGrains(canvas: Float32Array, frame: Frame, grains: readonly Grains[], values: GrainLevel): void {
  const octaves: { octave: Octave; level: number; profile: Profile }[] = [];
  for (const { size, cell, amplitude, key } of grains) {
    const sigma = size / frame.pixelSize;
    const variance = sigma ** 2 + frame.blurVariance;
    const level = Math.max(0, Math.ceil(binaryLogarithm(Math.sqrt(variance) / widestGrain)));
    const step = powerOfTwo(level);
    octaves.push({
      octave: { cell, amplitude, key },
      level,
      profile:
        level === 0
          ? pixelProfile(sigma, variance)
          : pointProfile(sigma / step, (variance + 1 / 12) / step ** 2 - splineVariance),
    });
  }
  const top = octaves.reduce((highest, { level }) => Math.max(highest, level), 0);
  let coarser: Raster | undefined;
  for (let level = top; level >= 0; level--) {
    const here = octaves.filter((each) => each.level === level);
    const step = powerOfTwo(level);
    const border = here.reduce((widest, { profile }) => Math.max(widest, 2 * profile.half + 4), 4);
    // A coarse raster reaches two samples beyond the frame on either side, as the spline does.
    const beyond = level === 0 ? 0 : 2;
    const raster = makeRaster(
      `film ${level}`,
      Math.ceil(frame.columns / step) + beyond,
      Math.ceil(frame.rows / step) + beyond,
      border,
    );
    for (const { octave, profile } of here) splat(raster, frame, step, octave, profile);
    if (coarser) upsample(coarser, raster, beyond, level === 0 ? toValues : toCoefficients);
    if (level === 0) finish(canvas, raster, values);
    coarser = raster;
  }
}

/** Share of an octave in the square of the contrast; the octaves of a ladder between the finest and the coarsest grain have about 1 in all. */
function varianceShare(grain: number): number {
  const all = (power(finestGrain, variancePower) - power(coarsestGrain, variancePower)) / (-variancePower * Math.LN2);
  return power(Math.max(grain, finestGrain), variancePower) / all;
}

function makeRaster(name: string, columns: number, rows: number, border: number): Raster {
  const stride = columns + 2 * border;
  const length = stride * (rows + 2 * border);
  const address = room(name, 4 * length);
  floats(address, length).fill(0);
  return { address, stride, border, columns, rows };
}

/** Address of the shape of a raster, as the kernels take it. */
const shapeOf = (name: string, { stride, border, columns, rows }: Raster): number =>
  copied(name, Int32Array.of(stride, border, columns, rows));

/** Weights of the samples of a coarse raster in one twice as fine: even samples are `(side, middle, side)` of those about them, odd ones `(far, near, near, far)`. */
type Doubling = readonly [side: number, middle: number, near: number, far: number];
/** Adds the spline of a raster to the coefficients of the next finer one. */
const toCoefficients: Doubling = [1 / 8, 6 / 8, 4 / 8, 0];
/** Adds the values of the spline to those of the finest raster. */
const toValues: Doubling = [1 / 6, 4 / 6, 23 / 48, 1 / 48];

/** Adds a coarse raster to one twice as fine, from `reach` samples before its corner to as many after its end. */
function upsample(coarse: Raster, fine: Raster, reach: number, weights: Doubling): void {
  kernels().refine(
    coarse.address,
    shapeOf('coarse shape', coarse),
    fine.address,
    shapeOf('fine shape', fine),
    reach,
    copied('doubling', Float32Array.from(weights)),
    room('film column', 4 * (((fine.columns + 2 * reach) >> 1) + 4)),
  );
}

/** Copies what lies within the border of a raster to a canvas, about a mean. */
function finish(canvas: Float32Array, raster: Raster, { mean, least }: GrainLevel): void {
  const { length } = canvas;
  const finished = room('finished film', 4 * length);
  kernels().finish(finished, raster.address, shapeOf('fine shape', raster), mean, least);
  canvas.set(floats(finished, length));
}
