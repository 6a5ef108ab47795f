import { type Vector, vector } from '../../base';
import { type Misfit, jointMisfit } from '../../judgement';
import { type CauseHypothesis, averagedOverCauses } from '../../../imaging';
import { pairCovariance, usualFloor } from '../pair-noise';
import type { TiltTerm } from '../tilt-fit';
import type { TiltSeries } from '../tilt-series';

/** A series of tilts under one condition of the lens, with what each unknown of the joint fit does to its images. */
export interface JointPart {
  readonly series: TiltSeries;
  /** One function of the tilt for each unknown, in the same order for all parts. */
  readonly terms: readonly TiltTerm[];
}

/** Unknowns that several series have in common, without the drift; lengths in unbinned pixels, Y up. */
export interface JointTiltFit {
  readonly values: readonly Vector[];
  /** Covariance of the unknowns along either axis, row by row; it grows with the misfit by nobody else's hand. */
  readonly covariance: Readonly<Record<'x' | 'y', readonly (readonly number[])[]>>;
  readonly misfit: Misfit;
  /** Steady drift of the image for each second, with its standard error. */
  readonly drift: Vector;
  readonly driftError: Vector;
  /** Probability that something comes to rest again after each change of the condition. */
  readonly unrest: number;
}

const axes = ['x', 'y'] as const;
/**
 * Times in seconds in which drift dies away, so near each other that their sum follows every course between them, and displacements in
 * compared pixels that it makes on the whole.
 */
const decayTimes = [4, 10, 25, 60];
const decaySizes = [1, 10, 100];
/** Displacements in compared pixels by which drift wanders, with their weights. */
const wanders = [
  { size: 0, weight: 4 },
  { size: 0.05, weight: 2 },
  { size: 0.4, weight: 1 },
  { size: 3, weight: 0.5 },
];
/** Half-waves of which a wandering course is made; each is weaker by its number, as those of a random walk are. */
const halfWaves = 5;
/** Displacements in compared pixels by which an image still moves after a change of the lens, and the time in seconds in which that ends. */
const unrests = [
  { size: 0, weight: 6 },
  { size: 0.3, weight: 1 },
  { size: 3, weight: 1 },
];
const unrestTime = 1.5;

/**
 * Fits unknowns that all series share, and one course of the drift that runs through them: steady, dying away from the start, wandering
 * as a random walk does, or starting again with each series. Which of these it is, and how much, the images say: the fit is averaged over
 * the possible courses by their likelihood, so that the errors hold what the images do not show. This is the estimate that a Kalman smoother
 * would give for the same courses; the few images of a run allow to solve for all of them at once.
 */
export function fitTiltSeriesTogether(parts: readonly JointPart[], floor = usualFloor): JointTiltFit {
  const start = parts[0]!.series.views[0]!.time;
  const end = parts.at(-1)!.series.views.at(-1)!.time;
  const duration = Math.max(1e-9, end - start);
  const pixel = Math.max(...parts.map(({ series }) => series.comparedPixel));
  /** Difference over each pair of a function of image and part. */
  const overPairs = (of: (view: TiltSeries['views'][number], part: number) => number): number[] =>
    parts.flatMap(({ series: { views, pairs } }, part) =>
      pairs.map(({ earlier, later }) => of(views[earlier]!, part) - of(views[later]!, part)),
    );
  const moment = overPairs(({ time }) => (time - start) / duration);
  const columns = parts[0]!.terms.map((_, term) => overPairs(({ tilt }, part) => parts[part]!.terms[term]!(tilt)));
  const rows = moment.map((each, row) => [...columns.map((column) => column[row]!), each]);
  const causes = causesOf(parts, overPairs, start, duration, pixel);
  const fits = axes.map((axis) => {
    const observed = parts.flatMap(({ series }) => series.pairs.map(({ shift }) => shift[axis]));
    return averagedOverCauses(rows, observed, noiseOf(parts, axis, floor), causes.hypotheses);
  });
  const [x, y] = [fits[0]!, fits[1]!];
  const steady = columns.length;
  return {
    values: columns.map((_, term) => vector(x.parameters[term]!, y.parameters[term]!)),
    covariance: { x: x.covariance, y: y.covariance },
    misfit: jointMisfit(...fits),
    drift: vector(x.parameters[steady]! / duration, y.parameters[steady]! / duration),
    driftError: vector(x.standardErrors[steady]! / duration, y.standardErrors[steady]! / duration),
    unrest: Math.max(
      ...fits.map(({ probabilities }) =>
        probabilities.reduce((sum, each, index) => sum + (causes.restless[index] ? each : 0), 0),
      ),
    ),
  };
}

/** Covariance of the shifts of all pairs along one axis: series have no image in common. */
function noiseOf(parts: readonly JointPart[], axis: 'x' | 'y', floor: number): readonly Float64Array[] {
  const count = parts.reduce((sum, { series }) => sum + series.pairs.length, 0);
  const noise: Float64Array[] = [];
  for (const { series } of parts) {
    const first = noise.length;
    for (const own of pairCovariance(series.pairs, axis, floor * series.comparedPixel)) {
      const row = new Float64Array(count);
      row.set(own, first);
      noise.push(row);
    }
  }
  return noise;
}

/** Every combination of the courses that drift may take, and which of them start again with each series. */
function causesOf(
  parts: readonly JointPart[],
  overPairs: (of: (view: TiltSeries['views'][number], part: number) => number) => number[],
  start: number,
  duration: number,
  pixel: number,
): { readonly hypotheses: readonly CauseHypothesis[]; readonly restless: readonly boolean[] } {
  const dying = decayTimes.map((lifetime) => overPairs(({ time }) => pixel * Math.exp(-(time - start) / lifetime)));
  const decays: readonly CauseHypothesis[] = [
    { causes: [], weight: decaySizes.length },
    ...decaySizes.map((size) => ({ causes: dying.map((cause) => cause.map((each) => size * each)), weight: 1 })),
  ];
  const wandering: readonly CauseHypothesis[] = wanders.map(({ size, weight }) => ({
    weight,
    causes:
      size === 0
        ? []
        : Array.from({ length: halfWaves }, (_, wave) =>
            overPairs(
              ({ time }) => (size * pixel * Math.sin(((wave + 1) * Math.PI * (time - start)) / duration)) / (wave + 1),
            ),
          ),
  }));
  const changes = parts.length > 1 ? unrests : unrests.slice(0, 1);
  const restless: readonly CauseHypothesis[] = changes.map(({ size, weight }) => ({
    weight,
    causes:
      size === 0
        ? []
        : parts.map(({ series }, own) =>
            overPairs(({ time }, part) =>
              part === own ? size * pixel * Math.exp(-(time - series.views[0]!.time) / unrestTime) : 0,
            ),
          ),
  }));
  const all = decays.flatMap((decay) =>
    wandering.flatMap((wander) =>
      restless.map((unrest) => ({
        again: unrest.causes.length > 0,
        causes: [...decay.causes, ...wander.causes, ...unrest.causes],
        weight: decay.weight! * wander.weight! * unrest.weight!,
      })),
    ),
  );
  return { hypotheses: all, restless: all.map(({ again }) => again) };
}
