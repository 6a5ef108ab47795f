import { badArgument, shapeMismatch, tooFewPoints } from '../errors';
import {
  type DriveNoise,
  type DriveSeries,
  DriveWaves,
  type WaveSizes,
  WhitenedWaves,
  driveNoises,
  waveSizes,
} from './drive-noise';
import { backSolved, dot, lowerTriangle, whitened } from './lower-triangle';

/** Assumptions about a drive; lengths in the unit of the positions. */
export interface DriveModel {
  /** Size of the slope, from which lengths follow in the unit of the displacements; an error of some percent does no harm. */
  readonly roughSlope: number;
  /** Range of the lengths over which the error of the drive may repeat. */
  readonly cycles: { readonly least: number; readonly most: number };
  /** Usual length, with the prior probability that it is the right one. */
  readonly usual?: { readonly length: number; readonly probability: number };
  /** Local errors of scale that repeat with the cycle, and twice in a cycle: typical sizes, each as likely as the others. */
  readonly amplitudes: readonly number[];
  readonly secondAmplitudes: readonly number[];
  /** Standard deviations of the positions that moves end at. */
  readonly scatters: readonly number[];
  /** Factors by which the errors of the displacements may be too small. */
  readonly errorFactors: readonly number[];
  /** True when no displacement may be left out but those that are known to be wrong. */
  readonly keepsAll?: boolean;
}

/** Weights for the scatters of a drive, from other series of the same stage: one logarithm for each. */
export type ScatterEvidence = readonly number[];

/** Cycle of a drive as far as the series shows it. */
export interface FoundCycle {
  readonly length: number;
  readonly standardError: number;
  /** Local error of scale. */
  readonly amplitude: number;
  /** Phase in radians at position zero. */
  readonly phase: number;
  /** Posterior probability that the length is not the usual one. */
  readonly unusual: number;
}

/** Slope of a drive with errors that hold. */
export interface DriveFit {
  readonly slope: number;
  readonly standardError: number;
  /** The cycle of the most probable explanation; its standard error is that of all of them. */
  readonly cycle: FoundCycle;
  /** Residuals of the most probable explanation, independent and of variance 1 when it is right; one for each displacement. */
  readonly residuals: readonly number[];
  /** Displacements by their index that contradict the others and were left out, and what each is beyond the most probable explanation. */
  readonly leftOut: readonly number[];
  readonly leftOutBy: readonly number[];
  readonly scatterEvidence: ScatterEvidence;
}

/** Hypotheses of one length and one kind of noise. */
interface Hypotheses {
  readonly length: number;
  readonly noise: DriveNoise;
  /**
   * Logarithm of the evidence, slope and variance with each of the sizes, one after the other. A fit has tens of thousands of hypotheses,
   * and numbers in one list need no memory of their own.
   */
  readonly numbers: readonly number[];
  /** The largest logarithm of the evidence. */
  readonly best: number;
}

/** A series with what is assumed about its drive. */
interface Task {
  readonly series: DriveSeries;
  readonly model: DriveModel;
  readonly evidence: ScatterEvidence | undefined;
  readonly waves: DriveWaves;
  readonly whitened: WhitenedWaves;
  readonly sizes: readonly WaveSizes[];
}

/** Number of the cells of length at first, and how many at most. */
const firstCells = 30;
const roughCells = 12;
const maxCells = 500;
const refinements = 6;
/** Logarithm of the evidence below the best at which a hypothesis no longer counts. */
const negligible = 7;
/** Change of the logarithm of the evidence between neighbouring cells above which they are divided. */
const maxStep = 1;
/** Logarithm of the evidence by which leaving out a displacement must explain the others better. */
const minGain = 6;
/** Logarithm of the odds against a wrong displacement at which it no longer counts: less than 2 in 100. */
const negligibleDoubt = 4;
/** Share of the displacements that may be left out. */
const maxLeftOut = 0.15;

/**
 * Fits how far a drive moves per unit of its reading where its error repeats with a cycle of unknown length, size and phase, where moves
 * end a little off, and where a few displacements are wrong altogether. All lengths, sizes and scatters are averaged by how well
 * they explain the displacements, so that the standard error holds what the series leaves open. Amplitude and phase are integrated out as
 * Gaussian unknowns. Source of the averaging: J. A. Hoeting et al., Statistical Science 14 (1999) 382.
 *
 * @param wrong displacements by their index that are known to be wrong, and are left out from the beginning
 * @throws ImagingError 'imaging/too-few-points' below two displacements, 'imaging/shape-mismatch', 'imaging/bad-argument'
 */
