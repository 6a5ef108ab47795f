import type { Cells } from './cells';
import type { CtfCurves } from './outcome';
import type { RingParameters } from './ring-model';
import { sectorDefocus } from './sector-estimate';
import type { ContrastTransfer } from './transfer';

const { PI, abs, cos, floor, max, min, sqrt } = Math;

/** Oscillations over which the correlation of data and fit is taken. */
const windowOscillations = 1.5;
/**
 * Correlations that end the fit: below the first after some bins above it, or below the third after some above the second.
 * Source: the rule that CTFFIND 4 applies (A. Rohou and N. Grigorieff, J. Struct. Biol. 192 (2015) 216-221).
 */
const [lost, good, doubtful, binsAbove] = [0.1, 0.66, 0.5, 3];

/** Averages the cells along lines of equal phase, and compares them with the fitted rings. */
export function curvesOf(
  cells: Cells,
  smooth: Float64Array,
  depths: Float64Array,
  transfer: ContrastTransfer,
  rings: RingParameters,
): CtfCurves {
  const { sectors, bins, low, width, power, modes } = cells;
  const sums = new Float64Array(bins);
  const counts = new Float64Array(bins);
  const background = new Float64Array(bins);
  const lens = 0.5 * transfer.sphericalAberration * transfer.wavelength ** 2;
  const constant = 2 * (transfer.constantPhase + rings.phase);
  const defocusOf = sectorDefocus(rings, sectors);
  for (let bin = 0; bin < bins; bin++) {
    const u = low + (bin + 0.5) * width;
    for (let sector = 0; sector < sectors; sector++) {
      const cell = bin * sectors + sector;
      background[bin]! += smooth[cell]! / sectors;
      if (modes[cell] === 0) continue;
      const own = defocusOf[sector]! - lens * u;
      // lens x^2 - mean x + u own = 0 gives the squared frequency of the same phase at the mean defocus
      const discriminant = rings.mean * rings.mean - 4 * lens * u * own;
      const equal = discriminant < 0 || own <= 0 ? u : (2 * u * own) / (rings.mean + sqrt(discriminant));
      const at = floor((equal - low) / width);
      if (!(at >= 0 && at < bins)) continue;
      sums[at]! += modes[cell]! * (power[cell]! / smooth[cell]!);
      counts[at]! += modes[cell]!;
    }
  }
  const squares = Float64Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * width);
  const relative = sums.map((sum, bin) => (counts[bin]! > 0 ? sum / counts[bin]! : NaN));
  const fit = squares.map(
    (u, bin) => 1 - depths[bin]! * cos(constant + 2 * PI * transfer.wavelength * u * (rings.mean - lens * u)),
  );
  const perBin = squares.map((u) => transfer.wavelength * abs(rings.mean - 2 * lens * u) * width);
  const quality = relative.map((_, bin) => correlationAbout(relative, fit, bin, perBin[bin]!));
  return { frequencies: squares.map((u) => sqrt(u)), power: relative, background, fit, quality };
}

function correlationAbout(data: Float64Array, fit: Float64Array, bin: number, oscillationsPerBin: number): number {
  const half = min(data.length, max(3, Math.round(windowOscillations / 2 / max(oscillationsPerBin, 1e-6))));
  const [from, to] = [max(0, bin - half), min(data.length - 1, bin + half)];
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (let at = from; at <= to; at++) {
    const [a, b] = [data[at]!, fit[at]!];
    if (Number.isNaN(a)) continue;
    n++;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const spread = (xx - (x * x) / n) * (yy - (y * y) / n);
  return n > 2 && spread > 0 ? (xy - (x * y) / n) / sqrt(spread) : 0;
}

/** Frequency up to which the rings fit, from the first zero on; undefined where they never do. */
export function fitLimit({ frequencies, quality }: CtfCurves, firstZero: number): number | undefined {
  let [aboveLost, aboveGood] = [0, 0];
  let last: number | undefined;
  for (let bin = 0; bin < frequencies.length; bin++) {
    const q = frequencies[bin]!;
    if (q < firstZero) continue;
    const cc = quality[bin]!;
    if ((cc < lost && aboveLost >= binsAbove) || (cc < doubtful && aboveGood >= binsAbove)) return last;
    if (cc > lost) aboveLost++;
    if (cc > good) aboveGood++;
    if (cc > lost) last = q;
  }
  return aboveLost >= binsAbove ? last : undefined;
}
