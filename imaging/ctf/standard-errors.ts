import type { Cells } from './cells';
import type { CtfFit } from './outcome';
import { inverseColumns } from './positive-definite';
import type { ModelFit, RingModel } from './ring-model';
import type { ContrastTransfer } from './transfer';
import { type Angstroms, angstroms, phaseRadians } from './units';

const { PI, max, sqrt } = Math;

/** Factors from the unknowns of the model to mean defocus and astigmatism vector. */
const factors = [1, 2, 2];

/** Information on mean, cosine, sine and phase that a fit has, all other unknowns being fitted with them. */
export interface RingInformation {
  /** Rows of the information matrix, which is the covariance of the scores. */
  readonly scores: readonly Float64Array[];
  /** Part of it by rings that are no more than noise, row by row. */
  readonly noise: Float64Array;
  /** Largest share of that part in the information on one of mean, cosine and sine. */
  readonly noiseShare: number;
}

/** Works out the information of a fit on its rings; undefined where the fit does not give it. */
export function ringInformation(found: ModelFit, model: RingModel): RingInformation | undefined {
  const { unknowns } = found;
  const count = model.size.phase ? 4 : 3;
  // The information on the rings, the others being fitted too, is the inverse of their part of the inverse of all.
  const block = inverseColumns(found.information, unknowns, numbers(count, unknowns - count));
  const flat = block && Float64Array.from(block.flatMap((column) => [...column.subarray(unknowns - count)]));
  const scores = flat && inverseColumns(flat, count, numbers(count));
  const variances = model.depthVariances(found);
  if (!scores || !variances) return undefined;
  const noise = noiseInformation(model.cells, model.transfer, variances, count);
  return { scores, noise, noiseShare: max(...[0, 1, 2].map((i) => noise[i * count + i]! / scores[i]![i]!)) };
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, k) => from + k);

/**
 * Standard errors of mean defocus, astigmatism vector and phase.
 *
 * A fit takes noise for rings of some depth, too. Such rings add to the scatter of the answer, but hold it nowhere: where the scores have
 * the covariance S, which the information matrix gives, the curvature is only S - N without the part N of the depth that noise made. The
 * covariance of the answer is that of such estimates, inverse(S - N) S inverse(S - N). Source: P. J. Huber, Proc. 5th Berkeley Symp. 1
 * (1967) 221-233.
 *
 * @param misfit factor by which errors grow because the model does not describe everything
 * @returns undefined where noise makes all of the rings
 */
export function standardErrors(
  information: RingInformation,
  misfit: number,
): Pick<CtfFit, 'standardErrors' | 'covariance' | 'misfit'> | undefined {
  const count = information.scores.length;
  const covariance = sandwich(information)?.map((each) => each * misfit * misfit);
  if (!covariance?.every(Number.isFinite)) return undefined;
  const ofVector = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => covariance[i * count + j]! * factors[i]! * factors[j]!),
  );
  const error = (i: number): Angstroms => angstroms(sqrt(ofVector[4 * i]!));
  return {
    standardErrors: {
      mean: error(0),
      astigmatism: [error(1), error(2)],
      ...(count === 4 && { phaseShift: phaseRadians(sqrt(covariance[15]!)) }),
    },
    covariance: ofVector,
    misfit,
  };
}

function sandwich({ scores, noise }: RingInformation): number[] | undefined {
  const count = scores.length;
  const all = numbers(count);
  const held = noise.map((each, at) => scores[Math.floor(at / count)]![at % count]! - each);
  // without information of its own an unknown would stay where it is, with no error
  if (all.some((k) => !(held[k * count + k]! > 0))) return undefined;
  const inverse = inverseColumns(held, count, all);
  return inverse?.flatMap((row) =>
    inverse.map((column) =>
      all.reduce((sum, k) => sum + all.reduce((part, l) => part + row[k]! * scores[k]![l]! * column[l]!, 0), 0),
    ),
  );
}

/** Information on mean, cosine, sine and phase by a depth of the rings with some variance in each bin. */
function noiseInformation(
  { bins, sectors, modes, low, width }: Cells,
  { wavelength }: ContrastTransfer,
  variances: Float64Array,
  count: number,
): Float64Array {
  const noise = new Float64Array(count * count);
  for (let bin = 0; bin < bins; bin++) {
    let number = 0;
    for (let cell = bin * sectors; cell < (bin + 1) * sectors; cell++) number += modes[cell]!;
    const turn = 2 * PI * wavelength * (low + (bin + 0.5) * width);
    // the mean square of the sine of the rings
    const own = 0.5 * number * variances[bin]!;
    noise[0]! += own * turn ** 2;
    noise[count + 1]! += 0.5 * own * turn ** 2;
    noise[2 * count + 2]! += 0.5 * own * turn ** 2;
    if (count < 4) continue;
    noise[15]! += 4 * own;
    noise[3]! += 2 * own * turn;
    noise[12]! += 2 * own * turn;
  }
  return noise;
}
