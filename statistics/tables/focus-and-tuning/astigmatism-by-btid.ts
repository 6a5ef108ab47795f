import { honesty, largest, rmsOfError, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  type BtidColumn,
  astigmatismByBtid,
  astigmatismRecord,
  btidColumns,
  measureBtid,
} from '../../support/btid/btid-worlds';

/** Electrons for a pixel and second, the scheme, and the column; that of FEI by default. */
const rows: Readonly<
  Record<string, { readonly electrons: number; readonly threeShots: boolean; readonly column?: BtidColumn }>
> = {
  'strong images, four corners': { electrons: 100, threeShots: false },
  'strong images, three shots': { electrons: 100, threeShots: true },
  'weak images, four corners': { electrons: 20, threeShots: false },
  'weak images, three shots': { electrons: 20, threeShots: true },
  JEOL: { electrons: 100, threeShots: false, column: btidColumns.jeol },
  Hitachi: { electrons: 100, threeShots: false, column: btidColumns.hitachi },
};

export default defineTable({
  name: 'astigmatism-by-btid',
  about:
    'Astigmatism by BTID against the true matrices, with the pattern of corners and with the scheme of three shots, which takes half as many images again: columns with hysteresis, coma, drift and coils at an angle of their own.',
  item: astigmatismByBtid,
  rows: Object.keys(rows),
  seeds: 20,
  seconds: 3,
  measure: (seed, row, camera) => {
    const { electrons, threeShots, column } = rows[row]!;
    return measureBtid(seed, astigmatismByBtid, astigmatismRecord, {
      camera,
      threeShots,
      ...(column && { column }),
      simulator: { electronsPerFieldPixelPerSecond: electrons },
      answers: { doubtful: 'yes' },
    });
  },
  pool: (measured) => [
    rmsOfError(measured, 'focus', { unit: '% of focus', atMost: 0.3 }),
    rmsOfError(measured, 'stigmatorX', { unit: '% of the X stigmator', atMost: 1 }),
    rmsOfError(measured, 'stigmatorY', { unit: '% of the Y stigmator', atMost: 1 }),
    largest(measured, 'images', { unit: 'images' }),
    ...verdictCounts(measured),
  ],
  poolAll: (measured) => honesty(measured, { names: ['stigmatorX', 'stigmatorY'], share: { atLeast: 90 } }),
});
