import { goodShare, honesty, largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { type FilterColumn, filterColumns, measureEnergyShifts } from '../../support/whole-scope/energy-shifts';

const steady = Object.keys(filterColumns).flatMap((column) =>
  [3, 1].map((step) => ({ name: `${column}, steps of ${step} eV`, column: column as FilterColumn, step, given: {} })),
);
const drift = { zeroLossDriftElectronvoltsPerMinute: 0.3 };
const rows = [
  ...steady,
  ...[false, true].map((twice) => ({
    name: `a drift of 0.3 eV a minute, ${twice ? 'two passes' : 'one pass'}`,
    column: 'a GIF behind an FEI column' as const,
    step: 3,
    given: { twice, simulator: drift },
  })),
];

export default defineTable({
  name: 'mag-energy-shifts',
  about:
    'Mag Energy Shifts on filters that are drawn: error of the shift of each magnification against the truth of the virtual microscope, from their common mean.',
  item: 'calibrations/mag-energy-shifts',
  rows: rows.map(({ name }) => name),
  seeds: 20,
  seconds: 3,
  measure: (seed, row) => {
    const { column, step, given } = rows.find(({ name }) => name === row)!;
    return measureEnergyShifts(seed, column, { step, ...given });
  },
  pool: (measured, row) => [
    rmsOfError(measured, 'shift', { unit: 'eV', decimals: 3, atMost: row.endsWith('1 eV') ? 0.1 : 0.22 }),
    largest(measured, 'shift', { unit: 'eV', decimals: 3, atMost: 0.45 }),
    ...honesty(measured),
    goodShare(measured),
    ...verdictCounts(measured),
  ],
});
