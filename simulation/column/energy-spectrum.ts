import { exponential, logarithm } from '../base/functions';

/** The truth of the energies of the electrons behind the specimen; electronvolts and nanometres. */
export interface SpectrumTruth {
  /** Half width of the zero-loss peak at 1/e of its height. */
  readonly zeroLossWidth: number;
  /** Share of the electrons of that peak that are in its tail, and the scale of the Landau distribution of that. */
  readonly tailShare: number;
  readonly tailScale: number;
  /** Most probable loss of an inelastic scattering, and the scale of its Landau distribution. */
  readonly plasmonLoss: number;
  readonly plasmonScale: number;
  readonly meanFreePath: number;
  readonly thickness: number;
}

/** Electronvolts from one value of the tables to the next, and the range that they cover. */
const step = 0.05;
const lowest = -20;
const highest = 230;
const size = Math.round((highest - lowest) / step) + 1;
const origin = Math.round(-lowest / step);
/** Numbers of scatterings below this probability are left out. */
const minProbability = 1e-4;
const maxScatterings = 9;
/** Standard deviations to which a normal distribution is tabulated. */
const normalReach = 6;

/** A distribution of energies, by the steps of the tables; only a stretch of it is not zero. */
interface Distribution {
  readonly values: Float64Array;
  readonly first: number;
  readonly last: number;
}

/**
 * The spectrum behind the specimen, as the edges of a slit see it: the electrons that were scattered a number of times by Poisson's law, each
 * time with a loss of Landau's distribution (in Moyal's form), all of them spread by the source and by the edge of the slit.
 */
export class EnergySpectrum {
  /** Share of the electrons below each energy. */
  private readonly below: Float64Array;

  /** @param edge standard deviation of the edge of the slit in electronvolts */
  constructor(truth: SpectrumTruth, edge: number) {
    const sharp = spread(scattered(truth), peak(truth));
    const { values } = edge > 0 ? spread(sharp, normal(edge)) : sharp;
    this.below = new Float64Array(size);
    let total = 0;
    for (let k = 0; k < size; k++) {
      // A value stands for the middle of its step.
      this.below[k] = total + values[k]! / 2;
      total += values[k]!;
    }
  }

  /** Share of the electrons that pass a slit of a width about the middle of a loss. */
  passing(loss: number, width: number): number {
    return this.at(loss + width / 2) - this.at(loss - width / 2);
  }

  private at(energy: number): number {
    const place = (energy - lowest) / step;
    if (!(place > 0)) return 0;
    const left = place | 0;
    if (left >= size - 1) return this.below[size - 1]!;
    return this.below[left]! + (place - left) * (this.below[left + 1]! - this.below[left]!);
  }
}

/** The losses in the specimen. */
function scattered({ thickness, meanFreePath, plasmonLoss, plasmonScale }: SpectrumTruth): Distribution {
  const mean = thickness / meanFreePath;
  const none = at(0);
  const total = new Float64Array(size);
  let probability = exponential(-mean);
  let losses = none;
  let [first, last] = [origin, origin];
  const single = mean > 0 ? landau(plasmonLoss, plasmonScale) : none;
  for (let count = 0; count <= maxScatterings && (count <= mean || probability >= minProbability); count++) {
    if (count > 0) losses = spread(losses, single);
    for (let k = losses.first; k <= losses.last; k++) total[k]! += probability * losses.values[k]!;
    [first, last] = [Math.min(first, losses.first), Math.max(last, losses.last)];
    probability *= mean / (count + 1);
  }
  return { values: total, first, last };
}

/** The zero-loss peak. */
function peak({ zeroLossWidth, tailShare, tailScale }: SpectrumTruth): Distribution {
  // A normal distribution falls to 1/e at the square root of 2 times its standard deviation.
  const narrow = zeroLossWidth > 0 ? normal(zeroLossWidth / Math.SQRT2) : at(0);
  if (tailShare === 0) return narrow;
  const tail = spread(narrow, landau(0, tailScale));
  return {
    values: narrow.values.map((value, k) => (1 - tailShare) * value + tailShare * tail.values[k]!),
    first: Math.min(narrow.first, tail.first),
    last: Math.max(narrow.last, tail.last),
  };
}

function at(energy: number): Distribution {
  const place = origin + Math.round(energy / step);
  const values = new Float64Array(size);
  values[place] = 1;
  return { values, first: place, last: place };
}

const normal = (deviation: number): Distribution =>
  tabulated(-normalReach * deviation, normalReach * deviation, (energy) =>
    exponential(-((energy / deviation) ** 2) / 2),
  );

/** Landau's distribution of losses in the closed form of Moyal, with its maximum at an energy. */
const landau = (most: number, scale: number): Distribution =>
  tabulated(most - normalReach * scale, highest, (energy) => {
    const place = (energy - most) / scale;
    return exponential(-(place + exponential(-place)) / 2);
  });

/** Tabulates a density and makes its sum 1. */
function tabulated(from: number, to: number, density: (energy: number) => number): Distribution {
  const first = Math.max(0, origin + Math.floor(from / step));
  const last = Math.min(size - 1, origin + Math.ceil(to / step));
  const values = new Float64Array(size);
  let total = 0;
  for (let k = first; k <= last; k++) total += values[k] = density((k - origin) * step);
  for (let k = first; k <= last; k++) values[k]! /= total;
  return { values, first, last };
}

/** The distribution of the sum of two independent energies; what is beyond the table is left out. */
function spread(one: Distribution, other: Distribution): Distribution {
  const values = new Float64Array(size);
  for (let k = one.first; k <= one.last; k++) {
    const value = one.values[k]!;
    if (value === 0) continue;
    const shift = k - origin;
    const end = Math.min(other.last, size - 1 - shift);
    for (let m = Math.max(other.first, -shift); m <= end; m++) values[m + shift]! += value * other.values[m]!;
  }
  return {
    values,
    first: Math.max(0, one.first + other.first - origin),
    last: Math.min(size - 1, one.last + other.last - origin),
  };
}

/** The number of doublings from one magnification to another. */
export const doublings = (from: number, to: number): number => logarithm(to / from) / logarithm(2);
