import { service } from '../base';
import { probeNumber, probeOfNumber } from '../devices';
import type { Settings } from '../settings';
import type { MainRecords } from '../store';
import type { BeamRecords } from './beam-records';
import { IntensityScale } from './intensity-scale';
import {
  type IntensityTable,
  densityOffset,
  distanceFrom,
  intensityFor,
  isWithin,
  logDensityAt,
} from './intensity-table';
import { splitSpotBlocks } from './spot-blocks';
import type { BeamPlace, CrossoverSide, SpotPlace } from './place';

/** Outcome of a wish for another intensity. */
export type IntensityChange =
  | { readonly outcome: 'reached'; readonly intensity: number }
  /** The tables end before it; the rest of the factor is missing. */
  | { readonly outcome: 'limited'; readonly intensity: number; readonly remainingFactor: number }
  | { readonly outcome: 'no tables' | 'no table here' | 'start out of range' };

/** A calibration of the ratios of spot sizes, in one probe mode and on one side of crossover. */
export interface SpotTable {
  readonly probe: SpotPlace['probe'];
  readonly side: CrossoverSide;
  readonly spots: readonly { readonly spot: number; readonly ratio: number; readonly intensity: number }[];
}

/** The calibrations of the beam, as they hold for the condenser aperture that is in. */
export interface BeamCalibrations {
  readonly scale: IntensityScale;
  /** Micrometres of the condenser aperture that is in, as far as the program knows; 0 where it does not. */
  readonly aperture: number;
  /** Intensity of crossover; undefined where it is not calibrated. */
  crossover(place: SpotPlace): number | undefined;
  side(place: BeamPlace): CrossoverSide;
  /** The tables of intensity of a spot size, probe mode and side. */
  tables(place: SpotPlace, side: CrossoverSide): readonly IntensityTable[];
  /** The intensity that changes the density of the beam by a factor, on the same side of crossover. */
  intensityFor(place: BeamPlace, factor: number): IntensityChange;
  /** Density at another intensity over that at a place, on the same side; undefined where the tables do not tell. */
  densityRatio(place: BeamPlace, intensity: number): number | undefined;
  /** The ratios of spot sizes that were measured in the probe mode and on the side. */
  spotTable(probe: SpotPlace['probe'], side: CrossoverSide): SpotTable | undefined;
  /** Electrons per square angstrom and second at a place; undefined where no dose is calibrated from which it follows. */
  doseRate(place: BeamPlace): number | undefined;
  /** Minutes since 1970 at which the dose was measured from which that follows; undefined where there is none. */
  doseTime(place: BeamPlace): number | undefined;
}
/** The token of the calibrations of the beam. */
export const BeamCalibrations = service<BeamCalibrations>('BeamCalibrations');

const flags = { bright: 1, dim: 2 };
/** Highest number of a spot size. */
const maxSpot = 13;

/** The calibrations of the beam over the records of the files. Intensities are stored for the aperture at which they were measured. */
export class StoredBeamCalibrations implements BeamCalibrations {
  readonly scale: IntensityScale;

  constructor(
    private readonly settings: Pick<Settings, 'get'>,
    private readonly calibrations: BeamRecords,
  ) {
    this.scale = new IntensityScale(settings, calibrations);
  }

  get aperture(): number {
    return this.calibrations.shortTerm('LastC2Aperture').all()[0]?.aperture ?? 0;
  }

  crossover({ spot, probe }: SpotPlace): number | undefined {
    const stored = this.calibrations.records('CrossoverIntensity').find((row) => row.spot === spot)?.[probe] ?? 0;
    const [apertures] = this.calibrations.records('CrossCalAtC2Aperture').all();
    // Old versions have scaled a 0 that stood for none, which gave numbers below it.
    return stored > 0 ? this.present(stored, { spot, probe }, apertures?.[probe] ?? 0) : undefined;
  }

  side({ intensity, spot, probe }: BeamPlace): CrossoverSide {
    if (probe === 'nano' && this.settings.get('ConstantBrightnessInNano')) return 'above';
    const crossover = this.crossover({ spot, probe });
    return crossover !== undefined && intensity > crossover ? 'above' : 'below';
  }

