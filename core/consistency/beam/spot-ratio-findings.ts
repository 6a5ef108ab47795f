import { readable } from '../../base';
import { type CrossoverSide, logCountsAt } from '../../illumination';
import { type Finding, limits } from '../finding';
import { median } from '../sites';
import { type BeamCheck, type ComparedSpots, aboutBeam, compared, placeInWords, tablesOf } from './beam-check';

const sides: readonly CrossoverSide[] = ['below', 'above'];

/** Ratios of spot sizes against the tables of intensity of these, where tables were measured at one magnification and so count alike. */
export const spotRatioFindings = (check: BeamCheck, spots: ComparedSpots): readonly Finding[] =>
  sides.flatMap((side) => onSide(check, spots, side));

/** The density of a spot size by its table over that by its ratio. */
interface Bright {
  readonly spot: number;
  readonly ratio: number;
  readonly logCounts: number;
  readonly off: number;
}

function onSide(check: BeamCheck, { probe, except }: ComparedSpots, side: CrossoverSide): readonly Finding[] {
  const ratios = check.beam.spotTable(probe, side)?.spots ?? [];
  const tables = tablesOf(check, probe, side).filter(({ spot }) => !except.has(spot));
  const groups = [...new Set(tables.map(({ magIndex }) => magIndex))].map((magIndex) =>
    tables
      .filter((table) => table.magIndex === magIndex)
      .flatMap((table): Bright[] => {
        const row = ratios.find(({ spot }) => spot === table.spot);
        const logCounts = row && logCountsAt(table, row.intensity);
        if (!row || logCounts === undefined) return [];
        return [{ spot: row.spot, ratio: row.ratio, logCounts, off: logCounts - Math.log(row.ratio) }];
      }),
  );
  const pairs = groups.flatMap((group) => {
    const middle = median(group.map(({ off }) => off));
    if (middle === undefined) return [];
    const byDistance = [...group].sort((a, b) => Math.abs(b.off - middle) - Math.abs(a.off - middle));
    const [far, near] = [byDistance[0]!, byDistance.at(-1)!];
    return far.spot === near.spot ? [] : [{ far, near, count: group.length }];
  });
  const [worst] = pairs.sort((a, b) => apart(b) - apart(a));
  if (!worst || apart(worst) <= Math.log(limits.spotRatio.warning)) return [];
  const { far, near, count } = worst;
  const [stored, byTables] = [far.ratio / near.ratio, Math.exp(far.logCounts - near.logCounts)];
  const factor = Math.exp(apart(worst));
  const where = placeInWords(check, `spot size ${far.spot} over spot size ${near.spot}`, probe);
  return [
    aboutBeam(
      'consistency/spot-ratios',
      factor > limits.spotRatio.error ? 'error' : 'warning',
      'spot ratios',
      `Density at ${where}, ${side} crossover: ${readable(stored)} by the ratios of spot sizes, ${readable(byTables)} by the intensity tables: a factor of ${readable(factor)} apart, the largest of ${count} spot sizes. Probably wrong: the ratios of spot sizes.`,
      'The beam may not have filled the frame at every spot size, or the gun has changed between the two. The tables count: each was measured in one go.',
      {
        spot: far.spot,
        probe,
        side,
        numbers: [compared('by the ratios of spot sizes', stored), compared('by the intensity tables', byTables)],
        difference: { value: 100 * (factor - 1), unit: '%' },
      },
    ),
  ];
}

const apart = ({ far, near }: { readonly far: Bright; readonly near: Bright }): number => Math.abs(far.off - near.off);
