import { largest } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { measureSearch } from '../support/settling';

export default defineTable({
  name: 'set-is-delay-factor',
  about:
    'Search of Set IS Delay Factor for a factor that is long enough, on columns of three vendors: the share of what settles after a factor of 0.2 that is left, against what the virtual microscope reports of its exposures.',
  item: 'calibrations/image-and-stage-shift/set-is-delay-factor',
  seeds: 20,
  seconds: 30,
  measure: measureSearch,
  pool: (measured) => [
    largest(measured, 'left', { unit: '% left', decimals: 1, atMost: 5 }),
    largest(measured, 'said', { unit: '% from what the item says is left', decimals: 1, atMost: 4 }),
  ],
});
