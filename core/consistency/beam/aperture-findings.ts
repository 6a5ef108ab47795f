import type { Finding } from '../finding';
import type { Remedy } from '../remedy';
import { type BeamCheck, aboutBeam } from './beam-check';

/** A record of the beam with the condenser aperture that stands with it. */
export interface ApertureRecord {
  /** Tells one record from another. */
  readonly key: string;
  readonly name: string;
  /** Micrometres; 0 where none is recorded. */
  readonly aperture: number;
  readonly settledBy: Remedy;
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
      remedy: settledBy,
    },
  );

/** Apertures recorded with calibrations that are not among those of the column, one finding for each size. */
export function apertureFindings(check: BeamCheck, settled: ReadonlySet<string>): readonly Finding[] {
  const sizes = check.settings.get('C2ApertureSizes');
  if (sizes.length === 0) return [];
  // Where intensity is not an illuminated area, the aperture changes the size of the beam alone.
  const records = check.beam.scale.isArea ? recordsWithAperture(check) : sizeRecords(check);
  const strange = records.filter(({ key, aperture }) => aperture > 0 && !sizes.includes(aperture) && !settled.has(key));
  return [...new Set(strange.map(({ aperture }) => aperture))].map((aperture) => {
    const having = strange.filter((each) => each.aperture === aperture);
    const nearest = [...sizes].sort((a, b) => Math.abs(a - aperture) - Math.abs(b - aperture))[0]!;
    const names = [...new Set(having.map(({ name }) => name))].join(', ');
    return aboutBeam(
      'consistency/aperture',
      'warning',
      'condenser aperture',
      `A condenser aperture of ${aperture} um is recorded with the ${names}; the column has ${sizes.join(', ')} um by C2ApertureSizes.`,
      'What stands with it is scaled by the size of the aperture. Either it was entered wrongly or the list lacks it.',
      {
        numbers: [micrometres('recorded', aperture), micrometres('nearest in C2ApertureSizes', nearest)],
        remedy: { correct: 'C2ApertureSizes', ...having[0]!.settledBy },
      },
    );
  });
}

/** Every record of the beam with the aperture that stands with it. */
function recordsWithAperture(check: BeamCheck): readonly ApertureRecord[] {
  const { calibrations } = check;
  const [crossovers] = calibrations.records('CrossCalAtC2Aperture').all();
  const [ratios] = calibrations.records('SpotCalAtC2Aperture').all();
  const [last] = calibrations.shortTerm('LastC2Aperture').all();
  return [
    ...(last
      ? [
          {
            key: 'last',
            name: 'present state',
            aperture: last.aperture,
            settledBy: { measure: 'condenser aperture' } as const,
          },
        ]
      : []),
    ...(['micro', 'nano'] as const).map((probe) => ({
      key: recordKeys.crossover(probe),
      name: crossoverName(probe),
      aperture: crossovers?.[probe] ?? 0,
      settledBy: { measure: 'crossover' } as const,
    })),
    ...calibrations
      .records('BeamIntensityTable')
      .all()
      .map((row, at) => ({
        key: recordKeys.table(row, at),
        name: tableName(row.spot),
        aperture: row.aperture,
        settledBy: { measure: 'beam intensity' } as const,
      })),
    ...(ratios ? [ratios.aperture1, ratios.aperture2, ratios.aperture3, ratios.aperture4] : []).map((aperture, at) => ({
      key: recordKeys.ratios(at),
      name: ratiosName,
      aperture,
      settledBy: { measure: 'spot intensity' } as const,
    })),
    ...calibrations
      .shortTerm('DoseCalibration')
      .all()
      .map(({ aperture }) => ({
        key: 'dose',
        name: 'electron doses',
        aperture,
        settledBy: { measure: 'dose' } as const,
      })),
    ...highFocusNames.flatMap((record) =>
      calibrations
        .records(record)
        .all()
        .map((row) => highFocusRecord(record, row)),
    ),
    ...sizeRecords(check),
  ];
}

/** The diameters of the beam with the apertures at which they were measured. */
const sizeRecords = ({ calibrations }: BeamCheck): readonly ApertureRecord[] =>
  calibrations
    .records('BeamSizeCal')
    .all()
    .map(({ c2Aperture: aperture }) => ({
      key: 'size',
      name: 'diameters of the beam',
      aperture,
      settledBy: { measure: 'beam size', correct: 'BeamSizeCal' },
    }));

/** The records of what far defocus does. */
export const highFocusNames = ['HighFocusMagCal', 'HighFocusISCal'] as const;
/** A calibration at far defocus as a record with an aperture; those of one probe mode and aperture are one. */
export const highFocusRecord = (
  record: (typeof highFocusNames)[number],
  { probe, aperture }: { readonly probe: number; readonly aperture: number },
): ApertureRecord => ({
  key: `${record} ${probe} ${aperture}`,
  name: `calibrations of ${record === 'HighFocusMagCal' ? 'magnification' : 'image shift'} at high defocus`,
  aperture,
  settledBy: { correct: record },
});

/** Names of the records in sentences. */
export const crossoverName = (probe: string): string => `crossovers in ${probe}probe`;
/** Name of a table of intensity in a sentence. */
export const tableName = (spot: number): string => `intensities of the table of spot size ${spot}`;
/** Name of the ratios of spot sizes in a sentence. */
export const ratiosName = 'ratios of spot sizes';
