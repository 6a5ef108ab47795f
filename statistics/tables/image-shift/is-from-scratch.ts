import { largest, meanError } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { fromScratch, measureImageShift } from '../../support/image-shift';

export default defineTable({
  name: 'is-from-scratch',
  about: 'IS from Scratch, against the true matrix of the virtual microscope.',
  item: fromScratch,
  seeds: 200,
  seconds: 3,
  measure: (seed, _, camera) => measureImageShift(seed, fromScratch, camera),
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.3 }),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.1 }),
    meanError(measured, 'percent', { unit: '%', decimals: 4, atMost: 0.1 }),
  ],
});