export function fitCyclicDrive(
  series: DriveSeries,
  model: DriveModel,
  evidence?: ScatterEvidence,
  wrong: readonly number[] = [],
): DriveFit {
  const count = series.displacements.length;
  if (count < 2) throw tooFewPoints('fitCyclicDrive', count, 2);
  if (series.positions.length !== count + 1 || series.errors.length !== count)
    throw shapeMismatch('fitCyclicDrive', [count + 1], [series.positions.length]);
  if (!(Math.abs(model.roughSlope) > 0)) throw badArgument('fitCyclicDrive', 'the rough slope is zero');
  const slope = Math.abs(model.roughSlope);
  const [waves, whitenedWaves] = [new DriveWaves(series.positions, slope), new WhitenedWaves(count)];
  const sizes = waveSizes(model.amplitudes, model.secondAmplitudes);
  const task: Task = { series, model, evidence, waves, whitened: whitenedWaves, sizes };
  const leftOut = [...wrong];
  let found = explore(task, leftOut);
  let others: readonly Hypotheses[] = [];
  if (!model.keepsAll) {
    const maxCount = Math.floor(maxLeftOut * count);
    let gains = gainsWithout(task, leftOut, found);
    for (let suspect = mostContradicting(gains); suspect !== undefined; suspect = mostContradicting(gains)) {
      if (leftOut.length >= maxCount) break;
      const without = explore(task, [...leftOut, suspect]);
      if (logSum(without) - logSum(found) < minGain) break;
      // Before, one displacement less had to be wrong, which is more likely by as much.
      others = outweighed([...others, ...found], -minGain);
      leftOut.push(suspect);
      found = without;
      gains = gainsWithout(task, leftOut, found);
    }
    // One more may be wrong without showing it clearly: what that changes belongs to the error.
    for (const [index, gain] of gains.entries())
      if (gain > minGain - negligibleDoubt)
        others = [...others, ...outweighed(explore(task, [...leftOut, index]), minGain)];
  }
  leftOut.sort((one, other) => one - other);
  return summary(found, others, task, leftOut);
}

/** Hypotheses with evidence that is less by a number of logarithms. */
const outweighed = (hypotheses: readonly Hypotheses[], by: number): readonly Hypotheses[] =>
  hypotheses.map((each) => ({
    ...each,
    numbers: each.numbers.map((number, at) => (at % 3 === 0 ? number - by : number)),
    best: each.best - by,
  }));

/** The displacement without which the others are explained best; undefined when none is gained by that. */
function mostContradicting(gains: readonly number[]): number | undefined {
  const most = Math.max(...gains);
  return most > minGain ? gains.indexOf(most) : undefined;
}

/** Number of the most probable lengths that are compared when a displacement is left out. */
const comparedLengths = 6;

/** Logarithms of the evidence that are gained when each displacement is left out, by a few lengths; -Infinity for those that are. */
function gainsWithout(
  { series, model, evidence, waves, whitened: ofWaves }: Task,
  leftOut: readonly number[],
  found: readonly Hypotheses[],
): readonly number[] {
  const bests = new Map<number, number>();
  for (const { length, best } of found) bests.set(length, Math.max(best, bests.get(length) ?? -Infinity));
  const likely = [...bests.keys()].sort((one, other) => bests.get(other)! - bests.get(one)!).slice(0, comparedLengths);
  const usualShare = model.usual?.probability ?? 0;
  const lengths: (readonly [length: number, logWeight: number])[] = [
    ...(model.usual && usualShare > 0 ? [[model.usual.length, Math.log(usualShare)] as const] : []),
    ...likely.map((length) => [length, -Math.log(firstCells)] as const),
    ...cellsOf(model, roughCells).map((cell) => [Math.exp(cell), Math.log((1 - usualShare) / roughCells)] as const),
  ];
  const sizes = waveSizes(thinned(model.amplitudes), thinned(model.secondAmplitudes));
  const present = new LogSum();
  const without = series.displacements.map(() => new LogSum());
  for (const noise of driveNoises(series, Math.abs(model.roughSlope), model, leftOut))
    for (const [length, logWeight] of lengths) {
      ofWaves.set(waves.of(length), noise);
      for (const each of sizes) {
        ofWaves.explain(each);
        const log = logWeight + (evidence?.[noise.scatter] ?? 0) + ofWaves.logEvidence;
        present.add(log);
        const gains = ofWaves.gains(series, each);
        for (let index = 0; index < without.length; index++) without[index]!.add(log + gains[index]!);
      }
    }
  return without.map(({ value }, index) => (leftOut.includes(index) ? -Infinity : value - present.value));
}

