import { honesty, largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import { autofocus, drawFocusWorld, focusColumns, measureFocusCalibration } from '../../support/focus/focus-worlds';

/** Kinds of worlds: the column, and what is special about them. */
const kinds = {
  'FEI in milliradians': { column: focusColumns.fei },
  'JEOL in percent': { column: focusColumns.jeol },
  'Hitachi in percent': { column: focusColumns.hitachi },
  'a curve that bends as on real sites': { column: focusColumns.fei, bent: true },
} as const;

export default defineTable({
  name: 'autofocus',
  about:
    'The calibration of Autofocus against the true displacements by beam tilt: slope, direction, present defocus and the defocus that the stored curve gives over its range.',
  item: autofocus,
  rows: Object.keys(kinds),
  seeds: 25,
  seconds: 6,
  measure: (seed, row, camera) => {
    const kind = kinds[row as keyof typeof kinds];
    const world = drawFocusWorld(seed, kind.column);
    // The local slope then varies by 9 to 20 % over 36 um.
    const bend = 'bent' in kind ? { growth: 0.0005 + 0.0003 * (seed % 4), turn: seed % 2 === 0 ? 0.03 : -0.03 } : {};
    // The quick test takes fewer levels of a smaller range.
    const range = camera ? { range: 20, levels: 6 } : { range: 36, levels: 13 };
    return measureFocusCalibration({ ...world, ...bend }, range, camera);
  },
  pool: (measured) => [
    ...verdictCounts(measured),
    largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
    largest(measured, 'degrees', { unit: 'degrees', atMost: 0.5 }),
    largest(measured, 'presentDefocus', { unit: 'um of present defocus', atMost: 0.05 }),
    largest(measured, 'curve', { unit: 'um of any defocus', atMost: 0.1 }),
    ...honesty(measured),
  ],
});
