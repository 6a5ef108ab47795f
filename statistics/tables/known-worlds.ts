import type { MeasuredItem } from '../foreign/kinds';
import { goodShare, honesty, verdictCounts } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { measureInWorld, worldItems } from '../support/worlds/world-runs';

export default defineTable({
  name: 'known-worlds',
  about:
    'Image Shift, Stage Shift and Find Pixel Size on instruments of all vendors, in worlds that they know: the share of the truths within two stated errors, and of the results that are called good.',
  rows: Object.keys(worldItems),
  seeds: 120,
  seconds: 3,
  measure: (seed, row) => measureInWorld(row as MeasuredItem, undefined, seed),
  pool: (measured) => [...honesty(measured), ...verdictCounts(measured)],
  poolAll: (measured) => [
    ...honesty(measured, { share: { atLeast: 93, atMost: 97 } }),
    goodShare(measured, { atLeast: 80 }),
  ],
});
