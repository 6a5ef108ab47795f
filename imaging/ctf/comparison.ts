import { type Cells, coarserCells } from './cells';
import { isContested } from './judgement';
import type { FitLimits } from './request';
import { RingModel, type RingParameters } from './ring-model';
import { type Candidate, searchDefocus, type SearchPlan } from './search';
import type { ContrastTransfer } from './transfer';

const { abs, ceil, max, min, round } = Math;

/** Sectors of the table that is searched. */
const searchSectors = 36;
/** Step of the defocus as a share of a ring at the end of the spectrum, and its limits in Angstrom. */
const [stepOfRing, stepLimits] = [0.25, [200, 800]] as const;
/** Search of small defocus values with all of the spectrum: end, smallest step and half astigmatism in Angstrom. */
const [nearEnd, nearStep, nearHalf] = [12000, 50, 1500];
/** Step of the components of the astigmatism over that of the mean. */
const astigmatismSteps = 2.5;
/** Candidates that are refined, and distance in radians of the phases that are tried. */
const [refined, phaseStep] = [5, 0.35];
const searchSize = { background: 10, depth: 6, depthWithDirection: false };
/** Share of the largest gain below which a candidate is not refined to its end. */
const farBehind = 0.6;
/** Steps of a fit whose rings keep their sign, and share of the largest gain that it must reach to decide between candidates. */
const [uprightIterations, minUprightShare] = [15, 0.8];
/** Depth of the rings with which a fit starts. */
export const startDepth = 0.1;

/** Defocus that was compared with others, and the gain of its rings in log-likelihood. */
export interface Compared {
  readonly rings: RingParameters;
  readonly gain: number;
}

/**
 * Searches the whole range, refines the best candidates and orders them by their gain; those of one defocus are one.
 *
 * @param direction intervals over which the smooth spectrum changes with direction
 */
export function compareDefocus(
  cells: Cells,
  transfer: ContrastTransfer,
  limits: FitLimits,
  direction: number,
): Compared[] {
  const coarse = coarserCells(cells, searchSectors, cells.bins);
  const model = new RingModel(coarse, transfer, { ...searchSize, direction, phase: limits.phases !== undefined });
  const smooth = model.fitSmooth();
  const background = model.smoothSpectrum(smooth);
  const excess = coarse.power.map((power, cell) => coarse.modes[cell]! * (power / background[cell]! - 1));
  const candidates = plansOf(coarse, transfer, limits)
    .flatMap((plan) => searchDefocus(coarse, excess, transfer, plan))
    .sort((one, other) => other.gain - one.gain)
    .slice(0, refined);
  const start = model.withDepth(smooth.coefficients, startDepth);
  let most = 0;
  const results = candidates
    .map(({ rings, square }) => {
      const found = model.fitRings(start, rings, 10, { leastLikelihood: smooth.logLikelihood + farBehind * most });
      most = max(most, found.logLikelihood - smooth.logLikelihood);
      return { rings: found.rings, gain: found.logLikelihood - smooth.logLikelihood, square };
    })
    .sort((one, other) => other.gain - one.gain);
  const distinct = results.filter(
    (each, index) => !results.slice(0, index).some((before) => sameRing(each, before, transfer)),
  );
  const [best, next] = distinct;
  if (!best || !next || !isContested(best.gain, next.gain)) return distinct;
  // A depth that changes its sign from ring to ring turns the rings of one defocus into those of another.
  const upright = distinct
    .map((each) => {
      if (each !== best && !isContested(best.gain, each.gain)) return each;
      const found = model.fitRings(start, each.rings, uprightIterations, { upright: true });
      return { ...each, rings: found.rings, gain: found.logLikelihood - smooth.logLikelihood };
    })
    .sort((one, other) => other.gain - one.gain);
  return upright[0]!.gain > minUprightShare * best.gain ? upright : distinct;
}

function sameRing(
  one: Pick<Candidate, 'rings' | 'square'>,
  other: Pick<Candidate, 'rings' | 'square'>,
  transfer: ContrastTransfer,
): boolean {
  const ring = 1 / (transfer.wavelength * min(one.square, other.square));
  return abs(one.rings.mean - other.rings.mean) < 0.5 * ring;
}

function plansOf(cells: Cells, transfer: ContrastTransfer, limits: FitLimits): SearchPlan[] {
  const { phases: range } = limits;
  const count = range ? ceil((range[1] - range[0]) / phaseStep) + 1 : 1;
  const phases = Array.from({ length: count }, (_, k) =>
    range ? range[0] + ((range[1] - range[0]) * k) / (count - 1) : 0,
  );
  const finestStep = stepOfRing / (transfer.wavelength * limits.high);
  const plan = (least: number, most: number, step: number, half: number): SearchPlan => {
    const end = min(limits.high, stepOfRing / (transfer.wavelength * step));
    return {
      least,
      most,
      step,
      maxAstigmatism: min(half, limits.maxHalf),
      astigmatismStep: astigmatismSteps * step,
      bins: min(cells.bins, max(40, round((end - limits.low) / cells.width))),
      phases,
    };
  };
  const step = min(stepLimits[1], max(stepLimits[0], finestStep));
  const plans = [plan(max(limits.least, step), limits.most, step, limits.maxHalf)];
  if (finestStep < 0.8 * step && limits.least < nearEnd)
    plans.push(plan(limits.least, min(limits.most, nearEnd), max(nearStep, finestStep), nearHalf));
  return plans;
}
