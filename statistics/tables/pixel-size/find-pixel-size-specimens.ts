import { largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { measureSpecimen, specimens } from '../../support/gratings';

export default defineTable({
  name: 'find-pixel-size-specimens',
  about:
    'Find Pixel Size on catalase and grid bars, against the true pixel size and angle, and on a film that has no lattice.',
  item: 'calibrations/pixel-size/find-pixel-size',
  rows: Object.keys(specimens),
  seeds: 20,
  seconds: 1.5,
  measure: measureSpecimen,
  pool: (measured, row) => [
    ...verdictCounts(measured),
    ...(row === 'no lattice'
      ? []
      : [largest(measured, 'percent', { unit: '% off' }), largest(measured, 'degrees', { unit: 'degrees' })]),
  ],
});
