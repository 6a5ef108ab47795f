import { type ProbeMode, probeOfNumber } from '../../../../core/devices';
import { type AreaLimits, type SpotPlace, sameArea } from '../../../../core/illumination';
import { type Calibrations, type Change, put, remove } from '../../../../core/store';

/** Limits of the illuminated area by spot size and probe mode. */
export type LimitsOf = (place: SpotPlace) => AreaLimits | undefined;

/** The conversion of an intensity that stands for an illuminated area by earlier limits into the one that stands for it by others; 0 is none and stays. */
export const convertingIntensity =
  (from: AreaLimits | undefined, to: LimitsOf) =>
  (intensity: number, place: SpotPlace): number => {
    const limits = to(place);
    return limits ? sameArea(intensity, from, limits) : intensity;
  };

type Convert = ReturnType<typeof convertingIntensity>;

const derived = { sessionMeasured: false } as const;
const modes: readonly ProbeMode[] = ['micro', 'nano'];

/** The changes by which every stored intensity goes on to stand for the same illuminated area. */
export function convertedRecords(
  calibrations: Pick<Calibrations, 'records' | 'shortTerm'>,
  convert: Convert,
): readonly Change[] {
  return [
    ...calibrations
      .records('CrossoverIntensity')
      .all()
      .map((row) => {
        const [micro, nano] = modes.map((probe) => convert(row[probe], { spot: row.spot, probe }));
        return put('CrossoverIntensity', { ...row, micro: micro!, nano: nano! }, derived);
      }),
    // Side of crossover is a part of their key, and stays: crossover is converted like the rest.
    ...calibrations
      .records('BeamIntensityTable')
      .all()
      .map((row) => {
        const place = { spot: row.spot, probe: probeOfNumber(row.probe) };
        const rows = row.rows.map((point) => ({ ...point, intensity: convert(point.intensity, place) }));
        const fresh = { ...row, rows, crossover: convert(row.crossover, place) };
        return put('BeamIntensityTable', fresh, derived);
      }),
    ...calibrations
      .records('SpotIntensities')
      .all()
      .map((block) => {
        const rows = block.rows.map((row) => {
          const of = (probe: ProbeMode, intensity: number): number =>
            row[`${probe}Ratio`] > 0 ? convert(intensity, { spot: row.spot, probe }) : intensity;
          return {
            ...row,
            microIntensity: of('micro', row.microIntensity),
            microCrossover: of('micro', row.microCrossover),
            nanoIntensity: of('nano', row.nanoIntensity),
            nanoCrossover: of('nano', row.nanoCrossover),
          };
        });
        return put('SpotIntensities', { rows }, derived);
      }),
    ...(['HighFocusMagCal', 'HighFocusISCal'] as const).flatMap((name): Change[] => {
      const rows = calibrations.records(name).all();
      const fresh = rows.map((row) => {
        const place = { spot: row.spot, probe: probeOfNumber(row.probe) };
        const [intensity, crossover] = [convert(row.intensity, place), convert(row.crossover, place)];
        return { ...row, intensity, crossover };
      });
      // Intensity is a part of their key, so all go before any comes.
      return [...rows.map((row) => remove(name, row, derived)), ...fresh.map((row) => put(name, row, derived))];
    }),
    ...calibrations
      .shortTerm('DoseCalibration')
      .all()
      .map((row) => {
        const place = { spot: row.spot, probe: probeOfNumber(row.probe) };
        return put('DoseCalibration', { ...row, intensity: convert(row.intensity, place) }, derived);
      }),
  ];
}