/** The first and the last. */
const thinned = (values: readonly number[]): readonly number[] =>
  values.length <= 2 ? values : [values[0]!, values.at(-1)!];

/** Logarithms of the middles of cells that divide the range of the lengths. */
function cellsOf({ cycles: { least, most } }: DriveModel, count: number): number[] {
  const range = Math.log(most / least);
  return Array.from({ length: count }, (_, index) => Math.log(least) + (range * (index + 0.5)) / count);
}

function explore(
  { series, model, evidence, waves, whitened: ofWaves, sizes }: Task,
  leftOut: readonly number[],
): Hypotheses[] {
  const noises = driveNoises(series, Math.abs(model.roughSlope), model, leftOut);
  const { least, most } = model.cycles;
  const range = Math.log(most / least);
  const usualShare = model.usual?.probability ?? 0;
  const found: Hypotheses[] = [];
  const at = (length: number, logWeight: number): number => {
    let best = -Infinity;
    for (const noise of noises) {
      const weight = logWeight + (evidence?.[noise.scatter] ?? 0);
      ofWaves.set(waves.of(length), noise);
      const numbers: number[] = [];
      let ofNoise = -Infinity;
      for (const each of sizes) {
        ofWaves.explain(each);
        const logEvidence = weight + ofWaves.logEvidence;
        numbers.push(logEvidence, ofWaves.slope, ofWaves.variance);
        if (logEvidence > ofNoise) ofNoise = logEvidence;
      }
      found.push({ length, noise, numbers, best: ofNoise });
      noise.best = Math.max(noise.best, ofNoise);
      best = Math.max(best, ofNoise);
    }
    return best;
  };
  if (model.usual && usualShare > 0) at(model.usual.length, Math.log(usualShare));
  let cells = cellsOf(model, firstCells);
  let width = range / firstCells;
  let total = 0;
  for (let round = 0; ; round++) {
    const logWeight = Math.log(((1 - usualShare) * width) / range);
    const from = found.length;
    const marks = cells.map((cell) => ({ cell, start: found.length, best: at(Math.exp(cell), logWeight) }));
    total += cells.length;
    const best = Math.max(...noises.map((noise) => noise.best));
    if (round === 0)
      // A noise that explains nothing needs no finer look.
      for (let index = noises.length - 1; index >= 0; index--)
        if (noises[index]!.best < best - negligible && noises.length > 1) noises.splice(index, 1);
    if (round === refinements) break;
    const divided = marks.map((mark, index) => {
      const beside = [marks[index - 1], marks[index + 1]].filter(
        (other) => other !== undefined && Math.abs(other.cell - mark.cell) < 1.5 * width,
      );
      const counts = [mark, ...beside].some((each) => each!.best > best - negligible);
      const open = beside.length < 2 || beside.some((other) => Math.abs(other!.best - mark.best) > maxStep);
      return counts && open;
    });
    const pieces = divided.filter(Boolean).length;
    if (pieces === 0 || total + 3 * pieces > maxCells) break;
    // Divided cells give way to their parts.
    let kept = from;
    marks.forEach(({ start }, index) => {
      const end = marks[index + 1]?.start ?? found.length;
      if (divided[index]) return;
      for (let each = start; each < end; each++) found[kept++] = found[each]!;
    });
    found.length = kept;
    cells = marks.flatMap(({ cell }, index) => (divided[index] ? [cell - width / 3, cell, cell + width / 3] : []));
    width /= 3;
  }
  return found;
}

/** Logarithm of a sum of numbers that are given by their logarithms. */
class LogSum {
  private most = -Infinity;
  private sum = 0;

  add(log: number): void {
    if (log <= this.most) this.sum += Math.exp(log - this.most);
    else {
      this.sum = this.sum * Math.exp(this.most - log) + 1;
      this.most = log;
    }
  }

  get value(): number {
    return this.most + Math.log(this.sum);
  }
}

/** Logarithm of the sum of the evidence of hypotheses. */
function logSum(found: readonly Hypotheses[]): number {
  const sum = new LogSum();
  for (const { numbers } of found) for (let at = 0; at < numbers.length; at += 3) sum.add(numbers[at]!);
  return sum.value;
}

