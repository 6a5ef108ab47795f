import { readable } from '../../../../core/base';
import { type ProbeMode, probeNumber } from '../../../../core/devices';
import type { IntensityScale, SpotPlace } from '../../../../core/illumination';
import { type Calibrations, type Change, type MainRecords, put, remove } from '../../../../core/store';

/** Crossovers that were measured, in one probe mode and with the condenser aperture that is in. */
export interface MeasuredCrossovers {
  readonly probe: ProbeMode;
  /** True on a column with probe modes. */
  readonly hasProbeModes: boolean;
  /** Micrometres; 0 where it is not known. */
  readonly aperture: number;
  /** By spot size. */
  readonly intensities: ReadonlyMap<number, number>;
}

/** The changes that follow from new crossovers, with what they come to. */
export interface Propagation {
  readonly changes: readonly Change[];
  readonly shiftedTables: number;
  /** Tables that a shift would take out of the range of intensity, in sentences; nothing of tables and spot ratios is shifted then. */
  readonly outOfRange: readonly string[];
  readonly shiftedSpots: number;
  readonly shiftedHighFocus: number;
  readonly shiftedParallel: number;
}

/** Dependencies of the propagation. */
export interface PropagationUses {
  readonly calibrations: Pick<Calibrations, 'records'>;
  readonly scale: IntensityScale;
}

/** Intensity below which a crossover did not change. */
const minChange = 1e-6;
const derived = { sessionMeasured: false } as const;

/**
 * Shifts what was measured with an earlier crossover by the change of it: tables of intensity, ratios of spot sizes, calibrations at high
 * defocus and parallel illumination. What has no crossover of its own, or belongs to a spot size without one, stays.
 */
export function propagate(uses: PropagationUses, measured: MeasuredCrossovers): Propagation {
  const tables = shiftTables(uses, measured);
  const outOfRange = tables.flatMap(({ problem }) => problem ?? []);
  const spots = outOfRange.length > 0 ? [] : shiftSpots(uses, measured);
  const shifted = outOfRange.length > 0 ? [] : tables;
  const highFocus = (['HighFocusMagCal', 'HighFocusISCal'] as const).flatMap((name) =>
    shiftHighFocus(uses, measured, name),
  );
  const parallel = shiftParallel(uses, measured);
  return {
    changes: [
      ...shifted.map(({ row }): Change => put('BeamIntensityTable', row, derived)),
      ...spots.map(({ block }): Change => put('SpotIntensities', block, derived)),
      ...highFocus.flatMap(({ changes }) => changes),
      ...parallel.map((row): Change => put('ParallelIllum', row, derived)),
    ],
    shiftedTables: shifted.length,
    outOfRange,
    shiftedSpots: spots.reduce((sum, { count }) => sum + count, 0),
    shiftedHighFocus: highFocus.length,
    shiftedParallel: parallel.length,
  };
}

/** The shift of stored intensities at a spot size: each is shifted as it is with the present aperture. */
function shifterOf(
  { scale }: PropagationUses,
  { probe, aperture, intensities }: MeasuredCrossovers,
  spot: number,
  { crossover, measuredWith }: { readonly crossover: number; readonly measuredWith: number },
): { readonly crossover: number; readonly shift: (intensity: number) => number } | undefined {
  const fresh = intensities.get(spot);
  // 0 stands for none, and old versions have made numbers below it of that.
  if (fresh === undefined || fresh <= 0 || crossover <= 0) return undefined;
  const place: SpotPlace = { spot, probe };
  const present = (value: number): number => scale.throughAperture(value, place, measuredWith, aperture);
  const stored = (value: number): number => scale.throughAperture(value, place, aperture, measuredWith);
  const change = fresh - present(crossover);
  if (Math.abs(change) <= minChange) return undefined;
  return { crossover: stored(fresh), shift: (intensity) => stored(present(intensity) + change) };
}

interface ShiftedTable {
  readonly row: MainRecords['BeamIntensityTable'];
  readonly problem?: string;
}

