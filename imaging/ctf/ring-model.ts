import { badArgument } from '../errors';
import type { Cells } from './cells';
import { inverseColumns, solvePositive } from './positive-definite';
import { BinSums, type SplineTables } from './bin-sums';
import { cubicSplines, linearSplines, type SplineWeights } from './spline-weights';
import type { ContrastTransfer } from './transfer';

const { PI, abs, cos, exp, floor, log, max, min, sin, sqrt } = Math;

/** Numbers of intervals of the splines over the frequency. */
export interface ModelSize {
  /** Of the logarithm of the smooth spectrum. */
  readonly background: number;
  /** Of its change with direction (twofold and fourfold); 0 for none. */
  readonly direction: number;
  /** Of the depth of the rings. */
  readonly depth: number;
  /** True when the depth may change with direction. */
  readonly depthWithDirection: boolean;
  /** True when the phase shift is fitted, too. */
  readonly phase: boolean;
}

/** Parameters of the rings: defocus in Angstrom in linear form, and a phase that is added to that of the transfer. */
export interface RingParameters {
  mean: number;
  cosine: number;
  sine: number;
  phase: number;
}

/** Parameters of a fitted model. */
export interface ModelState {
  readonly rings: RingParameters;
  /** Coefficients of the splines, in the order of the unknowns; without the rings. */
  readonly coefficients: Float64Array;
}

/** Choices of a fit with rings. */
export interface RingFitChoices {
  /** Log-likelihood below which the fit gives up after three steps. */
  readonly leastLikelihood?: number;
  /** True to keep the rings bright where they should be, as far as no film can turn them. */
  readonly upright?: boolean;
  /** Coefficients that are not fitted, 1 for each; they start at 0. */
  readonly held?: Uint8Array;
}

/** Result of a fit of the model. */
export interface ModelFit extends ModelState {
  readonly logLikelihood: number;
  /** Information matrix over all unknowns, row by row; the rings come last: mean, cosine, sine (per Angstrom) and phase. */
  readonly information: Float64Array;
  readonly unknowns: number;
}

/** Depth of the rings at most and at least. */
const [maxDepth, minDepth] = [0.985, -0.5];
/** Thickness in Angstrom beyond which a film shows no rings. A thinner one turns their sign where its own phase is half a turn, and not before. */
const maxThickness = 3000;
/** Weak prior on the coefficients of direction: inverse variance, so that a few modes do not drive them away. */
const [directionPrior, depthPrior, depthDirectionPrior] = [4, 0.05, 12];
/** Standard errors within which a depth is none. */
const significance = 3;
/** Inverse variance of a coefficient that is held where it is. */
const heldStrength = 1e12;
/** Damping of a step that lost: at first, its growth, its end, and where it is dropped. Progress in nats below which a fit has settled. */
const [firstDamping, dampingFactor, maxDamping, leastDamping, minProgress] = [0.3, 5, 200, 0.05, 0.003];
/** Inverse variance of the second differences of the background: a smooth spectrum has no waves that could stand for rings. */
const smoothness = 30;
const secondDifference = [1, -2, 1] as const;
/** Steps after which a candidate that is far behind is left. */
const stepsBeforeGivingUp = 3;
/** Progress with which a fit has settled when the defocus moves by less than this share of a ring. */
const [settledProgress, minMovement] = [2, 0.002];
/** Change of the depth of the rings in one step: the expected information is far from the true one where they are deep. */
const maxDepthStep = 0.25;

/**
 * Model of the power spectrum: exp(background) (1 - depth cos 2 chi), fitted by maximum likelihood.
 *
 * The power of a mode is distributed exponentially about its mean, so the log-likelihood of cells with n modes and mean power P is
 * -sum n (ln M + P / M). It is maximized by Fisher scoring. Background and depth are splines over the frequency, with terms
 * that change with twice and four times the azimuth. Source of the likelihood: P. Whittle, Ark. Mat. 2 (1953) 423-434.
 */
export class RingModel {
  readonly unknowns: number;
  private readonly smoothUnknowns: number;
  private readonly background: SplineWeights;
  private readonly direction: SplineWeights | undefined;
  private readonly depth: SplineWeights;
  private readonly depthStart: number;
  private readonly trigonometry: Float64Array;
  private readonly squares: Float64Array;
  private readonly sums: BinSums;
  private readonly tables: SplineTables;
  /** Number of coefficients of the depth that belong to frequencies where no film turns the sign of the rings. */
  private readonly uprightDepths: number;

