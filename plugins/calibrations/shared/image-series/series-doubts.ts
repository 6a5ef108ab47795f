import { EucentricError, type Vector, inMicrometres } from '../../../../core/base';
import type { BufferedImage, Run } from '../../../../core/kernel';
import { type Displacement, findPeriodicity, fixedPattern } from '../../../../imaging';

/** Why a measured shift may be that of something else than the specimen. */
export interface Doubt {
  readonly code: 'calibration/fixed-pattern' | 'calibration/periodic-specimen' | 'calibration/doubtful-alignment';
  /** What is wrong, in a sentence with numbers. */
  readonly text: string;
  readonly hint: string;
  /** Whether the calibration must not be kept without being asked. */
  readonly serious: boolean;
}

/** The question `doubtful` of items that measure series of shifts. */
export const doubtQuestion = {
  kind: 'confirm',
  why: 'When a fixed pattern of the camera, a periodic specimen or a weak correlation may have fooled the alignment: whether to keep the calibration anyway.',
} as const;

/** A pattern this many times beyond chance is there, and with this correlation of the finest detail it may win. */
const certain = 7;
const strong = 0.1;
/** What stays on the camera cannot be told from a specimen that has moved less than this, in pixels of the images. */
const smallestMove = 20;

/** What speaks against a pair of images between which the specimen was moved. */
export function doubtsOfPair(
  later: BufferedImage,
  earlier: BufferedImage,
  index: number,
  found: Displacement,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const pair = `Images ${index} and ${index + 1}`;
  if (!found.trusted) {
    doubts.push({
      code: 'calibration/doubtful-alignment',
      text: `${pair}: the correlation of ${found.correlation.toFixed(2)} over ${(100 * found.overlap).toFixed(0)} % of the field is no better than chance gives, so their shift may be anything.`,
      hint: 'Take more exposure, find a place with more detail, or check that the pixel size and the earlier calibration are not far off, so that the images overlap.',
      serious: true,
    });
  }
  if (Math.hypot(found.x, found.y) > smallestMove) {
    const { correlation, significance } = fixedPattern(later.frame.image, earlier.frame.image);
    if (significance > certain) {
      doubts.push({
        code: 'calibration/fixed-pattern',
        text: `${pair}: a pattern of the camera that does not move with the specimen correlates at zero shift (${correlation.toFixed(2)}, ${significance.toFixed(0)} times beyond chance).`,
        hint: 'Take a new gain reference. Until then a larger shift and more exposure help, and a binning at which the pattern averages out.',
        serious: correlation > strong || found.zeroPeakIgnored === true,
      });
    }
  }
  return doubts;
}

/** A pair of images after a move that was repeated, and what speaks against it. */
export interface RepeatedPair {
  /** The moves of one axis are the same. */
  readonly axis: 'x' | 'y';
  readonly shift: Vector;
  readonly doubts: readonly Doubt[];
}

/** Shifts after equal moves differ by less than this share: a stage is off by 15 % at most. */
const alike = 0.2;
/** So many shifts that agree are no chance, however weak each correlation is. */
const fewestAlike = 3;

/** What speaks against the pairs of repeated moves: weak correlations do not where their shifts agree with most of the others. */
export function doubtsOfRepeated(pairs: readonly RepeatedPair[]): readonly Doubt[] {
  return pairs.flatMap(({ axis, shift, doubts }) => {
    const moves = pairs.filter((each) => each.axis === axis);
    const size = Math.hypot(shift.x, shift.y);
    const near = moves.filter((each) => Math.hypot(each.shift.x - shift.x, each.shift.y - shift.y) < alike * size);
    const confirmed = size > smallestMove && near.length >= fewestAlike && near.length > moves.length / 2;
    return confirmed ? doubts.filter(({ code }) => code !== 'calibration/doubtful-alignment') : doubts;
  });
}

/** What speaks against a specimen. */
export function doubtsOfSpecimen(image: BufferedImage): readonly Doubt[] {
  const found = findPeriodicity(image.frame.image);
  if (!found) return [];
  const pixel = image.context.pixelSize;
  const size = pixel === undefined ? '' : `${(found.period * inMicrometres(pixel)).toPrecision(3)} um (`;
  return [
    {
      code: 'calibration/periodic-specimen',
      text: `The specimen repeats every ${size}${found.period.toFixed(1)} pixels of the images${size ? ')' : ''}, at ${found.direction.toFixed(0)} degrees: the images fit together at many shifts.`,
      hint: 'Go to a place with detail that does not repeat: away from gratings, crystals and grid bars.',
      serious: true,
    },
  ];
}

/**
 * Tells the doubts, and asks whether to go on when one is serious.
 * @returns what to say about it in the result
 * @throws EucentricError with the code of the first serious doubt when the calibration is not to be kept
 */
export async function settleDoubts(run: Run, doubts: readonly Doubt[]): Promise<readonly string[]> {
  for (const { text, hint } of doubts) run.operator.log(`${text} ${hint}`);
  const [worst, ...others] = doubts.filter(({ serious }) => serious);
  if (worst) {
    const more = others.length > 0 ? ` And ${others.length} more of this kind, which the log tells.` : '';
    const keep = await run.operator.confirm({
      id: 'doubtful',
      text: `${worst.text}${more} Keep this calibration all the same?`,
      default: false,
    });
    if (!keep)
      throw new EucentricError({
        code: worst.code,
        message: `The calibration was not kept. ${worst.text}`,
        hint: `${worst.hint} The earlier calibration, if there was one, is still in use.`,
      });
  }
  return doubts.map(({ text }) => text);
}
