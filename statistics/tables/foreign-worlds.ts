import { type MeasuredItem, kinds } from '../foreign/kinds';
import { goodShare, honesty, verdictCounts } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { measureInWorld } from '../support/worlds/world-runs';

const rows = Object.entries(kinds).flatMap(([kind, { items }]) => items.map((item) => `${item}, ${kind}`));

/** Item and kind of a row. */
function partsOf(row: string): readonly [MeasuredItem, string] {
  const [item = '', ...kind] = row.split(', ');
  return [item as MeasuredItem, kind.join(', ')];
}

export default defineTable({
  name: 'foreign-worlds',
  about:
    'Image Shift, Stage Shift and Find Pixel Size on instruments of all vendors, each in a world of which they know nothing: the share of the truths within two stated errors, of good and doubtful results. A result that is called good and is off by more than its errors can explain (joint probability below 1e-7) is a fault.',
  rows,
  seeds: 20,
  seconds: (row) => (row.startsWith('find') ? 1 : 3),
  measure: (seed, row) => {
    const [item, kind] = partsOf(row);
    return measureInWorld(item, kind, seed);
  },
  pool: (measured) => [...honesty(measured), ...verdictCounts(measured)],
  poolAll: (measured) => [...honesty(measured, { share: { atLeast: 93 } }), goodShare(measured, { atLeast: 50 })],
});
