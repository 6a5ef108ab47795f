import { cameras } from '../../camera/cameras';
import { exponential, logarithm } from '../../base/functions';
import { calibratedBy, viewKey, type SiteRecord, type ProbeMode } from '../../base/instrument';
import type { TruthContext } from '../../base/part';
import { determinantOf } from '../../base/plane';
import { magnification } from '../lenses/magnification';
import type { ByProbe } from './settings';

/** Widths of a beam in micrometres over the distance of the intensity from that of crossover, by rising distance. */
export type WidthTable = readonly { readonly distance: number; readonly width: number }[];

/** A table of intensities as a site has it, with electrons per square micrometre and second in the place of counts. */
export interface DensityTable {
  readonly spot: number;
  readonly mode: ProbeMode;
  readonly rows: readonly { readonly intensity: number; readonly density: number }[];
}

/** The condenser as the files of a site have it. */
export interface CalibratedCondenser {
  /** Nanoamperes by spot size, from 1. */
  readonly currents: readonly ByProbe[];
  /** By `widthKey`. */
  readonly widths: ReadonlyMap<string, WidthTable>;
}

const electronsPerNanoampere = 6.241509e9;
const modes = ['micro', 'nano'] as const;

/** The key of a spot size and probe mode in the widths of a condenser. */
export const widthKey = (spot: number, mode: ProbeMode): string => `${spot} ${mode}`;

/** Counts of an unbinned pixel in a second for an electron per square micrometre and second, as the first camera sees a mag index; undefined where none does. */
export function countsPerDensity(
  { instrument, truthOf }: Pick<TruthContext, 'instrument' | 'truthOf'>,
  magIndex: number,
): number | undefined {
  const view = instrument.views.find((each) => each.magIndex === magIndex);
  if (!view) return undefined;
  const gain = truthOf(cameras).find(({ index }) => index === view.camera)?.gain ?? 1;
  const { specimenToCamera } = truthOf(magnification).views.get(viewKey(magIndex, view.camera))!;
  return gain / Math.abs(determinantOf(specimenToCamera));
}

/** The tables of intensities of a site that can be expressed as densities. */
function densityTables(context: TruthContext): readonly DensityTable[] {
  return calibratedBy(context.instrument, 'BeamIntensityTable').flatMap((record) => {
    const perDensity = countsPerDensity(context, record['magIndex']!);
    const { rows } = record as unknown as { readonly rows: readonly SiteRecord[] };
    if (perDensity === undefined || rows.length < 2) return [];
    return [
      {
        spot: record['spot']!,
        mode: record['probe'] === 0 ? ('nano' as const) : ('micro' as const),
        rows: rows.map(({ counts, intensity }) => ({ intensity: intensity!, density: counts! / perDensity })),
      },
    ];
  });
}

/**
 * Currents and widths that follow from the tables of intensities and the ratios of spot sizes of a site, both at the intensities at which it measured them;
 * undefined where the microscope is not a twin of it, or where it has neither. What is in the tables is a density alone: the currents are those with which the beam
 * is as wide as by the law where the ratios were measured, or else far from crossover.
 * @param law micrometres of diameter for a unit of intensity from crossover, and at crossover
 */
