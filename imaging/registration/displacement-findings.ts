import type { AlongAxes, DisplacementFinding } from './displacement';

/** Facts by which a displacement is doubted; lengths in pixels of the images. */
export interface FoundFacts {
  readonly found: AlongAxes;
  /** Expected shift, when the caller knows one. */
  readonly expected: AlongAxes | undefined;
  /** Largest distance from the expected shift that the caller allows. */
  readonly within: number | undefined;
  readonly correlation: number;
  readonly overlap: number;
  readonly smallestOverlap: number;
  readonly significance: number;
  readonly rivalHeight: number;
  /** Share of the detail above noise in which the images agree; undefined when the field was not fitted. */
  readonly agreement: number | undefined;
  /** Difference of the two estimates, its standard error, the scatter over the field, and the length of a compared pixel. */
  readonly estimates:
    | { readonly difference: number; readonly error: number; readonly scatter: number; readonly pixel: number }
    | undefined;
  /** True when the images have not moved along one axis, and little but rows or columns agrees. */
  readonly stripes: boolean;
  /** True when the field was large enough to be fitted, and nothing agreed. */
  readonly fitFailed: boolean;
}

/**
 * Significance from which a shift is trusted where the field was too small to be fitted. The best of all shifts of two
 * unrelated images reaches 5.4 in hundreds of pairs; right answers lie above 6.4.
 */
const minSignificanceOfPeak = 6;
/** Significance from which a fitted shift is trusted. */
const minSignificance = 6;
/**
 * Share of the detail above noise in which images of one place agree: nearly 1 where the noise is white. Unrelated
 * images reach 0.4. Noise that is weaker at fine detail looks like detail and lowers it, but makes no rivals.
 */
const [usualAgreement, toleratedRival] = [0.6, 0.3];
/** Agreement below which even a peak without rivals has to stand out by this significance. */
const [minAgreement, striking] = [0.25, 20];
/** Height of another peak above which the choice between the two is a guess. */
const maxRivalHeight = 0.85;
/** Difference to another peak in standard deviations below which the choice is a guess. */
const minLead = 2.5;
/** Difference of two estimates in standard errors, and in compared pixels, from which they do not show the same. */
const [maxDifference, minDifference] = [4, 0.15];
/** Scatter over the field in compared pixels from which its parts do not move together. */
const maxScatter = 1;
/** Multiple of the smallest overlap below which an answer lies at the edge of what is possible. */
const edgeOverlap = 1.1;
/** Share of the window beyond which an answer lies at its edge. */
const edgeShare = 0.9;
/** Shift in pixels below which an image has hardly moved, and difference from the expected shift that is plainly another one. */
const [hardlyMoved, plainlyOff] = [20, 12];
/** The same as a share of the expected shift. */
const hardlyMovedShare = 0.5;

/** Doubts that follow from how and where a shift was found. */
export function findingsOfDisplacement(facts: FoundFacts): DisplacementFinding[] {
  const { found, expected, within, correlation, overlap, smallestOverlap, significance, rivalHeight } = facts;
  const { agreement, fitFailed, estimates, stripes } = facts;
  const findings: DisplacementFinding[] = [];
  const unrelated =
    agreement !== undefined &&
    ((agreement < usualAgreement && rivalHeight > toleratedRival) ||
      (agreement < minAgreement && significance < striking));
  const weak = significance < (agreement === undefined ? minSignificanceOfPeak : minSignificance);
  if (fitFailed || weak || unrelated) {
    findings.push({
      code: 'chance',
      text: `the correlation of ${correlation.toFixed(2)} over ${(100 * overlap).toFixed(0)} % of the field is no better than chance gives, so the shift may be anything`,
    });
  } else if (rivalHeight > maxRivalHeight || significance * (1 - rivalHeight) < minLead) {
    findings.push({
      code: 'rival',
      text: `another shift fits the images nearly as well (its peak has ${rivalHeight.toFixed(2)} times the height of the chosen one)`,
    });
  }
  if (estimates && estimates.difference > Math.max(maxDifference * estimates.error, estimates.pixel * minDifference)) {
    findings.push({
      code: 'disagreement',
      text: `the phases of the whole field and the shifts of its parts differ by ${estimates.difference.toFixed(2)} px, ${(estimates.difference / estimates.error).toFixed(1)} times their standard error`,
    });
  } else if (estimates && estimates.scatter > maxScatter * estimates.pixel) {
    findings.push({
      code: 'disagreement',
      text: `the parts of the field do not move together: their shifts differ by ${estimates.scatter.toFixed(1)} px`,
    });
  }
  if (stripes) {
    findings.push({
      code: 'stayed',
      text: `the images show a shift of ${found.x.toFixed(1)}, ${found.y.toFixed(1)} px in which little but rows or columns agrees: stripes of the camera hide the specimen`,
    });
  }
  if (overlap < edgeOverlap * smallestOverlap) {
    findings.push({
      code: 'edge',
      text: `the images have only ${(100 * overlap).toFixed(0)} % of the field in common at that shift, the least that is looked at, so the right shift may be larger`,
    });
  }
  if (expected === undefined) return findings;
  const [off, length] = [Math.hypot(found.x - expected.x, found.y - expected.y), Math.hypot(expected.x, expected.y)];
  if (within !== undefined && off > edgeShare * within) {
    findings.push({
      code: 'edge',
      text: `the shift lies ${off.toFixed(1)} px from the expected one, ${off > within ? 'beyond' : 'at the edge of'} the ${within.toFixed(1)} px that are possible`,
    });
  }
  const moved = Math.hypot(found.x, found.y);
  if (
    moved < Math.min(hardlyMoved, hardlyMovedShare * length) &&
    off > Math.max(plainlyOff, hardlyMovedShare * length)
  ) {
    findings.push({
      code: 'stayed',
      text: `the images show a shift of ${moved.toFixed(1)} px where ${length.toFixed(0)} px were expected: a pattern fixed to the camera hides the specimen, or nothing moved`,
    });
  }
  return findings;
}