  tables({ spot, probe }: SpotPlace, side: CrossoverSide): readonly IntensityTable[] {
    return this.calibrations
      .records('BeamIntensityTable')
      .all()
      .filter((row) => row.spot === spot && row.probe === probeNumber(probe))
      .flatMap((row) => this.tableOf(row) ?? [])
      .filter((table) => table.side === side);
  }

  intensityFor(place: BeamPlace, factor: number): IntensityChange {
    if (this.calibrations.records('BeamIntensityTable').all().length === 0) return { outcome: 'no tables' };
    const side = this.side(place);
    const tables = this.tables(place, side);
    if (tables.length === 0) return { outcome: 'no table here' };
    const start = nearestFirst(tables, place.intensity).find(
      (each) => logDensityAt(each, place.intensity) !== undefined,
    );
    if (!start) return { outcome: 'start out of range' };
    const crossover = this.crossover(place);
    // An extrapolation that would get to the other side of crossover says nothing.
    const onSide = (intensity: number): boolean =>
      crossover === undefined || (intensity - crossover) * (place.intensity - crossover) > 0;
    return follow(start, tables, { from: place.intensity, change: Math.log(factor), onSide });
  }

  densityRatio(place: BeamPlace, intensity: number): number | undefined {
    if (intensity === place.intensity) return 1;
    const { spot, probe } = place;
    // Nothing changes the density in nanoprobe on a column that keeps its brightness there.
    if (probe === 'nano' && this.settings.get('ConstantBrightnessInNano')) return 1;
    const side = this.side(place);
    if (this.side({ spot, probe, intensity }) !== side) return undefined;
    const tables = this.tables(place, side);
    const log = (table: IntensityTable, at: number): number | undefined => logDensityAt(table, at);
    const within = (at: number) => (one: IntensityTable, other: IntensityTable) =>
      distanceFrom(one, at) - distanceFrom(other, at);
    for (const from of [...tables].sort(within(place.intensity))) {
      const [here, there] = [log(from, place.intensity), log(from, intensity)];
      if (here === undefined) continue;
      if (there !== undefined) return Math.exp(there - here);
      for (const to of tables) {
        const end = log(to, intensity);
        const middle = overlap(from, to);
        if (to === from || end === undefined || middle === undefined) continue;
        return Math.exp(log(from, middle)! - here + end - log(to, middle)!);
      }
    }
    return undefined;
  }

  spotTable(probe: SpotPlace['probe'], side: CrossoverSide): SpotTable | undefined {
    return this.spotTables().find((each) => each.probe === probe && each.side === side);
  }

  doseRate(place: BeamPlace): number | undefined {
    return this.doseFrom(place)?.rate;
  }

  doseTime(place: BeamPlace): number | undefined {
    return this.doseFrom(place)?.time;
  }

  private doseFrom(place: BeamPlace): { readonly rate: number; readonly time: number } | undefined {
    const side = this.side(place);
    const own = this.doseOf(place, side);
    if (own) {
      const ratio = this.densityRatio({ ...place, intensity: own.intensity }, place.intensity);
      return ratio === undefined ? undefined : { rate: own.dose * ratio, time: own.time };
    }
    const ratios = this.spotTable(place.probe, side);
    const here = ratios?.spots.find(({ spot }) => spot === place.spot);
    if (!ratios || !here) return undefined;
    for (let away = 1; away < maxSpot; away++)
      for (const spot of [place.spot - away, place.spot + away]) {
        const other = this.doseOf({ spot, probe: place.probe }, side);
        const there = ratios.spots.find((each) => each.spot === spot);
        if (!other || !there) continue;
        const toRatio = this.densityRatio({ spot, probe: place.probe, intensity: other.intensity }, there.intensity);
        const fromRatio = this.densityRatio({ ...place, intensity: here.intensity }, place.intensity);
        if (toRatio === undefined || fromRatio === undefined) continue;
        return { rate: other.dose * toRatio * (here.ratio / there.ratio) * fromRatio, time: other.time };
      }
    return undefined;
  }

  /** A stored intensity as it is with the aperture that is in. */
  private present(intensity: number, place: SpotPlace, measuredWith: number): number {
    return this.scale.throughAperture(intensity, place, measuredWith, this.aperture);
  }

