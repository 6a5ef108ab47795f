import type { Finding } from '../finding';
import type { MeasuredQuantity } from '../remedy';
import { type BeamCheck, aboutBeam } from './beam-check';

/** A record of the beam with the condenser aperture that stands with it. */
export interface ApertureRecord {
  /** Tells one record from another. */
  readonly key: string;
  readonly name: string;
  /** Micrometres; 0 where none is recorded. */
  readonly aperture: number;
  readonly settledBy: MeasuredQuantity;
}

const micrometres = (what: string, value: number): Finding['numbers'][number] => ({ what, value, unit: 'um' });

/** The key of the crossovers in a probe mode, of the ratios of spot sizes by their order, and of a table by its conditions. */
export const recordKeys = {
  crossover: (probe: string): string => `crossover ${probe}`,
  ratios: (at: number): string => `ratios ${at}`,
  table: (row: { readonly spot: number; readonly probe: number; readonly magIndex: number }, at: number): string =>
    `table ${row.spot} ${row.probe} ${row.magIndex} ${at}`,
};

/** A finding of an aperture with which a record does not fit the crossovers, while it does with another one. */
export const otherApertureFinding = (
  { name, aperture, settledBy }: ApertureRecord,
  fitting: number,
  spot?: number,
): Finding =>
  aboutBeam(
    'consistency/aperture',
    'warning',
    'condenser aperture',
    `The ${name} stand with ${aperture > 0 ? `a condenser aperture of ${aperture} um` : 'no condenser aperture'}; their crossover fits the others with ${fitting} um. Probably wrong: the aperture that was recorded.`,
    'Illuminated areas are in proportion to the condenser aperture, so that a wrong size moves every intensity of the record.',
    {
      ...(spot !== undefined && { spot }),
      numbers: [micrometres('recorded', aperture), micrometres('fitting', fitting)],
      remedy: { measure: settledBy },
    },
  );

/** Apertures recorded with calibrations that are not among those of the column, one finding for each size. */
export function apertureFindings(check: BeamCheck, settled: ReadonlySet<string>): readonly Finding[] {
  const sizes = check.settings.get('C2ApertureSizes');
  if (!check.beam.scale.isArea || sizes.length === 0) return [];
  const strange = recordsWithAperture(check).filter(
    ({ key, aperture }) => aperture > 0 && !sizes.includes(aperture) && !settled.has(key),
  );
  return [...new Set(strange.map(({ aperture }) => aperture))].map((aperture) => {
    const records = strange.filter((each) => each.aperture === aperture);
    const nearest = [...sizes].sort((a, b) => Math.abs(a - aperture) - Math.abs(b - aperture))[0]!;
    const names = records.map(({ name }) => name).join(', ');
    return aboutBeam(
      'consistency/aperture',
      'warning',
      'condenser aperture',
      `A condenser aperture of ${aperture} um is recorded with the ${names}; the column has ${sizes.join(', ')} um by C2ApertureSizes.`,
      'Their intensities are scaled by the size of the aperture. Either it was entered wrongly or the list lacks it.',
      {
        numbers: [micrometres('recorded', aperture), micrometres('nearest in C2ApertureSizes', nearest)],
        remedy: { measure: records[0]!.settledBy, correct: 'C2ApertureSizes' },
      },
    );
  });
}

/** Every record of the beam with the aperture that stands with it. */
function recordsWithAperture({ calibrations }: BeamCheck): readonly ApertureRecord[] {
  const [crossovers] = calibrations.records('CrossCalAtC2Aperture').all();
  const [ratios] = calibrations.records('SpotCalAtC2Aperture').all();
  const [last] = calibrations.shortTerm('LastC2Aperture').all();
  return [
    ...(last
      ? [{ key: 'last', name: 'present state', aperture: last.aperture, settledBy: 'condenser aperture' as const }]
      : []),
    ...(['micro', 'nano'] as const).map((probe) => ({
      key: recordKeys.crossover(probe),
      name: crossoverName(probe),
      aperture: crossovers?.[probe] ?? 0,
      settledBy: 'crossover' as const,
    })),
    ...calibrations
      .records('BeamIntensityTable')
      .all()
      .map((row, at) => ({
        key: recordKeys.table(row, at),
        name: tableName(row.spot),
        aperture: row.aperture,
        settledBy: 'beam intensity' as const,
      })),
    ...(ratios ? [ratios.aperture1, ratios.aperture2, ratios.aperture3, ratios.aperture4] : []).map((aperture, at) => ({
      key: recordKeys.ratios(at),
      name: ratiosName,
      aperture,
      settledBy: 'spot intensity' as const,
    })),
  ];
}

/** Names of the records in sentences. */
export const crossoverName = (probe: string): string => `crossovers in ${probe}probe`;
/** Name of a table of intensity in a sentence. */
export const tableName = (spot: number): string => `intensities of the table of spot size ${spot}`;
/** Name of the ratios of spot sizes in a sentence. */
export const ratiosName = 'ratios of spot sizes';
