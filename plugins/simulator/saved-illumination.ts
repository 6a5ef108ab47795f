import { existsSync, readFileSync } from 'node:fs';
import { CalibrationFile } from '../../core/store';
import type { Instrument } from '../../simulation';

type Saved = Pick<Instrument, 'crossovers' | 'beamShifts'>;

/** The illumination as it stands in a site's calibration file, for a twin of the site. A crossover of 0 is one that nobody has calibrated. */
export function savedIllumination(path: string): Saved {
  const file = existsSync(path) ? CalibrationFile.parse(readFileSync(path), path, 'calibrations').file : undefined;
  const rowsOf = <Row>(name: string): readonly Row[] => (file?.get(name) ?? []) as readonly unknown[] as readonly Row[];
  return {
    crossovers: rowsOf<NonNullable<Saved['crossovers']>[number]>('CrossoverIntensity'),
    beamShifts: rowsOf<NonNullable<Saved['beamShifts']>[number]>('BeamShiftCalibration'),
  };
}
