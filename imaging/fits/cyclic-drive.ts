import { badArgument, shapeMismatch, tooFewPoints } from '../errors';
import { type LowerTriangle, backSolved, dot, halfLogDeterminant, lowerTriangle, whitened } from './lower-triangle';

/** Displacements between the successive positions of a drive. */
export interface DriveSeries {
  /** Positions that the drive reads, in any unit of length. */
  readonly positions: readonly number[];
  /** Displacement from each position to the next, in any other unit. */
  readonly displacements: readonly number[];
  /** Standard errors of the displacements. */
  readonly errors: readonly number[];
  /** Covariance of the displacements that comes in addition: a drift that is not known exactly. */
  readonly covariance?: readonly ArrayLike<number>[];
}

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
  /** Displacements by their index that contradict the others and were left out. */
  readonly leftOut: readonly number[];
  readonly scatterEvidence: ScatterEvidence;
}

interface Hypothesis {
  readonly logEvidence: number;
  readonly slope: number;
  readonly variance: number;
  readonly scatter: number;
  readonly length: number;
  readonly base: Base;
  readonly amplitude: number;
  readonly second: number;
}

/** One kind of noise, with the series whitened by it. */
interface Base {
  readonly scatter: number;
  readonly triangle: LowerTriangle;
  readonly logDeterminant: number;
  readonly moves: Float64Array;
  readonly observed: Float64Array;
  readonly bad: readonly number[];
  /** The most probable hypothesis with this noise so far. */
  best: number;
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
/** Usual size of the error of a displacement that is wrong, in its standard errors: what leaving it out costs. */
const usualBlunder = 30;
/** Share of the displacements that may be left out. */
const maxLeftOut = 0.15;

/**
 * Fits how far a drive moves per unit of its reading where its error repeats with a cycle of unknown length, size and phase, where moves
 * end a little off, and where a few displacements are wrong altogether. All lengths, sizes and scatters are averaged by how well
 * they explain the displacements, so that the standard error holds what the series leaves open. Amplitude and phase are integrated out as
 * Gaussian unknowns. Source of the averaging: J. A. Hoeting et al., Statistical Science 14 (1999) 382.
 *
 * @throws ImagingError 'imaging/too-few-points' below two displacements, 'imaging/shape-mismatch', 'imaging/bad-argument'
 */
export function fitCyclicDrive(series: DriveSeries, model: DriveModel, evidence?: ScatterEvidence): DriveFit {
  const count = series.displacements.length;
  if (count < 2) throw tooFewPoints('fitCyclicDrive', count, 2);
  if (series.positions.length !== count + 1 || series.errors.length !== count)
    throw shapeMismatch('fitCyclicDrive', [count + 1], [series.positions.length]);
  if (!(Math.abs(model.roughSlope) > 0)) throw badArgument('fitCyclicDrive', 'the rough slope is zero');
  let found = explore(series, model, { leftOut: [], evidence });
  const leftOut: number[] = [];
  while (leftOut.length < Math.floor(maxLeftOut * count)) {
    const suspect = mostContradicting(series, model, leftOut, found, evidence);
    if (suspect === undefined) break;
    const without = explore(series, model, { leftOut: [...leftOut, suspect], evidence });
    if (logSum(without) - logSum(found) < minGain) break;
    leftOut.push(suspect);
    found = without;
  }
  return summary(
    found,
    series,
    model,
    leftOut.sort((one, other) => one - other),
  );
}

/** Number of the most probable lengths that are compared when a displacement is left out. */
const comparedLengths = 6;

/** The displacement without which the others are explained best, by a few lengths; undefined when none is gained by that. */
function mostContradicting(
  series: DriveSeries,
  model: DriveModel,
  leftOut: readonly number[],
  found: readonly Hypothesis[],
  evidence: ScatterEvidence | undefined,
): number | undefined {
  const rough = {
    ...model,
    amplitudes: thinned(model.amplitudes),
    secondAmplitudes: thinned(model.secondAmplitudes),
  };
  const sorted = [...found].sort((one, other) => other.logEvidence - one.logEvidence);
  const likely = [...new Set(sorted.map(({ length }) => length))].slice(0, comparedLengths);
  const worth = (without: readonly number[]): number =>
    logSum(explore(series, rough, { leftOut: without, evidence, lengths: likely }));
  const present = worth(leftOut);
  const gains = series.displacements.map((_, index) =>
    leftOut.includes(index) ? -Infinity : worth([...leftOut, index]) - present,
  );
  const most = Math.max(...gains);
  return most > minGain ? gains.indexOf(most) : undefined;
}

/** The first and the last. */
const thinned = (values: readonly number[]): readonly number[] =>
  values.length <= 2 ? values : [values[0]!, values.at(-1)!];

interface Exploration {
  readonly leftOut: readonly number[];
  readonly evidence: ScatterEvidence | undefined;
  /** Lengths besides a coarse grid, instead of a fine search. */
  readonly lengths?: readonly number[];
}

function explore(series: DriveSeries, model: DriveModel, { leftOut, evidence, lengths }: Exploration): Hypothesis[] {
  const bases = noises(series, model, leftOut);
  const { least, most } = model.cycles;
  const range = Math.log(most / least);
  const usualShare = model.usual?.probability ?? 0;
  const found: Hypothesis[] = [];
  const at = (length: number, logWeight: number): number => {
    let best = -Infinity;
    for (const base of bases) {
      const weight = logWeight + (evidence?.[base.scatter] ?? 0);
      const ofBase = hypothesesAt(series, model, base, length, weight, found);
      base.best = Math.max(base.best, ofBase);
      best = Math.max(best, ofBase);
    }
    return best;
  };
  if (model.usual && usualShare > 0) at(model.usual.length, Math.log(usualShare));
  for (const length of lengths ?? []) at(length, -Math.log(firstCells));
  const count = lengths ? roughCells : firstCells;
  let cells = Array.from({ length: count }, (_, index) => Math.log(least) + (range * (index + 0.5)) / count);
  let width = range / count;
  let total = 0;
  for (let round = 0; ; round++) {
    const logWeight = Math.log(((1 - usualShare) * width) / range);
    const from = found.length;
    const marks = cells.map((cell) => ({ cell, start: found.length, best: at(Math.exp(cell), logWeight) }));
    total += cells.length;
    const best = Math.max(...bases.map((base) => base.best));
    if (round === 0)
      // A noise that explains nothing needs no finer look.
      for (let index = bases.length - 1; index >= 0; index--)
        if (bases[index]!.best < best - negligible && bases.length > 1) bases.splice(index, 1);
    if (lengths || round === refinements) break;
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

function noises(series: DriveSeries, model: DriveModel, leftOut: readonly number[]): Base[] {
  const { positions, displacements, errors, covariance } = series;
  const slope = Math.abs(model.roughSlope);
  // A displacement that is left out has an error as large as all displacements together.
  const anything = positions.length * Math.max(...displacements.map(Math.abs));
  const moves = displacements.map((_, index) => positions[index + 1]! - positions[index]!);
  return model.scatters.flatMap((scatter, index) =>
    model.errorFactors.flatMap((factor) => {
      const triangle = lowerTriangle(
        displacements.map((_, one) =>
          displacements.map((__, other) => {
            const apart = Math.abs(one - other);
            const ends = (apart === 0 ? 2 : apart === 1 ? -1 : 0) * (scatter * slope) ** 2;
            const own = apart === 0 ? (factor * errors[one]!) ** 2 + (leftOut.includes(one) ? anything ** 2 : 0) : 0;
            return ends + own + (covariance?.[one]?.[other] ?? 0);
          }),
        ),
      );
      if (!triangle) throw badArgument('fitCyclicDrive', 'a covariance is not positive definite');
      return [
        {
          scatter: index,
          triangle,
          logDeterminant:
            halfLogDeterminant(triangle) -
            leftOut.reduce((sum, bad) => sum + Math.log(anything / (usualBlunder * errors[bad]!)), 0),
          moves: whitened(triangle, moves),
          observed: whitened(triangle, displacements),
          bad: leftOut,
          best: -Infinity,
        },
      ];
    }),
  );
}

/** Sine and cosine of the cycle and of its half, as displacements for a local error of scale of 1. */
function courses(positions: readonly number[], slope: number, length: number): readonly number[][] {
  return [length, length / 2].flatMap((period) => {
    const turn = (2 * Math.PI) / period;
    return [Math.sin, Math.cos].map((wave) => {
      const at = positions.map((position) => (slope * wave(turn * position)) / turn);
      return at.slice(1).map((value, index) => value - at[index]!);
    });
  });
}

function hypothesesAt(
  { positions }: DriveSeries,
  model: DriveModel,
  base: Base,
  length: number,
  logWeight: number,
  found: Hypothesis[],
): number {
  const slope = Math.abs(model.roughSlope);
  const waves = courses(positions, slope, length).map((course) => whitened(base.triangle, course));
  const products = waves.map((one) => waves.map((other) => dot(one, other)));
  const [withMoves, withObserved] = [base.moves, base.observed].map((of) => waves.map((wave) => dot(wave, of)));
  const [mm, mo, oo] = [dot(base.moves, base.moves), dot(base.moves, base.observed), dot(base.observed, base.observed)];
  let best = -Infinity;
  for (const amplitude of model.amplitudes)
    for (const second of model.secondAmplitudes) {
      // Variances of the unknown amplitudes of sine and cosine, integrated out.
      const variances = [amplitude, amplitude, second, second].map((each) => each ** 2 / 2);
      const size = second > 0 ? 4 : 2;
      const inner = lowerTriangle(
        variances.slice(0, size).map((variance, row) => {
          const line = products[row]!.slice(0, size);
          line[row]! += 1 / variance;
          return line;
        }),
      )!;
      const [m, o] = [whitened(inner, withMoves!), whitened(inner, withObserved!)];
      const [information, moved, left] = [mm - dot(m, m), mo - dot(m, o), oo - dot(o, o)];
      const logVolume =
        halfLogDeterminant(inner) + 0.5 * variances.slice(0, size).reduce((sum, each) => sum + Math.log(each), 0);
      const fitted = moved / information;
      const logEvidence =
        logWeight - base.logDeterminant - logVolume - 0.5 * Math.log(information) - 0.5 * (left - moved * fitted);
      if (logEvidence > best) best = logEvidence;
      found.push({
        logEvidence,
        slope: fitted,
        variance: 1 / information,
        scatter: base.scatter,
        length,
        base,
        amplitude,
        second,
      });
    }
  return best;
}

/** Logarithm of the sum of the evidence of hypotheses. */
function logSum(found: readonly Hypothesis[]): number {
  let most = -Infinity;
  for (const { logEvidence } of found) most = Math.max(most, logEvidence);
  let sum = 0;
  for (const { logEvidence } of found) sum += Math.exp(logEvidence - most);
  return most + Math.log(sum);
}

function summary(
  found: readonly Hypothesis[],
  series: DriveSeries,
  model: DriveModel,
  leftOut: readonly number[],
): DriveFit {
  const total = logSum(found);
  const probability = ({ logEvidence }: Hypothesis): number => Math.exp(logEvidence - total);
  const mean = (of: (each: Hypothesis) => number): number =>
    found.reduce((sum, each) => sum + probability(each) * of(each), 0);
  const slope = mean((each) => each.slope);
  const length = mean((each) => each.length);
  const best = found.reduce((one, other) => (other.logEvidence > one.logEvidence ? other : one));
  const scatterEvidence = model.scatters.map((_, scatter) => logSum(found.filter((each) => each.scatter === scatter)));
  return {
    slope,
    standardError: Math.sqrt(mean((each) => each.variance + (each.slope - slope) ** 2)),
    ...explanation(best, series, model),
    cycle: {
      ...explanation(best, series, model).cycle,
      length: best.length,
      standardError: Math.sqrt(mean((each) => (each.length - length) ** 2)),
      unusual: mean((each) => (each.length === model.usual?.length ? 0 : 1)),
    },
    leftOut,
    scatterEvidence: scatterEvidence.map((each) => Math.max(-1000, each - total)),
  };
}

/** Amplitude, phase and residuals of one hypothesis: the most probable amplitudes of sine and cosine under it. */
function explanation(
  { base, length, amplitude, second, slope: fitted }: Hypothesis,
  { positions, displacements }: DriveSeries,
  model: DriveModel,
): { readonly cycle: { readonly amplitude: number; readonly phase: number }; readonly residuals: readonly number[] } {
  const slope = Math.abs(model.roughSlope);
  const size = second > 0 ? 4 : 2;
  const plain = courses(positions, slope, length).slice(0, size);
  const waves = plain.map((course) => whitened(base.triangle, course));
  const rest = base.observed.map((value, index) => value - fitted * base.moves[index]!);
  const inner = lowerTriangle(
    waves.map((one, row) =>
      waves.map((other, column) => dot(one, other) + (row === column ? 2 / (row < 2 ? amplitude : second) ** 2 : 0)),
    ),
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
    residuals: displacements.map((_, index) => (base.bad.includes(index) ? 0 : residuals[index]!)),
  };
}