  constructor(
    readonly cells: Cells,
    readonly transfer: ContrastTransfer,
    readonly size: ModelSize,
  ) {
    const { bins, sectors, low, width } = cells;
    this.squares = Float64Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * width);
    const [least, most] = [sqrt(low), sqrt(low + bins * width)];
    const positions = this.squares.map((square) => (sqrt(square) - least) / (most - least));
    this.background = cubicSplines(positions, size.background);
    this.direction = size.direction > 0 ? linearSplines(positions, size.direction) : undefined;
    this.depth = linearSplines(positions, size.depth);
    const turn = sqrt(1 / (transfer.wavelength * maxThickness));
    this.uprightDepths = min(
      this.depth.count,
      1 + floor(max(0, (turn - least) / (most - least)) * (this.depth.count - 1)),
    );
    this.depthStart = this.background.count + 4 * (this.direction?.count ?? 0);
    this.smoothUnknowns = this.depthStart + this.depth.count * (size.depthWithDirection ? 3 : 1);
    this.unknowns = this.smoothUnknowns + (size.phase ? 4 : 3);
    this.sums = new BinSums(cells, this.squares);
    const { background, direction, depth } = this;
    this.tables = {
      background: background.count,
      direction: direction?.count ?? 0,
      depth: depth.count,
      depthTerms: size.depthWithDirection ? 3 : 1,
      phase: size.phase,
      first: Int32Array.from(
        { length: 3 * bins },
        (_, at) => [background, direction, depth][at % 3]?.first[floor(at / 3)] ?? 0,
      ),
      weights: Float64Array.from({ length: 8 * bins }, (_, at) => {
        const [bin, k] = [floor(at / 8), at % 8];
        return k < 4
          ? background.weights[4 * bin + k]!
          : k < 6
            ? (direction?.weights[2 * bin + k - 4] ?? 0)
            : depth.weights[2 * bin + k - 6]!;
      }),
      phaseWeights: this.squares.map((square) => 1 / (PI * transfer.wavelength * square)),
    };
    this.trigonometry = new Float64Array(4 * sectors);
    for (let sector = 0; sector < sectors; sector++) {
      const angle = ((sector + 0.5) * PI) / sectors;
      this.trigonometry.set([cos(2 * angle), sin(2 * angle), cos(4 * angle), sin(4 * angle)], 4 * sector);
    }
  }

  /** Fits the smooth spectrum without rings. */
  fitSmooth(): ModelFit {
    const state: ModelState = {
      rings: { mean: 0, cosine: 0, sine: 0, phase: 0 },
      coefficients: new Float64Array(this.smoothUnknowns),
    };
    this.startBackground(state.coefficients);
    return this.scoring(state, this.depthStart, 12);
  }

  /** Fits everything, from a smooth spectrum and a defocus; gives up after three steps when the log-likelihood is below a limit. */
  fitRings(smooth: Float64Array, rings: RingParameters, iterations = 12, choices: RingFitChoices = {}): ModelFit {
    const { held } = choices;
    const coefficients = new Float64Array(this.smoothUnknowns);
    coefficients.set(smooth.subarray(0, this.smoothUnknowns));
    held?.forEach((each, k) => {
      if (each) coefficients[k] = 0;
    });
    return this.scoring({ rings: { ...rings }, coefficients }, this.unknowns, iterations, choices);
  }

  /** Coefficients in which the depth of the rings is one number everywhere. */
  withDepth(smooth: Float64Array, depth: number): Float64Array {
    const result = smooth.slice();
    result.fill(depth, this.depthStart, this.depthStart + this.depth.count);
    return result;
  }

  /** Depth of the rings in a bin, averaged over directions. */
  depthOf({ coefficients }: ModelState, bin: number): number {
    const { first, weights } = this.depth;
    return (
      coefficients[this.depthStart + first[bin]!]! * weights[2 * bin]! +
      coefficients[this.depthStart + first[bin]! + 1]! * weights[2 * bin + 1]!
    );
  }

  /** Variance of the depth in each bin by the noise of the image, averaged over directions; undefined where the fit does not give it. */
  depthVariances({ information, unknowns }: ModelFit): Float64Array | undefined {
    const { depth, depthStart, cells } = this;
    const numbers = Array.from({ length: this.smoothUnknowns - depthStart }, (_, k) => depthStart + k);
    const columns = inverseColumns(information, unknowns, numbers);
    if (!columns) return undefined;
    const variances = new Float64Array(cells.bins);
    for (let start = 0; start < columns.length; start += depth.count)
      for (let bin = 0; bin < cells.bins; bin++) {
        const first = start + depth.first[bin]!;
        const [near, far] = [depth.weights[2 * bin]!, depth.weights[2 * bin + 1]!];
        const [one, other] = [columns[first]!, columns[first + 1]!];
        const [at, next] = [depthStart + first, depthStart + first + 1];
        const variance = near * near * one[at]! + 2 * near * far * one[next]! + far * far * other[next]!;
        // a cosine of twice the azimuth is half as strong as a constant
        variances[bin]! += (start === 0 ? 1 : 0.5) * variance;
      }
    return variances;
  }

  /** Coefficients of the depth at frequencies where it is within some of its standard errors of none, 1 for each. */
  vagueDepths({ information, unknowns, coefficients }: ModelFit): Uint8Array {
    const { depth, depthStart } = this;
    const held = new Uint8Array(this.smoothUnknowns);
    const numbers = Array.from({ length: depth.count }, (_, k) => depthStart + k);
    inverseColumns(information, unknowns, numbers)?.forEach((column, k) => {
      if (coefficients[depthStart + k]! ** 2 >= significance ** 2 * column[depthStart + k]!) return;
      for (let at = depthStart + k; at < this.smoothUnknowns; at += depth.count) held[at] = 1;
    });
    return held;
  }

  /** Fills `smooth` with the smooth spectrum of each cell, without rings. */
  smoothSpectrum({ coefficients }: ModelState): Float64Array {
    const { bins, sectors } = this.cells;
    const result = new Float64Array(bins * sectors);
    const radial = new Float64Array(11);
    for (let bin = 0; bin < bins; bin++) {
      this.radialValues(coefficients, bin, radial);
      for (let sector = 0; sector < sectors; sector++)
        result[bin * sectors + sector] = exp(this.logSmooth(radial, sector));
    }
    return result;
  }

  private logSmooth(radial: Float64Array, sector: number): number {
    const t = this.trigonometry;
    const at = 4 * sector;
    return (
      radial[0]! + radial[1]! * t[at]! + radial[2]! * t[at + 1]! + radial[3]! * t[at + 2]! + radial[4]! * t[at + 3]!
    );
  }

  /** Values of the splines in a bin: background, its four directions, depth and its two directions. */
  private radialValues(coefficients: Float64Array, bin: number, into: Float64Array, at = 0): void {
    const { background, direction, depth, depthStart } = this;
    let value = 0;
    for (let k = 0; k < 4; k++) value += coefficients[background.first[bin]! + k]! * background.weights[4 * bin + k]!;
    into[at] = value;
    for (let term = 0; term < 4; term++) {
      if (!direction) {
        into[at + 1 + term] = 0;
        continue;
      }
      const start = background.count + term * direction.count + direction.first[bin]!;
      into[at + 1 + term] =
        coefficients[start]! * direction.weights[2 * bin]! + coefficients[start + 1]! * direction.weights[2 * bin + 1]!;
    }
    for (let term = 0; term < 3; term++) {
      if (term > 0 && !this.size.depthWithDirection) {
        into[at + 5 + term] = 0;
        continue;
      }
      const start = depthStart + term * depth.count + depth.first[bin]!;
      into[at + 5 + term] =
        coefficients[start]! * depth.weights[2 * bin]! + coefficients[start + 1]! * depth.weights[2 * bin + 1]!;
    }
  }

  /** Starts the background from the mean power of each bin, smoothed by least squares on the logarithm. */
  private startBackground(coefficients: Float64Array): void {
    const { bins, sectors, power, modes } = this.cells;
    const { background } = this;
    const n = background.count;
    const [matrix, vector] = [new Float64Array(n * n), new Float64Array(n)];
    for (let k = 0; k < n; k++) matrix[k * n + k] = 1e-6;
    for (let bin = 0; bin < bins; bin++) {
      let [sum, count] = [0, 0];
      for (let cell = bin * sectors; cell < (bin + 1) * sectors; cell++) {
        sum += power[cell]! * modes[cell]!;
        count += modes[cell]!;
      }
      if (!(sum > 0)) continue;
      const value = log(sum / count);
      for (let i = 0; i < 4; i++) {
        const [p, w] = [background.first[bin]! + i, background.weights[4 * bin + i]!];
        vector[p]! += count * w * value;
        for (let j = 0; j < 4; j++)
          matrix[p * n + background.first[bin]! + j]! += count * w * background.weights[4 * bin + j]!;
      }
    }
    const solved = solvePositive(matrix, vector, n);
    if (!solved) throw badArgument('RingModel', 'the spectrum has no power');
    coefficients.set(solved);
  }

  /** Fisher scoring over the first unknowns or all, damped where the likelihood would fall. */
  private scoring(
    start: ModelState,
    active: number,
    iterations: number,
    { leastLikelihood: least = -Infinity, upright = false, held }: RingFitChoices = {},
  ): ModelFit {
    let state = start;
    let result = this.evaluate(state, active, held);
    let damping = 0;
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (iteration === stepsBeforeGivingUp && result.logLikelihood < least) break;
      const damped = result.information.slice();
      for (let k = 0; k < active; k++) damped[k * active + k]! *= 1 + damping;
      const step = solvePositive(damped, result.score, active);
      if (!step) break;
      const tried = this.moved(state, step, active, upright);
      const next = this.evaluate(tried, active, held);
      const gained = next.objective - result.objective;
      if (gained < -1e-9) {
        if (damping > maxDamping) break;
        damping = max(firstDamping, dampingFactor * damping);
        continue;
      }
      damping = damping > leastDamping ? damping / 3 : 0;
      const settled = gained < minProgress || (gained < settledProgress && !this.movedRings(state.rings, tried.rings));
      [state, result] = [tried, next];
      if (settled) break;
    }
    return { ...state, logLikelihood: result.logLikelihood, information: result.information, unknowns: active };
  }

  /** True when the defocus has moved by more than a small part of a ring at the end of the spectrum. */
  private movedRings(before: RingParameters, after: RingParameters): boolean {
    const least = minMovement / (this.transfer.wavelength * this.squares[this.squares.length - 1]!);
    const distance = max(
      abs(after.mean - before.mean),
      abs(after.cosine - before.cosine),
      abs(after.sine - before.sine),
    );
    return distance > least;
  }

  private moved(state: ModelState, step: Float64Array, active: number, upright: boolean): ModelState {
    const coefficients = state.coefficients.slice();
    const rings = { ...state.rings };
    for (let k = 0; k < min(active, this.smoothUnknowns); k++) {
      const most = k < this.depthStart ? 1 : maxDepthStep;
      coefficients[k]! += max(-most, min(most, step[k]!));
    }
    const turning = this.depthStart + (upright ? this.uprightDepths : 0);
    for (let k = this.depthStart; k < this.depthStart + this.depth.count; k++)
      coefficients[k] = max(k < turning ? 0 : minDepth, min(maxDepth, coefficients[k]!));
    if (active > this.smoothUnknowns) {
      const at = this.smoothUnknowns;
      // a step beyond a part of a ring would leave the range where the derivatives hold
      const most = 0.15 / (this.transfer.wavelength * this.squares[this.squares.length >> 1]!);
      const length = max(abs(step[at]!), sqrt(step[at + 1]! ** 2 + step[at + 2]! ** 2));
      const limited = min(1, most / max(length, 1e-9));
      rings.mean += limited * step[at]!;
      rings.cosine += limited * step[at + 1]!;
      rings.sine += limited * step[at + 2]!;
      if (this.size.phase) rings.phase += limited * max(-0.3, min(0.3, step[at + 3]!));
    }
    return { rings, coefficients };
  }

  /** Log-likelihood, its derivatives and the expected information. */
  private evaluate(
    state: ModelState,
    active: number,
    held?: Uint8Array,
  ): { logLikelihood: number; objective: number; score: Float64Array; information: Float64Array } {
    const { cells, transfer, sums } = this;
    const { rings, coefficients } = state;
    const withRings = active > this.depthStart;
    for (let bin = 0; bin < cells.bins; bin++) this.radialValues(coefficients, bin, sums.radial, 8 * bin);
    const total = withRings ? sums.sumRings(transfer, rings) : sums.sumSmooth();
    const { information, score } = sums.assemble(this.tables, active, withRings);
    let penalty = 0;
    const prior = (from: number, to: number, strength: number) => {
      for (let k = from; k < min(to, active); k++) {
        information[k * active + k]! += strength;
        score[k]! -= strength * coefficients[k]!;
        penalty += 0.5 * strength * coefficients[k]! ** 2;
      }
    };
    const bend = smoothness;
    for (let k = 0; k + 2 < this.background.count; k++) {
      const second = coefficients[k]! - 2 * coefficients[k + 1]! + coefficients[k + 2]!;
      penalty += 0.5 * bend * second * second;
      for (let i = 0; i < 3; i++) {
        score[k + i]! -= bend * second * secondDifference[i]!;
        for (let j = 0; j <= i; j++)
          information[(k + i) * active + k + j]! += bend * secondDifference[i]! * secondDifference[j]!;
      }
    }
    prior(this.background.count, this.depthStart, directionPrior);
    prior(this.depthStart, this.depthStart + this.depth.count, depthPrior);
    prior(this.depthStart + this.depth.count, this.smoothUnknowns, depthDirectionPrior);
    if (held) for (let k = 0; k < held.length; k++) if (held[k]) information[k * active + k]! += heldStrength;
    for (let p = 0; p < active; p++)
      for (let q = 0; q < p; q++) information[q * active + p] = information[p * active + q]!;
    return { logLikelihood: total, objective: total - penalty, score, information };
  }
}