  private tableOf(row: MainRecords['BeamIntensityTable']): IntensityTable | undefined {
    if (row.rows.length < 2 || row.rows.every(({ intensity }) => intensity === 0)) return undefined;
    const place = { spot: row.spot, probe: probeOfNumber(row.probe) };
    const points = row.rows
      .map(({ counts, intensity }) => ({
        intensity: this.present(intensity, place, row.aperture),
        logDensity: Math.log(Math.max(0, counts) + densityOffset),
      }))
      .sort((a, b) => a.logDensity - b.logDensity);
    const mean = points.reduce((sum, { intensity }) => sum + intensity, 0) / points.length;
    const closed = { dim: (row.flags & flags.dim) > 0, bright: (row.flags & flags.bright) > 0 };
    const side = this.side({ ...place, intensity: mean });
    return { ...place, magIndex: row.magIndex, side, points, closed, aperture: row.aperture };
  }

  private spotTables(): readonly SpotTable[] {
    const blocks = this.calibrations.records('SpotIntensities').all();
    const [apertures] = this.calibrations.records('SpotCalAtC2Aperture').all();
    return splitSpotBlocks(blocks, apertures).map(({ probe, aperture, spots }) => {
      const present = spots.map((each) => ({
        ...each,
        intensity: this.present(each.intensity, { spot: each.spot, probe }, aperture),
      }));
      const [first] = present;
      return { probe, spots: present, side: this.side({ ...first!, probe }) };
    });
  }

  private doseOf(
    { spot, probe }: SpotPlace,
    side: CrossoverSide,
  ): { readonly dose: number; readonly intensity: number; readonly time: number } | undefined {
    const row = this.calibrations
      .shortTerm('DoseCalibration')
      .find(
        (each) =>
          each.spot === spot && each.aboveCrossover === (side === 'above' ? 1 : 0) && each.probe === probeNumber(probe),
      );
    return (
      row && { dose: row.dose, time: row.time, intensity: this.present(row.intensity, { spot, probe }, row.aperture) }
    );
  }
}

const nearestFirst = (tables: readonly IntensityTable[], intensity: number): readonly IntensityTable[] =>
  [...tables].sort((a, b) => distanceFrom(a, intensity) - distanceFrom(b, intensity));

/** An intensity that two tables have in common; undefined where they do not overlap. */
function overlap(one: IntensityTable, other: IntensityTable): number | undefined {
  const shared = [...one.points, ...other.points].filter(
    ({ intensity }) => isWithin(one, intensity) && isWithin(other, intensity),
  );
  if (shared.length === 0) return undefined;
  return shared[Math.floor(shared.length / 2)]!.intensity;
}

/** A wish for another density. */
interface Wish {
  readonly from: number;
  /** Natural logarithm of the factor. */
  readonly change: number;
  readonly onSide: (intensity: number) => boolean;
}

/** Goes on from one table to those that overlap with it, until the density is reached or nothing leads on. */
function follow(
  start: IntensityTable,
  tables: readonly IntensityTable[],
  { from: first, change, onSide }: Wish,
): IntensityChange {
  const passed = new Set<IntensityTable>();
  let [table, from, left] = [start, first, change];
  for (;;) {
    passed.add(table);
    const wanted = logDensityAt(table, from)! + left;
    const [dim, bright] = [table.points[0]!, table.points.at(-1)!];
    if (wanted >= dim.logDensity && wanted <= bright.logDensity)
      return { outcome: 'reached', intensity: intensityFor(table, wanted).intensity };
    const dimmer = wanted < dim.logDensity;
    const end = dimmer ? dim : bright;
    const next = tables.find(
      (each) => !passed.has(each) && isWithin(each, end.intensity) && leadsOn(each, end, dimmer),
    );
    if (!next) {
      const reach = intensityFor(table, wanted);
      const { intensity, missing } = onSide(reach.intensity)
        ? reach
        : { intensity: end.intensity, missing: wanted - end.logDensity };
      return missing === 0
        ? { outcome: 'reached', intensity }
        : { outcome: 'limited', intensity, remainingFactor: Math.exp(missing) };
    }
    left = wanted - end.logDensity;
    [table, from] = [next, end.intensity];
  }
}

/** True when a table reaches a lower (or higher) density than it has at the end of another one. */
function leadsOn(table: IntensityTable, { intensity }: { readonly intensity: number }, dimmer: boolean): boolean {
  const here = logDensityAt(table, intensity)!;
  return dimmer ? table.points[0]!.logDensity < here : table.points.at(-1)!.logDensity > here;
}
