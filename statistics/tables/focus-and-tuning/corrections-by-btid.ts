import { largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { comaFreeByBtid, correctAstigmatism, measureBtidTask } from '../../support/btid/btid-worlds';

/** Task, electrons for a pixel and second, what it leaves, and the limit of that in nanometres. */
const rows = {
  'astigmatism, strong images': { task: correctAstigmatism, electrons: 100, left: 'astigmatism', atMost: 15 },
  'astigmatism, weak images': { task: correctAstigmatism, electrons: 20, left: 'astigmatism', atMost: 40 },
  'coma, strong images': { task: comaFreeByBtid, electrons: 100, left: 'coma', atMost: 150 },
} as const;

export default defineTable({
  name: 'corrections-by-btid',
  about: 'The tasks that correct astigmatism and coma by beam tilt, with right calibrations: what they really leave.',
  item: correctAstigmatism,
  rows: Object.keys(rows),
  seeds: 20,
  seconds: 3,
  measure: (seed, row, camera) => {
    const { task, electrons } = rows[row as keyof typeof rows];
    return measureBtidTask(seed, task, { camera, simulator: { electronsPerFieldPixelPerSecond: electrons } });
  },
  pool: (measured, row) => {
    const { left, atMost } = rows[row as keyof typeof rows];
    return [largest(measured, left, { unit: 'nm left', atMost }), ...verdictCounts(measured)];
  },
});
