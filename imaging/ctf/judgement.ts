import type { CtfFinding } from './outcome';

/** Facts by which a fit is doubted; defocus in Angstrom, gains in nats. */
export interface FitFacts {
  readonly mean: number;
  readonly gain: number;
  /** Gain of the same defocus in the comparison with others. */
  readonly comparedGain: number;
  readonly rival: { readonly mean: number; readonly gain: number } | undefined;
  readonly expected: readonly [number, number] | undefined;
  readonly searched: readonly [number, number];
  /** Share of the expected gain at which the rings are bright where they should be. */
  readonly upright: number;
  /** Difference of the estimate from sectors in shares of a ring, and in its standard errors. */
  readonly sectors:
    { readonly rings: number; readonly errors: number; readonly used: number; readonly mean: number } | undefined;
  /** Number of rings in the part of the spectrum that holds four fifths of the gain. */
  readonly ringCount: number;
  /** Difference of the two defocus values, and the largest that was searched. */
  readonly astigmatism: number;
  readonly maxAstigmatism: number;
  /** True when the standard errors are above a quarter of a ring. */
  readonly vague: boolean;
}

/** Gain from which rings are more than chance: noise alone reaches 25 in 100 000 trials, edges and lattices up to 50. */
const minGain = 45;
/** Ratio of the gain to that of the runner-up, and lead in nats, below which the choice is a guess. */
const [minRatio, minLead] = [1.15, 10];
/** Share of the gain that must come from rings of the right sign. */
const minUpright = 0.6;
/** Difference of the sectors from the whole in shares of a ring, and in standard errors, that is a disagreement. */
const [maxRings, maxErrors] = [0.2, 4];
/** Difference of the sectors from the whole in shares of a ring that is a disagreement whatever the errors are. */
const otherRing = 0.6;
/** Rings that must share the gain: one step of the spectrum, as a lattice or an edge makes it, is not a ring. */
const minRings = 1;

const micrometres = (angstroms: number): string => `${(angstroms / 10000).toFixed(2)} um`;

/** True when another defocus has nearly the gain of the best one, so that the choice would be a guess. */
export const isContested = (best: number, other: number): boolean => best < minRatio * other || best - other < minLead;

/** Doubts that follow from a fit and what was compared with it. */
export function findingsOfFit(facts: FitFacts): CtfFinding[] {
  const { mean, gain, comparedGain, rival, expected, searched, upright, sectors, vague, ringCount } = facts;
  if (gain < minGain)
    return [
      {
        code: 'no-rings',
        text: `the best rings, at a defocus of ${micrometres(mean)}, describe the spectrum better than none by only ${gain.toFixed(0)} nats, which chance, an edge or a lattice can do`,
      },
    ];
  if (vague)
    return [
      {
        code: 'no-rings',
        text: `the rings do not determine the defocus near ${micrometres(mean)} to a quarter of a ring, with a gain of ${gain.toFixed(0)} nats`,
      },
    ];
  if (ringCount < minRings)
    return [
      {
        code: 'no-rings',
        text: `the gain of ${gain.toFixed(0)} nats at a defocus of ${micrometres(mean)} comes from ${ringCount.toFixed(1)} of a ring, which a lattice or an edge can be`,
      },
    ];
  const findings: CtfFinding[] = [];
  const inside = (value: number) => !expected || (value >= expected[0] && value <= expected[1]);
  if (!inside(mean))
    findings.push({
      code: 'outside-window',
      text: `the rings fit at ${micrometres(mean)}, outside of the expected ${micrometres(expected![0])} to ${micrometres(expected![1])}`,
    });
  if (rival && isContested(comparedGain, rival.gain))
    findings.push({
      code: 'rival',
      text: `a defocus of ${micrometres(rival.mean)} describes the rings nearly as well as ${micrometres(mean)} (gains of ${rival.gain.toFixed(0)} and ${comparedGain.toFixed(0)} nats)`,
    });
  if (mean < searched[0] * 1.02 || mean > searched[1] * 0.99)
    findings.push({
      code: 'edge',
      text: `the best defocus of ${micrometres(mean)} lies at the end of the range of ${micrometres(searched[0])} to ${micrometres(searched[1])} that was searched`,
    });
  if (facts.astigmatism > facts.maxAstigmatism)
    findings.push({
      code: 'edge',
      text: `the best astigmatism of ${micrometres(facts.astigmatism)} lies beyond the ${micrometres(facts.maxAstigmatism)} that were searched`,
    });
  if (upright < minUpright)
    findings.push({
      code: 'reversed',
      text: `only ${(100 * upright).toFixed(0)} % of the gain at ${micrometres(mean)} comes from rings that are bright where they should be`,
    });
  if (!sectors || sectors.rings > otherRing || (sectors.rings > maxRings && sectors.errors > maxErrors))
    findings.push({
      code: 'disagreement',
      text: sectors
        ? `single sectors show a mean defocus of ${micrometres(sectors.mean)}, the whole spectrum ${micrometres(mean)}, ${sectors.errors.toFixed(1)} standard errors apart`
        : `fewer than four of twelve sectors show rings by themselves at ${micrometres(mean)}`,
    });
  return findings;
}
