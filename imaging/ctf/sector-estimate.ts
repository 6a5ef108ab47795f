import type { Cells } from './cells';
import { solvePositive } from './positive-definite';
import type { RingParameters } from './ring-model';
import type { ContrastTransfer } from './transfer';

const { PI, abs, cos, floor, sin, sqrt } = Math;

/** Sectors that are looked at one by one. */
const groups = 12;
/** Search of each sector about the fit: up to this share of a ring, in steps. */
const [reach, steps] = [1, 16];
/** Depth of the rings below which a bin says nothing of the defocus. */
const minDepth = 0.004;
/** Gain in nats that a sector must have by itself to take part. */
const minGain = 4;

/** Offsets of the defocus of single sectors from a fit, and the ring that goes through them. */
export interface SectorOffsets {
  /** Correction of mean, cosine and sine by the sectors in Angstrom, with standard errors. */
  readonly correction: readonly [number, number, number];
  readonly errors: readonly [number, number, number];
  /** Sectors with a gain of their own. */
  readonly used: number;
  /** Sum of the squared residuals over their variances, by degrees of freedom. */
  readonly scatter: number;
}

/**
 * Estimates the defocus from each of twelve sectors by itself, near a fit, and puts mean and astigmatism through them.
 *
 * Fits of restricted sectors follow D. N. Mastronarde, J. Struct. Biol. 216 (2024) 108057.
 *
 * @param smooth smooth spectrum of each cell
 * @param depths depth of the rings in each bin
 * @param square squared frequency about which the rings give their gain
 */
export function sectorOffsets(
  cells: Cells,
  smooth: Float64Array,
  depths: Float64Array,
  transfer: ContrastTransfer,
  rings: RingParameters,
  square: number,
): SectorOffsets | undefined {
  const { sectors, bins, low, width, power, modes } = cells;
  const [cosines, sines, weights] = [0, 1, 2].map(() => new Float64Array(groups * bins)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const lens = 0.5 * transfer.sphericalAberration * transfer.wavelength ** 2;
  const constant = 2 * (transfer.constantPhase + rings.phase);
  const defocusOf = sectorDefocus(rings, sectors);
  for (let bin = 0; bin < bins; bin++) {
    if (abs(depths[bin]!) < minDepth) continue;
    const u = low + (bin + 0.5) * width;
    for (let sector = 0; sector < sectors; sector++) {
      const cell = bin * sectors + sector;
      const n = modes[cell]!;
      if (n === 0) continue;
      const phase = constant + 2 * PI * transfer.wavelength * u * (defocusOf[sector]! - lens * u);
      const cosine = cos(phase);
      const at = floor((sector * groups) / sectors) * bins + bin;
      const model = 1 - depths[bin]! * cosine;
      const excess = (n * (power[cell]! / smooth[cell]! - 1)) / (model * model);
      cosines[at]! += excess * cosine;
      sines[at]! += excess * sin(phase);
      weights[at]! += n / (model * model);
    }
  }
  const ring = 1 / (transfer.wavelength * square);
  const step = (reach * ring) / steps;
  const [matrix, vector] = [new Float64Array(9), new Float64Array(3)];
  const found: { readonly offset: number; readonly variance: number; readonly along: readonly number[] }[] = [];
  for (let group = 0; group < groups; group++) {
    let [information, own] = [0, 0];
    const scores = new Float64Array(2 * steps + 1);
    for (let bin = 0; bin < bins; bin++) {
      if (abs(depths[bin]!) < minDepth) continue;
      const index = group * bins + bin;
      const turn = 2 * PI * transfer.wavelength * (low + (bin + 0.5) * width);
      information += 0.5 * weights[index]! * (depths[bin]! * turn) ** 2;
      own += 0.5 * weights[index]! * depths[bin]! ** 2;
      // the phase turns by the same angle from step to step
      const c = cos(turn * step);
      const s = sin(turn * step);
      let x = cos(turn * steps * step);
      let y = -sin(turn * steps * step);
      const forCosine = depths[bin]! * cosines[index]!;
      const forSine = depths[bin]! * sines[index]!;
      for (let at = 0; at <= 2 * steps; at++) {
        scores[at]! -= forCosine * x - forSine * y;
        const turned = x * c - y * s;
        y = x * s + y * c;
        x = turned;
      }
    }
    let [best, bestAt] = [-Infinity, 0];
    for (let at = -steps; at <= steps; at++) if (scores[at + steps]! > best) [best, bestAt] = [scores[at + steps]!, at];
    if (!(own > 0) || best * best < 2 * minGain * own || best <= 0 || abs(bestAt) === steps) continue;
    const [before, after] = [scores[bestAt + steps - 1]!, scores[bestAt + steps + 1]!];
    const curvature = before - 2 * best + after;
    const offset = step * (bestAt + (curvature < 0 ? (0.5 * (before - after)) / curvature : 0));
    const angle = ((group + 0.5) * PI) / groups;
    found.push({ offset, variance: 1 / information, along: [1, cos(2 * angle), sin(2 * angle)] });
  }
  if (found.length < 4) return undefined;
  for (const { offset, variance, along } of found)
    for (let i = 0; i < 3; i++) {
      vector[i]! += (along[i]! * offset) / variance;
      for (let j = 0; j < 3; j++) matrix[3 * i + j]! += (along[i]! * along[j]!) / variance;
    }
  const solved = solvePositive(matrix, vector, 3);
  if (!solved) return undefined;
  const scatter =
    found.reduce((sum, { offset, variance, along }) => {
      const rest = offset - along.reduce((total, each, i) => total + each * solved[i]!, 0);
      return sum + (rest * rest) / variance;
    }, 0) /
    (found.length - 3);
  const errors = [0, 1, 2].map((i) => {
    const unit = new Float64Array(3);
    unit[i] = 1;
    return sqrt(solvePositive(matrix, unit, 3)?.[i] ?? Infinity);
  }) as [number, number, number];
  return { correction: [solved[0]!, solved[1]!, solved[2]!], errors, used: found.length, scatter };
}

/** Defocus in the middle of each sector. */
export function sectorDefocus(rings: RingParameters, sectors: number): Float64Array {
  return Float64Array.from({ length: sectors }, (_, sector) => {
    const angle = ((sector + 0.5) * PI) / sectors;
    return rings.mean + rings.cosine * cos(2 * angle) + rings.sine * sin(2 * angle);
  });
}
