import type { Frame } from '../base/frame';
import { binaryLogarithm, exponential, powerOfTwo } from '../base/functions';
import { keyOf } from '../base/random';
import { paintGrains, type Grains } from './film';

/** Finest grains of a texture in pixels of the image: between these and twice as wide. Wider ones have too little at the Nyquist frequency to be raised from. */
const finestGrain = 0.5;
/** Cells are this many standard deviations of a grain apart. */
const cellPerGrain = 5;
/** Standard deviation of the coarsest grains in micrometres: below a cycle in 100 nm the spectra of amorphous layers are flat. */
const coarsestGrain = 0.016;

/** Sizes of the grains that are painted at a pixel size: steps of a fixed ladder in micrometres. */
function sizesAt(pixelSize: number): readonly number[] {
  const finest = Math.ceil(binaryLogarithm(pixelSize * finestGrain));
  const coarsest = Math.max(finest, Math.floor(binaryLogarithm(coarsestGrain)));
  return Array.from({ length: coarsest - finest + 1 }, (_, k) => powerOfTwo(coarsest - k));
}

/** Height of grains: their variance goes with their size, so that what is seen at a magnification hardly depends on the finer ones, which are left out. */
const amplitudeOf = (size: number): number => Math.sqrt(size / coarsestGrain);

/**
 * Fills a canvas with grains that are the raw material of a texture: which of them are there depends on the place on the specimen alone. The image
 * gives them the spectrum of a material, by `graininess`.
 */
export function paintTexture(canvas: Float32Array, frame: Frame, key: number): void {
  const grains = sizesAt(frame.pixelSize).map((size): Grains => ({
    size,
    cell: cellPerGrain * size,
    amplitude: amplitudeOf(size),
    key: keyOf(key, Math.round(binaryLogarithm(size))),
  }));
  paintGrains(canvas, frame, grains, { mean: 0, least: -Infinity });
}

/**
 * Power of the grains by the square of a spatial frequency in cycles per micrometre, micrometres squared; its integral over all frequencies is
 * their variance. Grains at random places have the power of one grain times their number in a square micrometre.
 */
export function graininess(pixelSize: number): (frequencySquared: number) => number {
  const grains = sizesAt(pixelSize).map((size) => ({
    // A third of the squared height, times (2 pi sigma^2)^2 for the area of a Gaussian, over the cell of one grain.
    power: ((amplitudeOf(size) ** 2 / 3) * (2 * Math.PI * size) ** 2) / cellPerGrain ** 2,
    fall: 4 * Math.PI ** 2 * size ** 2,
  }));
  return (frequencySquared) => {
    let total = 0;
    for (const { power, fall } of grains) total += power * exponential(-fall * frequencySquared);
    return total;
  };
}
