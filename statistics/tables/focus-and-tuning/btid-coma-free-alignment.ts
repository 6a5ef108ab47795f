import { largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { type BtidColumn, btidColumns, btidComaFree, comaRecord, measureBtid } from '../../support/btid/btid-worlds';

const rows: Readonly<Record<string, { readonly threeShots: boolean; readonly column?: BtidColumn }>> = {
  'two rings': { threeShots: false },
  'three shots': { threeShots: true },
  JEOL: { threeShots: false, column: btidColumns.jeol },
  Hitachi: { threeShots: false, column: btidColumns.hitachi },
};

export default defineTable({
  name: 'btid-coma-free-alignment',
  about:
    'BTID Coma-free Alignment against the true matrices, with two rings of tilts and with the scheme of three shots, which takes twice as many images.',
  item: btidComaFree,
  rows: Object.keys(rows),
  seeds: 20,
  seconds: 4,
  measure: (seed, row, camera) =>
    measureBtid(seed, btidComaFree, comaRecord, {
      camera,
      ...rows[row]!,
      answers: { doubtful: 'yes' },
    }),
  pool: (measured) => [
    rmsOfError(measured, 'comaX', { unit: '% along X', atMost: 2 }),
    rmsOfError(measured, 'comaY', { unit: '% along Y', atMost: 2 }),
    largest(measured, 'images', { unit: 'images' }),
    ...verdictCounts(measured),
  ],
});