function shiftTables(uses: PropagationUses, measured: MeasuredCrossovers): readonly ShiftedTable[] {
  const number = probeNumber(measured.probe);
  return uses.calibrations
    .records('BeamIntensityTable')
    .all()
    .filter(({ probe }) => probe === number)
    .flatMap((table): ShiftedTable[] => {
      const { spot, crossover, aperture } = table;
      const shifter = shifterOf(uses, measured, spot, { crossover, measuredWith: aperture });
      if (!shifter) return [];
      const rows = table.rows.map((row) => ({ ...row, intensity: shifter.shift(row.intensity) }));
      const intensities = rows.map(({ intensity }) => intensity);
      const [low, high] = [Math.min(...intensities), Math.max(...intensities)];
      const row = { ...table, crossover: shifter.crossover, rows };
      if (low > 0 && high < 1) return [{ row }];
      const problem = `The intensity table of spot size ${spot} would reach from ${readable(low, 4)} to ${readable(high, 4)}.`;
      return [{ row, problem }];
    });
}

function shiftSpots(
  uses: PropagationUses,
  measured: MeasuredCrossovers,
): readonly { readonly block: MainRecords['SpotIntensities']; readonly count: number }[] {
  const { probe } = measured;
  const [apertures] = uses.calibrations.records('SpotCalAtC2Aperture').all();
  const blocks = uses.calibrations.records('SpotIntensities').all();
  const inMicroprobe = blocks.filter(({ rows }) => rows.some((row) => row.microRatio > 0));
  const ofMode = probe === 'micro' ? inMicroprobe : blocks.filter(({ rows }) => rows.some((row) => row.nanoRatio > 0));
  return ofMode.flatMap((block, index) => {
    const at = 1 + index + (probe === 'micro' ? 0 : inMicroprobe.length);
    const measuredWith = apertures?.[`aperture${at}` as 'aperture1'] ?? 0;
    let count = 0;
    const rows = block.rows.map((row) => {
      const crossover = row[`${probe}Crossover`];
      const shifter =
        row[`${probe}Ratio`] > 0 ? shifterOf(uses, measured, row.spot, { crossover, measuredWith }) : undefined;
      if (!shifter) return row;
      count += 1;
      return {
        ...row,
        [`${probe}Intensity`]: shifter.shift(row[`${probe}Intensity`]),
        [`${probe}Crossover`]: shifter.crossover,
      };
    });
    return count > 0 ? [{ block: { rows }, count }] : [];
  });
}

function shiftHighFocus(
  uses: PropagationUses,
  measured: MeasuredCrossovers,
  name: 'HighFocusMagCal' | 'HighFocusISCal',
): readonly { readonly changes: readonly Change[] }[] {
  const number = probeNumber(measured.probe);
  return uses.calibrations
    .records(name)
    .all()
    .filter(({ probe }) => probe === number)
    .flatMap((row) => {
      const { spot, crossover, aperture } = row;
      const shifter = shifterOf(uses, measured, spot, { crossover, measuredWith: aperture });
      if (!shifter) return [];
      // Its intensity is a part of its key.
      const fresh = { ...row, intensity: shifter.shift(row.intensity), crossover: shifter.crossover };
      return [{ changes: [remove(name, row, derived), put(name, fresh, derived)] }];
    });
}

function shiftParallel(uses: PropagationUses, measured: MeasuredCrossovers): readonly MainRecords['ParallelIllum'][] {
  const number = probeNumber(measured.probe);
  return (
    uses.calibrations
      .records('ParallelIllum')
      .all()
      // On a column without probe modes the number is that of alpha, and all belong to the one mode that there is.
      .filter(({ probeOrAlpha }) => !measured.hasProbeModes || probeOrAlpha === number)
      .flatMap((row) => {
        const shifter = shifterOf(uses, measured, row.spot, { crossover: row.crossover, measuredWith: 0 });
        return shifter ? [{ ...row, intensity: shifter.shift(row.intensity), crossover: shifter.crossover }] : [];
      })
  );
}
