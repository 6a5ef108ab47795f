import { honesty, largest } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { flawedSpecimens, measureFlawed } from '../../support/gratings';

export default defineTable({
  name: 'find-pixel-size-flawed-specimens',
  about:
    'Find Pixel Size on specimens that are worn, bent, dirty or partly hidden, against the true pixel size and angle.',
  item: 'calibrations/pixel-size/find-pixel-size',
  rows: Object.keys(flawedSpecimens),
  seeds: 20,
  seconds: 1.5,
  measure: measureFlawed,
  pool: (measured) => [
    largest(measured, 'percent', { unit: '% off' }),
    largest(measured, 'degrees', { unit: 'degrees' }),
    ...honesty(measured),
  ],
});
