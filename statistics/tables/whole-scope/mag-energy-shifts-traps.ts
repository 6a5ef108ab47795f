import { verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { measureTrappedShifts } from '../../support/whole-scope/energy-shifts';

export default defineTable({
  name: 'mag-energy-shifts-traps',
  about:
    'Mag Energy Shifts with a specimen in the beam, a peak that drifts or jumps, too much or too little light, old and dark images: none of the shifts that are stored is wrong by more than 0.5 eV.',
  item: 'calibrations/mag-energy-shifts',
  seeds: 70,
  seconds: 2,
  measure: (seed) => measureTrappedShifts(seed),
  pool: (measured) => verdictCounts(measured),
});
