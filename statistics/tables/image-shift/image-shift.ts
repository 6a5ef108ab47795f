import { largest, meanError } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { imageShift, measureImageShift } from '../../support/image-shift';

export default defineTable({
  name: 'image-shift',
  about:
    'Image Shift with a matrix to begin with that is up to 10 % and 5 degrees off, against the true matrix of the virtual microscope.',
  item: imageShift,
  seeds: 200,
  seconds: 3,
  measure: (seed, _, camera) => measureImageShift(seed, imageShift, camera),
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off', atMost: 0.3 }),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.1 }),
    meanError(measured, 'percent', { unit: '%', decimals: 4, atMost: 0.1 }),
  ],
});
