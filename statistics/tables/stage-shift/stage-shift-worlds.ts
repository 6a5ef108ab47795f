import { honesty, largest, largestNormalized } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';
import { randomNumbers } from '../../support/random-numbers';
import { type StageWorld, errorsOf, measureWorld, quietWorld } from '../../support/worlds/stage-world';

type Draw = (low: number, high: number) => number;

/** Worlds by what is wrong with them; the fit knows none of it. */
const worlds: Readonly<Record<string, (draw: Draw) => Partial<StageWorld>>> = {
  'the cycles of the properties': (draw) => ({ drift: { x: draw(-3e-4, 3e-4), y: draw(-3e-4, 3e-4) } }),
  'other cycles': (draw) => ({
    cycles: { x: draw(40, 70), y: draw(40, 70) },
    entered: draw(0, 1) > 0.5 ? { x: 40, y: 40 } : { x: 62, y: 41 },
  }),
  'drift that may die away': (draw) => ({
    drift: { x: draw(-2e-3, 2e-3), y: draw(-2e-3, 2e-3) },
    decay: draw(0, 1) > 0.5 ? Infinity : draw(20, 150),
  }),
  'a holder that creeps after each move': (draw) => ({
    drift: { x: draw(-1e-3, 1e-3), y: draw(-1e-3, 1e-3) },
    creep: draw(-0.05, 0.05),
  }),
  'a second harmonic and a tooth': (draw) => ({ second: draw(0, 0.04), third: draw(0, 0.03) }),
  'images that tremble': (draw) => ({ trembling: 0.003 * 20 ** draw(0, 1) }),
  'coarse steps of the stage': (draw) => ({ step: draw(0.05, 0.5), cycles: { x: draw(40, 70), y: draw(40, 70) } }),
  'errors of shifts that are stated too small': (draw) => ({ shiftError: draw(0.1, 0.6), stated: draw(0.4, 1) }),
  'one wrong shift in each series': (draw) => ({ bad: draw(0.5, 30) }),
  'a wide field': (draw) => ({ field: draw(60, 150), cycles: { x: draw(40, 70), y: draw(40, 70) } }),
};
/** Stated error in percent up to which a calibration is good, and the tolerance that it then has to keep. */
const [goodUpTo, tolerance] = [0.5, 0.5];
const rows = Object.keys(worlds);

export default defineTable({
  name: 'stage-shift-worlds',
  about:
    'The fit of Stage Shift in worlds that it does not know, in numbers alone: other cycles, drift, creep, coarse steps, wrong shifts.',
  rows,
  seeds: 40,
  seconds: 1,
  measure: async (seed, row) => {
    const next = randomNumbers(7 * seed + rows.indexOf(row));
    const draw: Draw = (low, high) => low + (high - low) * next();
    const world = { ...quietWorld, amplitude: draw(0.03, 0.15), scatter: draw(0.005, 0.03), ...worlds[row]!(draw) };
    const { elements, stated, percent, statedPercent } = errorsOf(measureWorld(world, seed));
    const good = statedPercent < goodUpTo;
    return {
      errors: { elements, percent },
      stated: { elements: stated },
      verdict: good ? 'good' : 'doubtful',
      faults: broken({ 'a good result keeps the tolerance': !good || percent < tolerance }),
    };
  },
  pool: (measured) => [
    ...honesty(measured, { share: { atLeast: 88 } }),
    largestNormalized(measured, { atMost: 8 }),
    largest(measured, 'percent', { unit: '% off' }),
  ],
  poolAll: (measured) => honesty(measured, { share: { atLeast: 93 } }),
});
