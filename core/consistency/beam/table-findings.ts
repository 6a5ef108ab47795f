import { readable } from '../../base';
import { type CrossoverSide, type IntensityTable, isWithin, logCountsAt } from '../../illumination';
import { type Finding, limits } from '../finding';
import {
  type BeamCheck,
  type ComparedSpots,
  aboutBeam,
  compared,
  intensityInWords,
  placeInWords,
  tablesOf,
} from './beam-check';

const sides: readonly CrossoverSide[] = ['below', 'above'];

/**
 * Tables of intensity that contradict themselves or each other: in one probe mode and on one side the density changes alike at every spot size.
 * With them the spot sizes of tables that turn round, which say nothing of others.
 */
export function findingsOfTables(
  check: BeamCheck,
  { probe, except }: ComparedSpots,
): { readonly findings: readonly Finding[]; readonly turning: readonly number[] } {
  const found = sides.map((side) => {
    const tables = tablesOf(check, probe, side).filter(({ spot }) => !except.has(spot));
    const turning = tables.flatMap((table) => turnOf(check, table) ?? []);
    const sound = tables.filter((table) => !turning.some((each) => each.table === table));
    return {
      findings: [...turning.map(({ finding }) => finding), ...(contradiction(check, sound) ?? [])],
      turning: turning.map(({ table }) => table.spot),
    };
  });
  return { findings: found.flatMap((each) => each.findings), turning: found.flatMap((each) => each.turning) };
}

/** A table in which the intensity turns round while the density rises. */
function turnOf(
  check: BeamCheck,
  table: IntensityTable,
): { readonly table: IntensityTable; readonly finding: Finding } | undefined {
  const { points, spot, probe, side } = table;
  const direction = Math.sign(points.at(-1)!.intensity - points[0]!.intensity);
  const steps = points.slice(1).map((point, at) => ({ from: points[at]!, to: point }));
  const turn = steps.find(({ from, to }) => (to.intensity - from.intensity) * direction <= 0);
  if (!turn) return undefined;
  const [from, to] = [turn.from, turn.to];
  return {
    table,
    finding: aboutBeam(
      'consistency/intensity-tables',
      'warning',
      'intensity table',
      `The intensity table of ${placeInWords(check, `spot size ${spot}`, probe)}, ${side} crossover, goes back from intensity ${intensityInWords(from.intensity)} to ${intensityInWords(to.intensity)} while its density still rises. Probably wrong: one of its points.`,
      'Away from crossover the density of the beam only falls.',
      {
        spot,
        probe,
        side,
        numbers: [
          compared('intensity of the lower density', from.intensity),
          compared('intensity of the higher density', to.intensity),
        ],
      },
    ),
  };
}

/** A table with the intensity from which its distances count: that of crossover, or 0 where that is not known. */
interface Placed {
  readonly table: IntensityTable;
  readonly origin: number;
}

interface Pair {
  readonly one: Placed;
  readonly other: Placed;
  /** Distances at which the two densities are farthest apart and nearest to each other. */
  readonly from: number;
  readonly to: number;
  /** Logarithm of the change of density between them by one table over that by the other. */
  readonly spread: number;
}

function contradiction(check: BeamCheck, tables: readonly IntensityTable[]): readonly Finding[] | undefined {
  const pairs = tables.flatMap((one, at) => tables.slice(at + 1).flatMap((other) => pairOf(check, one, other) ?? []));
  const off = pairs.filter(({ spread }) => Math.abs(spread) > Math.log(limits.densityChange.warning));
  const [worst] = [...off].sort((a, b) => Math.abs(b.spread) - Math.abs(a.spread));
  if (!worst) return undefined;
  const { suspect, partner, reason } = suspectOf(worst);
  const change = ({ table, origin }: Placed): number =>
    Math.exp(logCountsAt(table, origin + worst.to)! - logCountsAt(table, origin + worst.from)!);
  const [own, others] = [change(suspect), change(partner)];
  const { spot, probe, side } = suspect.table;
  const same = spot === partner.table.spot;
  const nameOf = ({ table }: Placed): string =>
    same ? `the table of mag index ${table.magIndex}` : `that of spot size ${table.spot}`;
  const factor = Math.exp(Math.abs(worst.spread));
  const involved = new Set(off.flatMap(({ one, other }) => [one.table, other.table])).size;
  const at = (distance: number): string => intensityInWords(suspect.origin + distance);
  return [
    aboutBeam(
      'consistency/intensity-tables',
      factor > limits.densityChange.error ? 'error' : 'warning',
      'intensity table',
      `The intensity table of ${placeInWords(check, `spot size ${spot}`, probe)}, ${side} crossover, says that the density changes ${readable(own)} times from intensity ${at(worst.from)} to ${at(worst.to)}; by ${nameOf(partner)} it changes ${readable(others)} times over the same distance: a factor of ${readable(factor)} apart${involved > 2 ? `, the largest among ${involved} tables that do not agree` : ''}. Probably wrong: the intensity table of spot size ${spot}.`,
      reason,
      {
        spot,
        probe,
        side,
        numbers: [
          compared(`change of density by the table of spot size ${spot}`, own),
          compared(`change of density by ${nameOf(partner)}`, others),
        ],
        difference: { value: 100 * (factor - 1), unit: '%' },
      },
    ),
  ];
}

/** Two tables over the distances from crossover that both have; undefined where they have nothing in common. */
function pairOf({ beam }: BeamCheck, one: IntensityTable, other: IntensityTable): Pair | undefined {
  const crossovers = [one, other].map((table) => beam.crossover(table));
  if (one.spot !== other.spot && crossovers.includes(undefined)) return undefined;
  const [first, second] = [one, other].map((table, at): Placed => ({ table, origin: crossovers[at] ?? 0 })) as [
    Placed,
    Placed,
  ];
  const within =
    (distance: number) =>
    ({ table, origin }: Placed) =>
      isWithin(table, origin + distance);
  const differences = [first, second]
    .flatMap(({ table, origin }) => table.points.map(({ intensity }) => intensity - origin))
    .filter((distance) => [first, second].every(within(distance)))
    .flatMap((distance) => {
      const [here, there] = [logCountsAt(one, first.origin + distance), logCountsAt(other, second.origin + distance)];
      return here === undefined || there === undefined ? [] : [{ distance, value: here - there }];
    });
  if (differences.length < 2) return undefined;
  const sorted = [...differences].sort((a, b) => a.value - b.value);
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const [from, to] = Math.abs(low.distance) < Math.abs(high.distance) ? [low, high] : [high, low];
  return { one: first, other: second, from: from.distance, to: to.distance, spread: to.value - from.value };
}

/** The table of two that is farther from the law of a beam whose diameter grows with the distance from crossover. */
function suspectOf({ one, other, from, to }: Pair): {
  readonly suspect: Placed;
  readonly partner: Placed;
  readonly reason: string;
} {
  if (one.origin === 0)
    return {
      suspect: one,
      partner: other,
      reason: 'Nothing else tells which of the two it is: crossover is not calibrated.',
    };
  const byLaw = -2 * Math.log(to / from);
  const off = ({ table, origin }: Placed): number =>
    Math.abs(logCountsAt(table, origin + to)! - logCountsAt(table, origin + from)! - byLaw);
  const [suspect, partner] = off(one) > off(other) ? [one, other] : [other, one];
  return {
    suspect,
    partner,
    reason: `A beam that spreads with the distance from crossover would change ${readable(Math.exp(byLaw))} times; the other table is nearer to that.`,
  };
}
