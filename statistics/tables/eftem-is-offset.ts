import { largest } from '../harness/pooling';
import { defineTable } from '../harness/table';
import { measureBridge, measureOffsetsAfter, measureOffsetsFirst } from '../support/eftem/eftem-offset';

const rows = {
  'the bridge alone': measureBridge,
  'with Mag IS Offsets before it': measureOffsetsFirst,
  'with Mag IS Offsets after it': measureOffsetsAfter,
} as const;

export default defineTable({
  name: 'eftem-is-offset',
  about:
    'EFTEM IS Offset by an operator who centres to one pixel: distance of a feature from the centre after the mode has changed, and as a share of the distance that these centrings explain.',
  item: 'calibrations/image-and-stage-shift/eftem-is-offset',
  rows: Object.keys(rows),
  seeds: 20,
  seconds: 1,
  measure: (seed, row) => rows[row as keyof typeof rows](seed),
  pool: (measured) => [
    largest(measured, 'pixels', { unit: 'pixels', decimals: 1 }),
    largest(measured, 'allowance', { unit: 'of what the centrings explain', decimals: 2, atMost: 1 }),
  ],
});