/** The fit by all hypotheses; the most probable explanation is one of those that leave out what was chosen. */
function summary(
  found: readonly Hypotheses[],
  others: readonly Hypotheses[],
  task: Task,
  leftOut: readonly number[],
): DriveFit {
  const { model } = task;
  const all = [...found, ...others];
  const total = logSum(all);
  // Most hypotheses explain nothing.
  const possible = all
    .filter(({ best }) => Math.exp(best - total) > 0)
    .map(({ numbers, length }) => ({ numbers, length, probabilities: probabilitiesOf(numbers, total) }));
  const mean = (of: (slope: number, variance: number, length: number) => number): number => {
    let sum = 0;
    for (const { numbers, length, probabilities } of possible)
      for (let at = 0; at < probabilities.length; at++) {
        const probability = probabilities[at]!;
        if (probability > 0) sum += probability * of(numbers[3 * at + 1]!, numbers[3 * at + 2]!, length);
      }
    return sum;
  };
  const slope = mean((each) => each);
  const meanLength = mean((_, __, each) => each);
  const best = found.reduce((one, other) => (other.best > one.best ? other : one));
  const { cycle, residuals, beyond } = explanation(best, task);
  const scatterEvidence = model.scatters.map((_, scatter) =>
    logSum(all.filter(({ noise }) => noise.scatter === scatter)),
  );
  return {
    slope,
    standardError: Math.sqrt(mean((each, variance) => variance + (each - slope) ** 2)),
    residuals,
    cycle: {
      ...cycle,
      length: best.length,
      standardError: Math.sqrt(mean((_, __, each) => (each - meanLength) ** 2)),
      unusual: mean((_, __, each) => (each === model.usual?.length ? 0 : 1)),
    },
    leftOut,
    leftOutBy: leftOut.map((bad) => beyond(bad)),
    scatterEvidence: scatterEvidence.map((each) => Math.max(-1000, each - total)),
  };
}

/** Probabilities of the hypotheses whose numbers are given. */
function probabilitiesOf(numbers: readonly number[], total: number): Float64Array {
  const probabilities = new Float64Array(numbers.length / 3);
  for (let at = 0; at < probabilities.length; at++) probabilities[at] = Math.exp(numbers[3 * at]! - total);
  return probabilities;
}

/** Amplitude, phase and residuals of the best of some hypotheses: the most probable amplitudes of sine and cosine under it. */
function explanation(
  { noise, length, numbers, best }: Hypotheses,
  { series: { displacements, positions }, model, waves: ofLength, sizes }: Task,
): {
  readonly cycle: { readonly amplitude: number; readonly phase: number };
  readonly residuals: readonly number[];
  readonly beyond: (index: number) => number;
} {
  const at = numbers.indexOf(best);
  const [{ count, weights }, fitted] = [sizes[at / 3]!, numbers[at + 1]!];
  const plain = ofLength.of(length);
  const waveAt = (index: number, wave: number): number => plain[(index * plain.length) / displacements.length + wave]!;
  const waves = Array.from({ length: count }, (_, wave) =>
    whitened(
      noise.triangle,
      displacements.map((__, index) => waveAt(index, wave)),
    ),
  );
  const rest = noise.observed.map((value, index) => value - fitted * noise.moves[index]!);
  const inner = lowerTriangle(
    waves.map((one, row) => waves.map((other, column) => dot(one, other) + (row === column ? weights[row]! : 0))),
  )!;
  const amplitudes = backSolved(
    inner,
    whitened(
      inner,
      waves.map((wave) => dot(wave, rest)),
    ),
  );
  const residuals = Array.from(rest, (value, index) =>
    waves.reduce((left, wave, at) => left - amplitudes[at]! * wave[index]!, value),
  );
  const sign = Math.sign(model.roughSlope);
  const [sine, cosine] = [amplitudes[0]! * sign, amplitudes[1]! * sign];
  return {
    cycle: { amplitude: Math.hypot(sine, cosine), phase: Math.atan2(cosine, sine) },
    residuals: displacements.map((_, index) => (noise.bad.includes(index) ? 0 : residuals[index]!)),
    beyond: (index) =>
      amplitudes.reduce(
        (left, amplitude, wave) => left - amplitude * waveAt(index, wave),
        displacements[index]! - fitted * (positions[index + 1]! - positions[index]!),
      ),
  };
}
