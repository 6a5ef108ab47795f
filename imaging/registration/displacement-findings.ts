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
}

/**
 * Significance from which a shift is trusted. The best of all shifts of two unrelated images reaches 5.4 in hundreds of
 * pairs; right answers lie above 6.4. Between the two limits, a peak is trusted when no other is nearly as high.
 */
const minSignificance = 6;
const minSignificanceAlone = 2.5;
const maxRivalHeightOfWeak = 0.6;
/** Height of another peak above which the choice between the two is a guess. */
const maxRivalHeight = 0.95;
/** Multiple of the smallest overlap below which an answer lies at the edge of what is possible. */
const edgeOverlap = 1.1;
/** Share of the window beyond which an answer lies at its edge. */
const edgeShare = 0.9;
/** Shift in pixels below which an image has hardly moved, and difference from the expected shift that is plainly another one. */
const hardlyMoved = 20;
/** The same as a share of the expected shift. */
const hardlyMovedShare = 0.5;

/** Doubts that follow from how and where a shift was found. */
export function findingsOfDisplacement(facts: FoundFacts): DisplacementFinding[] {
  const { found, expected, within, correlation, overlap, smallestOverlap, significance, rivalHeight } = facts;
  const findings: DisplacementFinding[] = [];
  const weak = significance <= minSignificance;
  if (significance <= minSignificanceAlone || (weak && rivalHeight >= maxRivalHeightOfWeak)) {
    findings.push({
      code: 'chance',
      text: `the correlation of ${correlation.toFixed(2)} over ${(100 * overlap).toFixed(0)} % of the field is no better than chance gives, so the shift may be anything`,
    });
  } else if (rivalHeight > maxRivalHeight) {
    findings.push({
      code: 'rival',
      text: `another shift fits the images as well (its peak has ${rivalHeight.toFixed(2)} times the height of the chosen one)`,
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
    off > Math.max(hardlyMoved, hardlyMovedShare * length)
  ) {
    findings.push({
      code: 'stayed',
      text: `the images show a shift of ${moved.toFixed(1)} px where ${length.toFixed(0)} px were expected: a pattern fixed to the camera hides the specimen, or nothing moved`,
    });
  }
  return findings;
}
