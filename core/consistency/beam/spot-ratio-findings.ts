import { readable } from '../../base';
import { type CrossoverSide, type IntensityTable, logCountsAt } from '../../illumination';
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
  readonly table: IntensityTable;
  readonly ratio: number;
  /** Intensity at which the ratio was measured. */
  readonly intensity: number;
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
        const off = logCounts - Math.log(row.ratio);
        return [{ spot: row.spot, table, ratio: row.ratio, intensity: row.intensity, logCounts, off }];
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
  const atBrightEnd = ratioAtBrightEnd(check, far, near);
  // Tables that give the stored ratio where they are brightest have parted on the way to where it was measured.
  const isTable =
    atBrightEnd !== undefined && Math.abs(Math.log(atBrightEnd / stored)) <= Math.log(limits.spotRatio.warning);
  const where = placeInWords(check, `spot size ${far.spot} over spot size ${near.spot}`, probe);
  return [
    aboutBeam(
      'consistency/spot-ratios',
      factor > limits.spotRatio.error ? 'error' : 'warning',
      isTable ? 'intensity table' : 'spot ratios',
      `Density at ${where}, ${side} crossover: ${readable(stored)} by the ratios of spot sizes, ${readable(byTables)} by the intensity tables: a factor of ${readable(factor)} apart, the largest of ${count} spot sizes. Probably wrong: the ${isTable ? `intensity table of spot size ${far.spot}` : 'ratios of spot sizes'}.`,
      isTable
        ? `Carried over from their bright ends the two tables give ${readable(atBrightEnd)}, as the ratios have it, and part on the way to the intensity at which these were measured.`
        : 'The beam may not have filled the frame at every spot size, or the gun has changed between the two. The tables count: each was measured in one go.',
      {
        spot: far.spot,
        probe,
        side,
        numbers: [
          compared('by the ratios of spot sizes', stored),
          compared('by the intensity tables', byTables),
          ...(atBrightEnd === undefined ? [] : [compared('by the bright ends of the tables', atBrightEnd)]),
        ],
        difference: { value: 100 * (factor - 1), unit: '%' },
      },
    ),
  ];
}

/**
 * The ratio of two spot sizes as the bright ends of their tables have it, carried over to the intensity of the measured ratios by the law
 * of a beam that spreads with the distance from crossover; undefined where crossover is not known.
 */
function ratioAtBrightEnd({ beam }: BeamCheck, far: Bright, near: Bright): number | undefined {
  const [one, other] = [far, near].map(({ table, intensity }) => {
    const crossover = beam.crossover(table);
    return crossover === undefined ? undefined : { table, crossover, distance: intensity - crossover };
  });
  if (!one || !other) return undefined;
  const ends = [one, other].map(({ table, crossover }) => table.points.at(-1)!.intensity - crossover);
  const distance = Math.abs(ends[0]!) > Math.abs(ends[1]!) ? ends[0]! : ends[1]!;
  const [here, there] = [one, other].map(({ table, crossover }) => logCountsAt(table, crossover + distance));
  if (here === undefined || there === undefined) return undefined;
  return Math.exp(here - there) * (other.distance / one.distance) ** 2;
}

const apart = ({ far, near }: { readonly far: Bright; readonly near: Bright }): number => Math.abs(far.off - near.off);
