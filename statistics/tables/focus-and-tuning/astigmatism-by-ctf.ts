import { honesty, largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { astigmatismByCtf, measureAstigmatismByCtf } from '../../support/tuning/astigmatism-by-ctf';

/** Doses in electrons per square Angstrom by row, with the largest error of the response in percent. */
const doses: Readonly<Record<string, { readonly dose: number; readonly percent: number }>> = {
  '4 e/A2': { dose: 4, percent: 1 },
  '8 e/A2': { dose: 8, percent: 0.5 },
  '30 e/A2': { dose: 30, percent: 0.5 },
};

export default defineTable({
  name: 'astigmatism-by-ctf',
  about:
    'Astigmatism by CTF on images of 512 pixels of carbon, against the true effect of the stigmator: columns with hysteresis, coma and an unknown coma-free axis.',
  item: astigmatismByCtf,
  rows: Object.keys(doses),
  seeds: 40,
  seconds: 4,
  measure: (seed, row, camera) => measureAstigmatismByCtf(seed, doses[row]!.dose, { camera }),
  pool: (measured, row) => [
    rmsOfError(measured, 'percent', { unit: '%' }),
    largest(measured, 'percent', { unit: '% off', atMost: doses[row]!.percent }),
    ...verdictCounts(measured),
  ],
  poolAll: (measured) => honesty(measured, { names: ['elements'], share: { atLeast: 90 } }),
});
