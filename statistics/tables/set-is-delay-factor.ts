import { largest, verdictCounts } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { measureNothing, measureSearch } from '../support/settling';

const [settles, nothing] = ['a column that settles', 'a column that does not settle'] as const;

export default defineTable({
  name: 'set-is-delay-factor',
  about:
    'Search of Set IS Delay Factor for a factor that is long enough, on columns of three vendors: the share of what settles after a factor of 0.2 that is left, against what the virtual microscope reports of its exposures.',
  item: 'calibrations/image-and-stage-shift/set-is-delay-factor',
  rows: [settles, nothing],
  seeds: (row) => (row === settles ? 20 : 5),
  seconds: (row) => (row === settles ? 30 : 4),
  measure: (seed, row) => (row === settles ? measureSearch(seed) : measureNothing(seed)),
  pool: (measured, row) =>
    row === nothing
      ? verdictCounts(measured)
      : [
          largest(measured, 'left', { unit: '% left', decimals: 1, atMost: 5 }),
          largest(measured, 'said', { unit: '% from what the item says is left', decimals: 1, atMost: 4 }),
        ],
});
