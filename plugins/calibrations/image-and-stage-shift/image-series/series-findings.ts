import { EucentricError, type Vector, inMicrometres, readable } from '../../../../core/base';
import type { BufferedImage, Run } from '../../../../core/kernel';
import { type Displacement, type DisplacementFindingCode, findPeriodicity, fixedPattern } from '../../../../imaging';

/** Reason why a measured shift may be that of something else than the specimen. */
export interface SeriesFinding {
  readonly code:
    | 'calibration/fixed-pattern'
    | 'calibration/periodic-specimen'
    | 'calibration/drifting-specimen'
    | 'calibration/doubtful-alignment';
  /** Code of the finding of the registration that it repeats. */
  readonly cause?: DisplacementFindingCode;
  /** The defect in a sentence with numbers. */
  readonly text: string;
  readonly hint: string;
  /** Of a periodic specimen: the direction of the period in degrees. */
  readonly direction?: number;
  /** True when the calibration must not be kept unless the operator agrees. */
  readonly serious: boolean;
}

/** The question `doubtful` of items that measure series of shifts. */
export const findingQuestion = {
  kind: 'confirm',
  why: 'A fixed pattern of the camera, a specimen that repeats or a weak correlation may have misled the alignment. Keep the result only if you know that it did not.',
} as const;

/** Multiple of chance above which a fixed pattern is there. */
const minSignificance = 7;
/** Correlation of the finest detail above which the pattern may win over the specimen. */
const minSeriousCorrelation = 0.1;
/** Lower limit of a move in pixels of the images. A pattern of the camera looks like a specimen that has moved less. */
const minMove = 20;

/** Findings about a pair of images between which the specimen was moved. */
export function findingsOfPair(
  later: BufferedImage,
  earlier: BufferedImage,
  index: number,
  found: Displacement,
): readonly SeriesFinding[] {
  const findings: SeriesFinding[] = [];
  const pair = `Images ${index} and ${index + 1}`;
  for (const { code: cause, text } of found.findings) {
    findings.push({
      code: 'calibration/doubtful-alignment',
      cause,
      text: `${pair}: ${text}.`,
      hint: 'Take more exposure, find a place with more detail, or check that the pixel size and the earlier calibration are not far off, so that the images overlap.',
      serious: true,
    });
  }
  if (Math.hypot(found.x, found.y) > minMove) {
    const { correlation, significance } = fixedPattern(later.frame.image, earlier.frame.image);
    if (significance > minSignificance) {
      findings.push({
        code: 'calibration/fixed-pattern',
        text: `${pair}: a pattern of the camera that does not move with the specimen correlates at zero shift (${readable(correlation, 2)}, ${readable(significance, 0)} times beyond chance).`,
        hint: 'Take a new gain reference. Until then a larger shift and more exposure help, and a binning at which the pattern averages out.',
        serious: correlation > minSeriousCorrelation || found.zeroPeakIgnored === true,
      });
    }
  }
  return findings;
}

/** A pair of images after a move that was repeated, with its findings. */
export interface RepeatedPair {
  /** The moves of one axis are the same. */
  readonly axis: 'x' | 'y';
  readonly shift: Vector;
  readonly findings: readonly SeriesFinding[];
}

/** Upper limit of the difference of shifts after equal moves, as a share: a stage is off by 15 % at most. */
const maxDifference = 0.2;
/** Number of shifts whose agreement cannot be chance, however weak each correlation is. */
const minAgreeing = 3;

/** Findings about the pairs of repeated moves. A weak correlation is none where its shift agrees with most of the others. */
export function findingsOfRepeated(pairs: readonly RepeatedPair[]): readonly SeriesFinding[] {
  return pairs.flatMap(({ axis, shift, findings }) => {
    const moves = pairs.filter((each) => each.axis === axis);
    const size = Math.hypot(shift.x, shift.y);
    const near = moves.filter(
      (each) => Math.hypot(each.shift.x - shift.x, each.shift.y - shift.y) < maxDifference * size,
    );
    const confirmed = size > minMove && near.length >= minAgreeing && near.length > moves.length / 2;
    const settled = ({ code, cause }: SeriesFinding): boolean =>
      code === 'calibration/doubtful-alignment' && (cause ?? 'chance') === 'chance';
    return confirmed ? findings.filter((each) => !settled(each)) : findings;
  });
}

/** Findings about a specimen. */
export function findingsOfSpecimen(image: BufferedImage): readonly SeriesFinding[] {
  const found = findPeriodicity(image.frame.image);
  if (!found) return [];
  const pixel = image.context.pixelSize;
  const size = pixel === undefined ? '' : `${readable(found.period * inMicrometres(pixel))} um (`;
  return [
    {
      code: 'calibration/periodic-specimen',
      text: `The specimen repeats every ${size}${readable(found.period, 1)} pixels of the images${size ? ')' : ''}, at ${readable(found.direction, 0)} degrees: the images fit together at many shifts.`,
      hint: 'Go to a place with detail that does not repeat: away from gratings, crystals and grid bars.',
      direction: found.direction,
      serious: true,
    },
  ];
}

/** Drift in binned pixels from one image to the next above which it blurs an image, and its largest angle from a period that it makes. */
const minDrift = 2;
const maxAngle = 15;

/** The findings with a period along the drift named as what it is: the blur of a drifting specimen looks like one. */
export function withDriftNamed(findings: readonly SeriesFinding[], drift: Vector): readonly SeriesFinding[] {
  const size = Math.hypot(drift.x, drift.y);
  if (size < minDrift) return findings;
  const along = (Math.atan2(drift.y, drift.x) * 180) / Math.PI;
  return findings.map((each) => {
    if (each.direction === undefined) return each;
    // A direction and its opposite are the same.
    const apart = Math.abs(((((each.direction - along) % 180) + 270) % 180) - 90);
    if (apart > maxAngle) return each;
    return {
      ...each,
      code: 'calibration/drifting-specimen' as const,
      text: `The specimen drifts by ${readable(size, 1)} binned pixels from one image to the next, at ${readable(along, 0)} degrees. The blur in that direction looks like a period.`,
      hint: 'Wait until the specimen rests, or go to another place; a shorter exposure blurs less.',
    };
  });
}

/**
 * Logs the findings, and asks whether to go on when one is serious.
 * @returns the remarks for the result
 * @throws EucentricError with the code of the first serious finding when the operator does not keep the calibration
 */
export async function settleFindings(run: Run, findings: readonly SeriesFinding[]): Promise<readonly string[]> {
  for (const { text, hint } of findings) run.operator.log(`${text} ${hint}`);
  const [worst, ...others] = findings.filter(({ serious }) => serious);
  if (worst) {
    const more = others.length > 0 ? ` And ${others.length} more of this kind, which the log lists.` : '';
    const keep = await run.operator.confirm({
      id: 'doubtful',
      text: `${worst.text}${more} Keep this calibration anyway?`,
      default: false,
    });
    if (!keep)
      throw new EucentricError({
        code: worst.code,
        message: `The calibration was not kept. ${worst.text}`,
        hint: `${worst.hint} The earlier calibration, if there was one, is still in use.`,
      });
  }
  return findings.map(({ text }) => text);
}
