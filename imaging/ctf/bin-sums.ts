import type { Cells } from './cells';
import { kernels, numbersAt, room, stored } from './kernels';
import type { ContrastTransfer } from './transfer';

const { PI, cos, sin } = Math;

/** Numbers of each bin that the kernel returns, and splines that it takes. */
const [sumsOfBin, splinesOfBin] = [41, 8];
/** Sums whose cells lie in the memory of the kernels. */
let owner: symbol | undefined;

/** Notes that other numbers were put where the cells of the last sums lie. */
export function cellsMoved(): void {
  owner = undefined;
}

/** Splines of all bins and numbers of their functions. */
export interface SplineTables {
  readonly background: number;
  readonly direction: number;
  readonly depth: number;
  /** 1, or 3 when the depth changes with direction. */
  readonly depthTerms: number;
  readonly phase: boolean;
  /** First function of background, direction and depth that acts in each bin. */
  readonly first: Int32Array;
  /** Weights of those that act in each bin: four, two and two. */
  readonly weights: Float64Array;
  /** Derivative by the phase over that by the mean defocus, in each bin. */
  readonly phaseWeights: Float64Array;
}

/**
 * Sums over the sectors of each bin of the derivatives of log(model) and of their products.
 *
 * All derivatives are one of three numbers (1, that by the depth, that by the defocus) times cosines and sines of the azimuth. The
 * products of those are again cosines and sines, so a few sums stand for the whole matrix.
 */
export class BinSums {
  private readonly key = Symbol('sums of the bins');
  /** Values of the splines of each bin: background, its four terms of direction, depth and its two. Filled by the caller. */
  readonly radial: Float64Array;
  private readonly waves: Float64Array;
  /** Products of the background alone, 15 in each bin: they never change. */
  private readonly constant: Float64Array;

  constructor(
    private readonly cells: Cells,
    private readonly squares: Float64Array,
  ) {
    const { sectors, bins, modes } = cells;
    this.radial = new Float64Array(splinesOfBin * bins);
    this.waves = new Float64Array(6 * sectors);
    [2, 4, 6].forEach((times, order) => {
      for (let sector = 0; sector < sectors; sector++) {
        const angle = (times * (sector + 0.5) * PI) / sectors;
        this.waves[2 * order * sectors + sector] = cos(angle);
        this.waves[(2 * order + 1) * sectors + sector] = sin(angle);
      }
    });
    this.constant = new Float64Array(15 * bins);
    const terms = new Float64Array(5).fill(1);
    for (let sector = 0; sector < sectors; sector++) {
      for (let k = 0; k < 4; k++) terms[k + 1] = this.waves[k * sectors + sector]!;
      const products = Array.from({ length: 15 }, (_, pair) => {
        const row = pair < 1 ? 0 : pair < 3 ? 1 : pair < 6 ? 2 : pair < 10 ? 3 : 4;
        return terms[row]! * terms[pair - (row * (row + 1)) / 2]!;
      });
      for (let bin = 0; bin < bins; bin++) {
        const n = modes[bin * sectors + sector]!;
        for (let pair = 0; pair < 15; pair++) this.constant[15 * bin + pair]! += n * products[pair]!;
      }
    }
  }

  /** Sums for the background alone; returns the log-likelihood. */
  sumSmooth(): number {
    const { bins, sectors } = this.cells;
    const [power, modes, waves] = this.storeCells();
    const radial = stored('radial', this.radial);
    const result = room('sums', sumsOfBin * bins);
    kernels().smooth_sums(power, modes, waves, radial, bins, sectors, result);
    return this.take(result);
  }

  /** Sums with rings; returns the log-likelihood. */
  sumRings(
    transfer: ContrastTransfer,
    rings: { readonly mean: number; readonly cosine: number; readonly sine: number; readonly phase: number },
  ): number {
    const { bins, sectors, width } = this.cells;
    const { wavelength, sphericalAberration, constantPhase } = transfer;
    const [power, modes, waves, squares] = this.storeCells();
    const radial = stored('radial', this.radial);
    const given = stored(
      'rings',
      Float64Array.of(
        rings.mean,
        rings.cosine,
        rings.sine,
        wavelength,
        sphericalAberration * wavelength ** 2,
        2 * (constantPhase + rings.phase),
        width,
        PI / sectors / 2,
      ),
    );
    const result = room('sums', sumsOfBin * bins);
    kernels().ring_sums(power, modes, waves, radial, squares, bins, sectors, given, result);
    return this.take(result);
  }

  /** Lower triangle of the information matrix, and the score of all unknowns, from the last sums. */
  assemble(
    splines: SplineTables,
    unknowns: number,
    withRings: boolean,
  ): { information: Float64Array; score: Float64Array } {
    const { bins } = this.cells;
    const shape = [
      bins,
      unknowns,
      splines.background,
      splines.direction,
      splines.depth,
      splines.depthTerms,
      splines.phase ? 1 : 0,
    ];
    const inputs = [
      room('sums', sumsOfBin * bins),
      stored('constant', this.constant),
      stored('first', splines.first),
      stored('weights', splines.weights),
      stored('phase', splines.phaseWeights),
      stored('shape', Int32Array.of(...shape, withRings ? 1 : 0)),
    ];
    const [information, score] = [room('information', unknowns * unknowns), room('score', unknowns)];
    kernels().assemble(...inputs, information, score);
    return {
      information: numbersAt(Float64Array, information, unknowns * unknowns).slice(),
      score: numbersAt(Float64Array, score, unknowns).slice(),
    };
  }

  private storeCells(): readonly [number, number, number, number] {
    const { power, modes } = this.cells;
    const fill = owner !== this.key;
    owner = this.key;
    const put = fill ? stored : (name: Parameters<typeof room>[0], values: Float64Array) => room(name, values.length);
    return [put('power', power), put('modes', modes), put('waves', this.waves), put('squares', this.squares)];
  }

  private take(address: number): number {
    const { bins } = this.cells;
    const sums = numbersAt(Float64Array, address, sumsOfBin * bins);
    let total = 0;
    for (let bin = 0; bin < bins; bin++) total += sums[sumsOfBin * bin]!;
    return total;
  }
}
