import { largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { measureVendor, vendorNames } from '../../support/tuning/tuning-vendors';

export default defineTable({
  name: 'tuning-by-ctf-vendors',
  about:
    'Astigmatism by CTF, Correct Astigmatism by CTF and Coma-free Alignment by CTF one after the other on columns of three vendors, with images of 256 pixels of carbon.',
  rows: vendorNames,
  seeds: 10,
  seconds: 10,
  measure: (seed, row) => measureVendor(seed, row),
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 1 }),
    largest(measured, 'astigmatism', { unit: 'nm of astigmatism left', decimals: 1, atMost: 40 }),
    largest(measured, 'coma', { unit: 'nm of coma left', decimals: 1, atMost: 150 }),
    ...verdictCounts(measured),
  ],
});
