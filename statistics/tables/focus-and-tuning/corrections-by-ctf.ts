import { largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { measureComaFreeAlignment, measureCorrectAstigmatism } from '../../support/tuning/tuning-corrections';

/** Runs by row: the task, the dose in electrons per square Angstrom, and how much it may really leave, in nanometres. */
const rows = {
  'astigmatism at 4 e/A2': { task: measureCorrectAstigmatism, dose: 4, nanometres: 40 },
  'astigmatism at 20 e/A2': { task: measureCorrectAstigmatism, dose: 20, nanometres: 15 },
  'coma at 8 e/A2': { task: measureComaFreeAlignment, dose: 8, nanometres: 150 },
  'coma at 20 e/A2': { task: measureComaFreeAlignment, dose: 20, nanometres: 150 },
} as const;
const of = (row: string): (typeof rows)[keyof typeof rows] => rows[row as keyof typeof rows];

export default defineTable({
  name: 'corrections-by-ctf',
  about:
    'Correct Astigmatism by CTF and Coma-free Alignment by CTF on images of 512 pixels of carbon: what is really left, as the difference of the two defocus values and as B2.',
  rows: Object.keys(rows),
  seeds: 40,
  seconds: (row) => (of(row).task === measureCorrectAstigmatism ? 2 : 6),
  measure: (seed, row, camera) => of(row).task(seed, { dose: of(row).dose, camera }),
  pool: (measured, row) => [
    // 50 nm of coma are 0.02 mrad.
    rmsOfError(measured, 'left', { unit: 'nm', decimals: 1, ...(row.startsWith('coma') && { atMost: 50 }) }),
    largest(measured, 'left', { unit: 'nm left', decimals: 1, atMost: of(row).nanometres }),
    ...verdictCounts(measured),
  ],
});
