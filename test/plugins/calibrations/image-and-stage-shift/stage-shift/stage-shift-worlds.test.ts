import { tellFigures } from '../../../../support/figures';
import { randomNumbers, verifying } from '../../../../support/virtual-instrument';
import { type StageWorld, errorsOf, measureWorld, quietWorld } from './stage-world';

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
  'coarse steps of the stage': (draw) => ({ step: draw(0.05, 0.5), cycles: { x: draw(40, 70), y: draw(40, 70) } }),
  'errors of shifts that are stated too small': (draw) => ({ shiftError: draw(0.1, 0.6), stated: draw(0.4, 1) }),
  'one wrong shift in each series': (draw) => ({ bad: draw(0.5, 30) }),
  'a wide field': (draw) => ({ field: draw(60, 150), cycles: { x: draw(40, 70), y: draw(40, 70) } }),
};
const names = Object.keys(worlds);
const seeds = verifying ? Array.from({ length: 40 }, (_, index) => index + 1) : [1];
/** Stated error in percent up to which a calibration is good, and the tolerance that it then has to keep. */
const [goodUpTo, tolerance] = [0.5, 0.5];
const pooled: number[] = [];

function measured(name: string, seed: number) {
  const next = randomNumbers(7 * seed + names.indexOf(name));
  const draw: Draw = (low, high) => low + (high - low) * next();
  const world = { ...quietWorld, amplitude: draw(0.03, 0.15), scatter: draw(0.005, 0.03), ...worlds[name]!(draw) };
  return errorsOf(measureWorld(world, seed));
}

test.each(names)('in a world with %s the result is within its errors and the tolerance, or not good', (name) => {
  const runs = seeds.map((seed) => measured(name, seed));
  const z = runs.flatMap((run) => run.z);
  pooled.push(...z);
  const within = z.filter((each) => Math.abs(each) <= 2).length / z.length;
  const good = runs.filter(({ stated }) => stated < goodUpTo);
  tellFigures(
    `${name}, seeds 1-${seeds.length}: ${(100 * within).toFixed(1)} % within two standard errors, ${good.length} good, at most ${Math.max(...good.map(({ percent }) => percent)).toFixed(3)} % off`,
  );
  for (const { percent } of good) expect(percent).toBeLessThan(tolerance);
  expect(Math.max(...z.map(Math.abs))).toBeLessThan(6);
  if (verifying) expect(within).toBeGreaterThan(0.88);
});

(verifying ? test : test.skip)(
  'over all worlds the truth lies within two standard errors in 93 of 100 (long statistics)',
  () => {
    expect(pooled.filter((each) => Math.abs(each) <= 2).length / pooled.length).toBeGreaterThan(0.93);
  },
);
