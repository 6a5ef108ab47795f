import { verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { measureTrap, trapNames } from '../../support/tuning/tuning-traps';

export default defineTable({
  name: 'rings-that-mislead',
  about:
    'Astigmatism by CTF, Correct Astigmatism by CTF and Coma-free Alignment by CTF in turn, where rings are weak, missing or those of something else: each refuses, or its result is right within its tolerance (1 %, 40 nm, 150 nm) or four of its stated errors.',
  rows: trapNames,
  seeds: 24,
  seconds: 4,
  measure: (seed, row, camera) => measureTrap(seed, row, camera),
  pool: verdictCounts,
});
