import { largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { btidComaFree, comaRecord, measureBtid } from '../../support/btid-worlds';

const schemes = { 'two rings': false, 'three shots': true };

export default defineTable({
  name: 'btid-coma-free-alignment',
  about:
    'BTID Coma-free Alignment against the true matrices, with two rings of tilts and with the scheme of three shots, which takes twice as many images.',
  item: btidComaFree,
  rows: Object.keys(schemes),
  seeds: 20,
  seconds: 4,
  measure: (seed, row, camera) =>
    measureBtid(seed, btidComaFree, comaRecord, {
      camera,
      threeShots: schemes[row as keyof typeof schemes],
      answers: { doubtful: 'yes' },
    }),
  pool: (measured) => [
    rmsOfError(measured, 'comaX', { unit: '% along X', atMost: 2 }),
    rmsOfError(measured, 'comaY', { unit: '% along Y', atMost: 2 }),
    largest(measured, 'images', { unit: 'images' }),
    ...verdictCounts(measured),
  ],
});
