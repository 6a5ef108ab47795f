import type { Cells } from './cells';
import type { RingParameters } from './ring-model';
import type { ContrastTransfer } from './transfer';

const { PI, abs, ceil, cos, floor, max, min, round, sin, sqrt } = Math;

/** Range and steps of a search, in Angstrom. */
export interface SearchPlan {
  /** Mean defocus values. */
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** Largest half difference of the two defocus values, and step of its components. */
  readonly maxAstigmatism: number;
  readonly astigmatismStep: number;
  /** Number of bins that are used, from the first. */
  readonly bins: number;
  /** Phases that are tried, added to that of the transfer. */
  readonly phases: readonly number[];
}

/** Defocus that the search proposes. */
export interface Candidate {
  readonly rings: RingParameters;
  /** Gain in log-likelihood, as far as a linear estimate of the depth of the rings in each band gives it. */
  readonly gain: number;
  /** Squared frequency about which the gain lies. */
  readonly square: number;
}

/** Bands of the frequency in which the rings have a depth of their own, as shares of the squared frequency. */
const bandEdges = [0, 0.08, 0.2, 0.45, 1];
const bands = bandEdges.length - 1;
/** Candidates of one search. */
const maxCandidates = 6;

/**
 * Searches the whole range of defocus and astigmatism by a table of sectors.
 *
 * The table holds, for each sector and each trial defocus, the product of the relative residual of that sector with -cos 2 chi, in four
 * bands. The score of a defocus with astigmatism then is a sum over the sectors at mean + cosine cos 2x + sine sin 2x.
 *
 * @param excess modes times the relative residual of each cell, index bin * sectors + sector
 */
export function searchDefocus(
  cells: Cells,
  excess: Float64Array,
  transfer: ContrastTransfer,
  plan: SearchPlan,
): Candidate[] {
  const table = new SectorTable(cells, excess, transfer, plan);
  const steps = table.steps;
  const best = new Float64Array(steps).fill(-1);
  const bestVector = new Float64Array(3 * steps);
  const [first, last] = [ceil(plan.least / plan.step), min(steps - 1, floor(plan.most / plan.step))];
  const side = floor(plan.maxAstigmatism / plan.astigmatismStep);
  const offsets = new Int32Array(cells.sectors);
  for (let i = -side; i <= side; i++)
    for (let j = -side; j <= side; j++) {
      const [cosine, sine] = [i * plan.astigmatismStep, j * plan.astigmatismStep];
      const length = sqrt(cosine * cosine + sine * sine);
      if (length > plan.maxAstigmatism) continue;
      for (let sector = 0; sector < cells.sectors; sector++) {
        const angle = ((sector + 0.5) * PI) / cells.sectors;
        offsets[sector] = round((cosine * cos(2 * angle) + sine * sin(2 * angle)) / plan.step);
      }
      const from = max(first, ceil(length / plan.step));
      table.scan(offsets, from, last, (at, gain, phase) => {
        if (gain <= best[at]!) return;
        best[at] = gain;
        bestVector[3 * at] = cosine;
        bestVector[3 * at + 1] = sine;
        bestVector[3 * at + 2] = phase;
      });
    }
  const taken: Candidate[] = [];
  const order = Array.from({ length: steps }, (_, at) => at)
    .filter((at) => best[at]! > 0 && best[at]! >= (best[at - 1] ?? 0) && best[at]! >= (best[at + 1] ?? 0))
    .sort((one, other) => best[other]! - best[one]!);
  for (const at of order) {
    if (taken.length === maxCandidates) break;
    const square = table.squareOf(at, bestVector[3 * at]!, bestVector[3 * at + 1]!, bestVector[3 * at + 2]!);
    const mean = at * plan.step;
    const halfRing = 0.5 / (transfer.wavelength * square);
    if (taken.some((each) => abs(each.rings.mean - mean) < min(halfRing, 0.5 / (transfer.wavelength * each.square))))
      continue;
    taken.push({
      rings: { mean, cosine: bestVector[3 * at]!, sine: bestVector[3 * at + 1]!, phase: bestVector[3 * at + 2]! },
      gain: best[at]!,
      square,
    });
  }
  return taken;
}

/** Table of products of the sectors with the rings of each trial defocus. */
class SectorTable {
  readonly steps: number;
  /** Index (step * sectors + sector) * width + band, then the same with -sin 2 chi where phases are searched. */
  private readonly products: Float32Array;
  private readonly width: number;
  private readonly information: Float64Array;
  private readonly turns: readonly (readonly [number, number])[];
  private readonly bandSquares: readonly number[];

