import { cellsMoved } from './bin-sums';
import type { Cells } from './cells';
import { kernels, numbersAt, room, stored } from './kernels';
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
  const { steps } = table;
  const { phases, astigmatismStep } = plan;
  const [first, last] = [ceil(plan.least / plan.step), min(steps - 1, floor(plan.most / plan.step))];
  const side = floor(plan.maxAstigmatism / astigmatismStep);
  const vectors: (readonly [number, number])[] = [];
  for (let i = -side; i <= side; i++)
    for (let j = -side; j <= side; j++) {
      const [cosine, sine] = [i * astigmatismStep, j * astigmatismStep];
      const length = sqrt(cosine * cosine + sine * sine);
      if (length > plan.maxAstigmatism) continue;
      table.scan(vectors.length, cosine, sine, max(first, ceil(length / plan.step) + 1), last);
      vectors.push([cosine, sine]);
    }
  const best = table.results.best.slice();
  const found = Array.from(table.results.which, (number) => ({
    cosine: vectors[floor(number / phases.length)]![0],
    sine: vectors[floor(number / phases.length)]![1],
    phase: phases[number % phases.length]!,
  }));
  const taken: Candidate[] = [];
  const order = Array.from({ length: steps }, (_, at) => at)
    .filter((at) => best[at]! > 0 && best[at]! >= (best[at - 1] ?? 0) && best[at]! >= (best[at + 1] ?? 0))
    .sort((one, other) => best[other]! - best[one]!);
  for (const at of order) {
    if (taken.length === maxCandidates) break;
    const square = table.squareOf(at, found[at]!.cosine, found[at]!.sine, found[at]!.phase);
    const mean = at * plan.step;
    const halfRing = 0.5 / (transfer.wavelength * square);
    if (taken.some((each) => abs(each.rings.mean - mean) < min(halfRing, 0.5 / (transfer.wavelength * each.square))))
      continue;
    taken.push({
      rings: { mean, ...found[at]! },
      gain: best[at]!,
      square,
    });
  }
  return taken;
}

/** Table of products of the sectors with the rings of each trial defocus, in the memory of the kernels. */
class SectorTable {
  readonly steps: number;
  private readonly width: number;
  private readonly information: Float64Array;
  private readonly bandSquares: readonly number[];
  private readonly addresses: {
    readonly products: number;
    readonly inverse: number;
    readonly turns: number;
    readonly starts: number;
    readonly shape: number;
    readonly best: number;
    readonly which: number;
  };

  constructor(
    private readonly cells: Cells,
    excess: Float64Array,
    transfer: ContrastTransfer,
    private readonly plan: SearchPlan,
  ) {
    const { sectors, low, width } = cells;
    const { bins, step, phases } = plan;
    const steps = ceil((plan.most + plan.maxAstigmatism) / step) + 2;
    this.steps = steps;
    const searched = phases.length > 1;
    this.width = searched ? 2 * bands : bands;
    const edges = Int32Array.from(bandEdges, (share) => round(share * bins));
    const squareOf = (bin: number) => low + (bin + 0.5) * width;
    this.bandSquares = Array.from(edges.subarray(1), (edge, band) => (squareOf(edge) + squareOf(edges[band]!)) / 2);
    const modes = new Float64Array(bins);
    const stride = 4 * ceil(bins / 4);
    const bySector = new Float32Array(sectors * stride);
    for (let bin = 0; bin < bins; bin++)
      for (let sector = 0; sector < sectors; sector++) {
        modes[bin]! += cells.modes[bin * sectors + sector]!;
        bySector[sector * stride + bin] = excess[bin * sectors + sector]!;
      }
    const { wavelength, sphericalAberration, constantPhase } = transfer;
    const given = Float64Array.of(
      step,
      wavelength,
      0.5 * sphericalAberration * wavelength ** 2,
      2 * (constantPhase + (searched ? 0 : phases[0]!)),
      low,
      width,
    );
    const inputs = [
      stored('excess', bySector),
      stored('modes', modes),
      stored('given', given),
      stored('edges', edges),
      stored('shape', Int32Array.of(bins, stride, sectors, steps, searched ? 1 : 0)),
      room('wave', stride),
      room('single', stride),
    ];
    const products = room('products', steps * sectors * this.width);
    const information = room('information', steps * bands);
    cellsMoved();
    kernels().sector_table(...inputs, products, information);
    this.information = numbersAt(Float64Array, information, steps * bands).slice();
    const inverse = stored(
      'single',
      Float32Array.from(this.information, (each) => 0.5 / each),
    );
    this.addresses = {
      products,
      inverse,
      turns: stored('turns', Float32Array.from(phases.flatMap((phase) => [cos(2 * phase), sin(2 * phase)]))),
      starts: room('starts', sectors),
      shape: room('shape', 5),
      best: stored('best', new Float32Array(steps).fill(-1)),
      which: stored('which', new Int32Array(steps)),
    };
  }

  /** Largest gain of each step so far, and the number of the astigmatism and phase that gave it: astigmatism * phases + phase. */
  get results(): { readonly best: Float32Array; readonly which: Int32Array } {
    return {
      best: numbersAt(Float32Array, this.addresses.best, this.steps),
      which: numbersAt(Int32Array, this.addresses.which, this.steps),
    };
  }

  /** Scans the mean defocus from a step to another for one astigmatism. */
  scan(number: number, cosine: number, sine: number, from: number, to: number): void {
    const { products, inverse, turns, starts, shape, best, which } = this.addresses;
    const { sectors } = this.cells;
    numbersAt(Int32Array, starts, sectors).set(
      this.offsets(cosine, sine).map((offset, sector) => (offset * sectors + sector) * this.width),
    );
    numbersAt(Int32Array, shape, 5).set([sectors, from, to, this.plan.phases.length, number]);
    kernels().scan(products, inverse, starts, turns, shape, best, which);
  }

  /** Squared frequency about which the gain of a defocus lies. */
  squareOf(at: number, cosine: number, sine: number, phase: number): number {
    const { sectors } = this.cells;
    const products = numbersAt(Float32Array, this.addresses.products, this.steps * sectors * this.width);
    const sums = new Float64Array(this.width);
    this.offsets(cosine, sine).forEach((offset, sector) => {
      const index = ((at + offset) * sectors + sector) * this.width;
      for (let k = 0; k < this.width; k++) sums[k]! += products[index + k]!;
    });
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

  /** Steps from the mean defocus to that of each sector. */
  private offsets(cosine: number, sine: number): Int32Array {
    const { sectors } = this.cells;
    return Int32Array.from({ length: sectors }, (_, sector) => {
      const angle = ((sector + 0.5) * PI) / sectors;
      return round((cosine * cos(2 * angle) + sine * sin(2 * angle)) / this.plan.step);
    });
  }
}
