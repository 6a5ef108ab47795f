import { largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { comaVsImageShift, measureComaVsImageShift } from '../../support/tuning/tuning-corrections';

export default defineTable({
  name: 'coma-vs-image-shift',
  about:
    'Coma vs. Image Shift on images of 512 pixels of carbon at 20 electrons per square Angstrom: the largest change of coma and astigmatism that the correction leaves on a field of 5 um to each side.',
  item: comaVsImageShift,
  seeds: 20,
  seconds: 15,
  measure: (seed, _, camera) => measureComaVsImageShift(seed, { dose: 20, camera }),
  pool: (measured) => [
    rmsOfError(measured, 'coma', { unit: 'nm of coma', decimals: 1 }),
    largest(measured, 'coma', { unit: 'nm of coma', decimals: 1, atMost: 150 }),
    largest(measured, 'astigmatism', { unit: 'nm of astigmatism', decimals: 1, atMost: 5 }),
    ...verdictCounts(measured),
  ],
});