  constructor(
    private readonly cells: Cells,
    excess: Float64Array,
    transfer: ContrastTransfer,
    private readonly plan: SearchPlan,
  ) {
    const { sectors, low, width } = cells;
    const { bins, step, phases } = plan;
    this.steps = ceil((plan.most + plan.maxAstigmatism) / step) + 2;
    const searched = phases.length > 1;
    this.turns = phases.map((phase) => [cos(2 * phase), sin(2 * phase)] as const);
    this.width = searched ? 2 * bands : bands;
    this.products = new Float32Array(this.steps * sectors * this.width);
    this.information = new Float64Array(this.steps * bands);
    const edges = bandEdges.map((share) => round(share * bins));
    const squareOf = (bin: number) => low + (bin + 0.5) * width;
    this.bandSquares = edges.slice(1).map((edge, band) => (squareOf(edge) + squareOf(edges[band]!)) / 2);
    const modes = new Float64Array(bins);
    for (let bin = 0; bin < bins; bin++)
      for (let sector = 0; sector < sectors; sector++) modes[bin]! += cells.modes[bin * sectors + sector]!;
    // by sector, so that the inner loop runs through one array
    const bySector = new Float64Array(sectors * bins);
    for (let bin = 0; bin < bins; bin++)
      for (let sector = 0; sector < sectors; sector++) bySector[sector * bins + bin] = excess[bin * sectors + sector]!;
    const lens = 0.5 * transfer.sphericalAberration * transfer.wavelength ** 2;
    for (let quadrature = 0; quadrature < (searched ? 2 : 1); quadrature++) {
      const wave = new Float64Array(bins);
      for (let at = 0; at < this.steps; at++) {
        for (let bin = 0; bin < bins; bin++) {
          const square = squareOf(bin);
          const phase =
            2 * PI * transfer.wavelength * square * (at * step - lens * square) +
            2 * (transfer.constantPhase + (searched ? 0 : phases[0]!));
          wave[bin] = quadrature === 0 ? -cos(phase) : sin(phase);
        }
        for (let band = 0; band < bands; band++) {
          const [from, to] = [edges[band]!, edges[band + 1]!];
          const information = levelled(wave, modes, from, to);
          if (quadrature === 0) this.information[at * bands + band] = information;
          else this.information[at * bands + band] = 0.5 * (this.information[at * bands + band]! + information);
          for (let sector = 0; sector < sectors; sector++) {
            let sum = 0;
            for (let bin = from, index = sector * bins + from; bin < to; bin++, index++)
              sum += bySector[index]! * wave[bin]!;
            this.products[(at * sectors + sector) * this.width + quadrature * bands + band] = sum;
          }
        }
      }
    }
  }

  /** Calls with the gain of each mean defocus from a step to another. */
  scan(offsets: Int32Array, from: number, to: number, visit: (at: number, gain: number, phase: number) => void): void {
    const { products, information, width, cells, turns, plan } = this;
    const { sectors } = cells;
    const starts = offsets.map((offset, sector) => (offset * sectors + sector) * width);
    const stride = sectors * width;
    if (turns.length === 1) {
      for (let at = from; at <= to; at++) {
        let [u0, u1, u2, u3] = [0, 0, 0, 0];
        const base = at * stride;
        for (let sector = 0; sector < sectors; sector++) {
          const index = base + starts[sector]!;
          u0 += products[index]!;
          u1 += products[index + 1]!;
          u2 += products[index + 2]!;
          u3 += products[index + 3]!;
        }
        const own = at * bands;
        let gain = 0;
        if (u0 > 0) gain += (u0 * u0) / information[own]!;
        if (u1 > 0) gain += (u1 * u1) / information[own + 1]!;
        if (u2 > 0) gain += (u2 * u2) / information[own + 2]!;
        if (u3 > 0) gain += (u3 * u3) / information[own + 3]!;
        visit(at, gain / 2, plan.phases[0]!);
      }
      return;
    }
    const sums = new Float64Array(width);
    for (let at = from; at <= to; at++) {
      sums.fill(0);
      const base = at * stride;
      for (let sector = 0; sector < sectors; sector++) {
        const index = base + starts[sector]!;
        for (let k = 0; k < width; k++) sums[k]! += products[index + k]!;
      }
      let [most, chosen] = [-1, 0];
      turns.forEach(([c, s], number) => {
        let gain = 0;
        for (let band = 0; band < bands; band++) {
          const u = sums[band]! * c + sums[bands + band]! * s;
          if (u > 0) gain += (u * u) / this.information[at * bands + band]!;
        }
        if (gain > most) [most, chosen] = [gain, number];
      });
      visit(at, most / 2, plan.phases[chosen]!);
    }
  }

  /** Squared frequency about which the gain of a defocus lies. */
  squareOf(at: number, cosine: number, sine: number, phase: number): number {
    const { sectors } = this.cells;
    const sums = new Float64Array(this.width);
    for (let sector = 0; sector < sectors; sector++) {
      const angle = ((sector + 0.5) * PI) / sectors;
      const offset = round((cosine * cos(2 * angle) + sine * sin(2 * angle)) / this.plan.step);
      const index = ((at + offset) * sectors + sector) * this.width;
      for (let k = 0; k < this.width; k++) sums[k]! += this.products[index + k]!;
    }
    let [total, weighted] = [1e-12, 1e-12 * this.bandSquares[0]!];
    for (let band = 0; band < bands; band++) {
      const u =
        this.width === bands ? sums[band]! : sums[band]! * cos(2 * phase) + sums[bands + band]! * sin(2 * phase);
      const gain = u > 0 ? (u * u) / this.information[at * bands + band]! : 0;
      total += gain;
      weighted += gain * this.bandSquares[band]!;
    }
    return weighted / total;
  }
}

/** Subtracts from a wave its straight line over a band, and returns the information that remains. */
function levelled(wave: Float64Array, modes: Float64Array, from: number, to: number): number {
  let [s0, s1, s2, c0, c1] = [1e-9, 0, 0, 0, 0];
  const middle = (from + to) / 2;
  for (let bin = from; bin < to; bin++) {
    const [n, x, c] = [modes[bin]!, bin - middle, wave[bin]!];
    s0 += n;
    s1 += n * x;
    s2 += n * x * x;
    c0 += n * c;
    c1 += n * x * c;
  }
  const determinant = s0 * s2 - s1 * s1;
  const slope = determinant > 0 ? (s0 * c1 - s1 * c0) / determinant : 0;
  const level = (c0 - slope * s1) / s0;
  let information = 0;
  for (let bin = from; bin < to; bin++) {
    const value = wave[bin]! - level - slope * (bin - middle);
    wave[bin] = value;
    information += modes[bin]! * value * value;
  }
  return information + 0.02 * s0;
}
