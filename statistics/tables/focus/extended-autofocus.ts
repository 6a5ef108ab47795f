import { largest, verdictCounts } from '../../harness/pooling';
import { defineTable } from '../../harness/table';
import {
  drawFocusWorld,
  extendedAutofocus,
  focusColumns,
  measureFocusCalibration,
} from '../../support/focus/focus-worlds';

/** A column at the magnifications of View. */
const column = { ...focusColumns.fei, magIndexes: [20, 21] };

export default defineTable({
  name: 'extended-autofocus',
  about:
    'Extended Autofocus against the true displacements, where the image grows and turns far from focus: at its lowest level, and where the beam tilt changes.',
  item: extendedAutofocus,
  seeds: 20,
  seconds: 12,
  measure: (seed, _, camera) => {
    const world = drawFocusWorld(seed, column);
    return measureFocusCalibration(
      { ...world, tilt: 0.6 * world.tilt, growth: 2e-4 * (seed % 5), turn: 0.005 * ((seed % 7) - 3) },
      camera ? { range: 36, levels: 6 } : { range: 72, levels: 13 },
      camera,
      { extended: { lowest: -300, highest: 100, interval: camera ? 60 : 20, tiltFactor: 0.5 } },
    );
  },
  pool: (measured) => [
    ...verdictCounts(measured),
    largest(measured, 'percent', { unit: '% off', atMost: 0.5 }),
    largest(measured, 'presentDefocus', { unit: 'um of present defocus', atMost: 0.05 }),
    largest(measured, 'curve', { unit: 'um of any defocus of the regular range', atMost: 0.1 }),
    largest(measured, 'jump', { unit: 'um of a jump where the tilt changes', atMost: 0.1 }),
    largest(measured, 'lowest', { unit: 'um at the lowest level', atMost: 0.5 }),
    largest(measured, 'far', { unit: 'um at 50 um above it', atMost: 0.5 }),
  ],
});