export function calibratedCondenser(
  context: TruthContext,
  crossovers: readonly ByProbe[],
  currents: readonly number[],
  { spreads, least }: { readonly spreads: ByProbe; readonly least: ByProbe },
): CalibratedCondenser | undefined {
  if (!context.twin) return undefined;
  const ratios = spotRatios(context, crossovers);
  // The law describes the side above crossover; a table of the other side, or for a spot size without crossover, says nothing of it.
  const tables = densityTables(context).filter(({ spot, mode, rows }) => {
    const crossover = crossovers[spot - 1]?.[mode];
    return crossover !== undefined && rows.filter((row) => isAbove(row, crossover)).length > 1;
  });
  if (!ratios && tables.length === 0) return undefined;
  const relative = crossovers.map(
    (_, at): ByProbe => ratios?.[at] ?? { micro: currents[at]! / currents[0]!, nano: currents[at]! / currents[0]! },
  );
  const scaleOf = (mode: ProbeMode): number => {
    const own = tables.filter((each) => each.mode === mode);
    const used = own.length > 0 ? own : tables;
    if (used.length === 0) return currents[0]!;
    // The mean of the logarithms, over the tables of several spot sizes.
    const logarithms = used.map((table) => {
      const crossover = crossovers[table.spot - 1]![table.mode];
      const farthest = table.rows.reduce((far, row) => Math.max(far, row.intensity), 0);
      const intensity = ratios?.[table.spot - 1]?.measuredAt[table.mode] || farthest;
      const width = spreads[table.mode] * (intensity - crossover);
      const current = ((Math.PI / 4) * width * width * densityAt(table, crossover, intensity)) / electronsPerNanoampere;
      return logarithm(current / relative[table.spot - 1]![table.mode]);
    });
    return exponential(logarithms.reduce((total, each) => total + each, 0) / logarithms.length);
  };
  const scales = { micro: scaleOf('micro'), nano: scaleOf('nano') };
  const found = relative.map(({ micro, nano }) => ({ micro: micro * scales.micro, nano: nano * scales.nano }));
  const widths = new Map<string, WidthTable>();
  for (const { spot, mode, rows } of tables) {
    const crossover = crossovers[spot - 1]![mode];
    const electrons = found[spot - 1]![mode] * electronsPerNanoampere;
    const table = rows
      .filter((row) => isAbove(row, crossover))
      .map(({ intensity, density }) => ({
        distance: intensity - crossover,
        width: Math.sqrt(
          Math.max(least[mode] / 1000, electrons / ((Math.PI / 4) * density) - least[mode] * least[mode]),
        ),
      }))
      .sort((a, b) => a.distance - b.distance);
    widths.set(widthKey(spot, mode), table);
  }
  return { currents: found, widths };
}

/** Currents of the spot sizes over that of the first one, by the ratios of densities that a site found at one intensity; undefined where it has none. */
function spotRatios(
  { instrument }: TruthContext,
  crossovers: readonly ByProbe[],
): readonly (ByProbe & { readonly measuredAt: ByProbe })[] | undefined {
  const rows = calibratedBy(instrument, 'SpotIntensities').flatMap(
    (record) => (record as unknown as { readonly rows: readonly SiteRecord[] }).rows,
  );
  if (rows.length === 0) return undefined;
  const first = crossovers[0]!;
  return crossovers.map((crossover, at) => {
    const row = rows.find(({ spot }) => spot === at + 1);
    const [micro, nano] = modes.map((mode) => {
      const ratio = row?.[`${mode}Ratio`] ?? 0;
      const intensity = row?.[`${mode}Intensity`] ?? 0;
      const wider = (intensity - crossover[mode]) / (intensity - first[mode]);
      return ratio > 0 && intensity > 0 ? ratio * wider * wider : undefined;
    });
    const measuredAt = { micro: row?.['microIntensity'] ?? 0, nano: row?.['nanoIntensity'] ?? 0 };
    return { micro: micro ?? nano ?? 1, nano: nano ?? micro ?? 1, measuredAt };
  });
}

/** True for a row above crossover in which there was a beam. */
const isAbove = ({ intensity, density }: DensityTable['rows'][number], crossover: number): boolean =>
  intensity > crossover && density > 0;

/** Density at an intensity, as the law of a width that grows with the distance from crossover has it between two rows. */
function densityAt({ rows }: DensityTable, crossover: number, intensity: number): number {
  const widths = rows
    .filter((row) => isAbove(row, crossover))
    .map((row) => ({ distance: row.intensity - crossover, width: 1 / Math.sqrt(row.density) }))
    .sort((a, b) => a.distance - b.distance);
  const width = widthAt(widths, intensity - crossover);
  return 1 / (width * width);
}

/** Width of a beam at a distance from crossover: a power of the distance between two entries, and in proportion to it beyond the ends. */
export function widthAt(table: WidthTable, distance: number): number {
  const [first, last] = [table[0]!, table.at(-1)!];
  if (distance <= first.distance) return (first.width * distance) / first.distance;
  if (distance >= last.distance) return (last.width * distance) / last.distance;
  const next = table.findIndex((each) => each.distance > distance);
  const [a, b] = [table[next - 1]!, table[next]!];
  const place = logarithm(distance / a.distance) / logarithm(b.distance / a.distance);
  return a.width * exponential(place * logarithm(b.width / a.width));
}

/** Halvings of the interval in which a distance is looked for. */
const halvings = 60;

/** The distance from crossover at which a beam has a width. */
export function distanceFor(table: WidthTable, width: number): number {
  let [low, high] = [0, table.at(-1)!.distance];
  if (width >= table.at(-1)!.width) return (width * high) / table.at(-1)!.width;
  for (let k = 0; k < halvings; k++) {
    const middle = (low + high) / 2;
    if (widthAt(table, middle) < width) low = middle;
    else high = middle;
  }
  return high;
}
