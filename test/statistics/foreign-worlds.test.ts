import { Chance } from '../../statistics/foreign/chance';
import { type WrappedMicroscope, putInto, seenThrough } from '../../statistics/foreign/foreign-microscope';
import { type ForeignWorld, type Point, emptyWorld } from '../../statistics/foreign/foreign-world';
import { type Place, drawWorld, kinds } from '../../statistics/foreign/kinds';
import { hiddenSteps, jumps, lostMotion, slowArrival } from '../../statistics/foreign/movements';
import { bentField } from '../../statistics/foreign/pictures';
import { rowsOf } from '../../statistics/harness/table';
import foreignWorlds from '../../statistics/tables/foreign-worlds';
import knownWorlds from '../../statistics/tables/known-worlds';
import { importsOf, typescriptIn } from '../architecture/source-files';

test('the worlds are made without the simulation and without the numerics that measure in them', () => {
  const files = typescriptIn(['statistics/foreign']);
  expect(files.length).toBeGreaterThan(4);
  const beyond = files
    .flatMap((file) => importsOf(file).map(({ wanted, target }) => target ?? wanted))
    .filter((place) => !place.startsWith('statistics/foreign/'));
  expect([...new Set(beyond)]).toEqual(['statistics/support/random-numbers']);
  expect(importsOf('statistics/support/random-numbers.ts')).toEqual([]);
});

test('there are at least twelve kinds for the items that measure shifts', () => {
  for (const item of ['image-shift', 'stage-shift'])
    expect(Object.values(kinds).filter(({ items }) => items.some((each) => each === item)).length).toBeGreaterThan(12);
  expect(rowsOf(foreignWorlds)).toHaveLength(Object.values(kinds).reduce((sum, { items }) => sum + items.length, 0));
});

const side = 64;
const place: Place = { item: 'image-shift', cycles: [62, 41], seed: 1, field: 6.4, pixel: 0.1, coils: 6.4 };

/** A microscope that shows a single spot: image shift and stage move it by 10 pixels for one unit and for one micrometre. */
function spotMicroscope(): { readonly microscope: WrappedMicroscope; readonly shown: () => Point } {
  const state = { imageShift: { x: 0, y: 0 }, stage: { x: 0, y: 0 } };
  return {
    shown: () => state.imageShift,
    microscope: {
      state,
      setImageShift: (shift) => void (state.imageShift = shift),
      moveStage: (to) => {
        state.stage = { ...state.stage, ...to };
        return 1;
      },
      expose({ exposure }) {
        const data = new Uint16Array(side * side);
        const [column, row] = [
          side / 2 - 10 * (state.imageShift.x + state.stage.x),
          side / 2 + 10 * (state.imageShift.y + state.stage.y),
        ];
        for (let y = 0, at = 0; y < side; y++)
          for (let x = 0; x < side; x++, at++)
            data[at] = 20000 * exposure * Math.exp(-((x + 0.5 - column) ** 2 + (y + 0.5 - row) ** 2) / 8);
        return { width: side, height: side, data };
      },
    },
  };
}

/** The centre of what an image shows, from its middle, Y up. */
function centreOf({ data }: { readonly data: Uint16Array }): Point {
  let [sum, x, y] = [0, 0, 0];
  for (let at = 0; at < data.length; at++) {
    sum += data[at]!;
    x += data[at]! * ((at % side) + 0.5 - side / 2);
    y += data[at]! * (side / 2 - Math.floor(at / side) - 0.5);
  }
  return { x: x / sum, y: y / sum };
}

const perUnit = { xpx: 10, xpy: 0, ypx: 0, ypy: 10 };
function inWorld(changes: Partial<ForeignWorld>) {
  const world = { ...emptyWorld, ...changes };
  const { microscope, shown } = spotMicroscope();
  let time = 0;
  putInto(world, microscope, {
    now: () => time,
    camera: { width: side, height: side },
    imageShift: perUnit,
    stage: perUnit,
    pixel: 0.1,
  });
  return {
    world,
    microscope,
    shown,
    wait: (seconds: number) => void (time += seconds),
    look: () => centreOf(microscope.expose({ camera: 0, binning: 1, exposure: 1 })),
  };
}

test('a world displaces what is seen, and the settings read as they were asked for', () => {
  const { microscope, shown, look } = inWorld({ wander: [jumps([{ from: 1, to: 2, by: { x: 0.3, y: -0.2 } }])] });
  microscope.setImageShift({ x: 0.5, y: 0 });
  expect(look()).toEqual({ x: expect.closeTo(-5, 1) as number, y: expect.closeTo(0, 1) as number });
  expect(look()).toEqual({ x: expect.closeTo(-2, 1) as number, y: expect.closeTo(-2, 1) as number });
  expect(look().x).toBeCloseTo(-5, 1);
  expect(shown()).toEqual({ x: 0.5, y: 0 });
});

test('a carriage that stands off at the start leaves the view in the beam, and its moves are seen', () => {
  const { microscope, shown } = inWorld({
    carriage: [(moves) => ({ x: 5 + 0.1 * (moves.length - 1), y: -3 })],
  });
  const from = centreOf(microscope.expose({ camera: 0, binning: 1, exposure: 1 }));
  expect(Math.hypot(from.x, from.y)).toBeLessThan(0.05);
  microscope.moveStage({ x: 0 });
  const to = centreOf(microscope.expose({ camera: 0, binning: 1, exposure: 1 }));
  expect(Math.abs(Math.abs(to.x - from.x) - 1)).toBeLessThan(0.05);
  expect(shown()).toEqual({ x: 0, y: 0 });
});

test('coils that stay back, arrive late or go in steps do so by what was asked of them', () => {
  const lazy = inWorld({ coils: [lostMotion({ x: 0.2, y: 0.2 })] });
  lazy.microscope.setImageShift({ x: 1, y: 0 });
  expect(lazy.look().x).toBeCloseTo(-9, 1);
  lazy.microscope.setImageShift({ x: 0, y: 0 });
  expect(lazy.look().x).toBeCloseTo(-1, 1);

  const late = inWorld({ coils: [slowArrival(0.5, 1, 1)] });
  late.microscope.setImageShift({ x: 1, y: 0 });
  late.wait(10);
  expect(late.look().x).toBeCloseTo(-10, 1);
  late.microscope.setImageShift({ x: 0, y: 0 });
  // Between the start and the end of the exposure the missing half falls to 1/e of it.
  expect(late.look().x).toBeCloseTo(-5 * (1 - Math.exp(-1)), 0);

  const stepped = inWorld({ carriage: [hiddenSteps({ x: 0.4, y: 0.4 })] });
  stepped.microscope.moveStage({ x: 1.1 });
  expect(stepped.look().x).toBeCloseTo(-12, 1);
});

test('a bent field shows a spot where its formula says, and enlarges the middle by its reach', () => {
  const { microscope, look, world } = inWorld({ field: bentField(0.1, 0), reach: 1.25 });
  microscope.setImageShift({ x: -1.6, y: 0 });
  // At half the shorter side of the undistorted picture; s (1 - 0.1 s^2) = 0.5 * 1.25 for the place s where it is seen.
  let seen = 0.6;
  for (let step = 0; step < 30; step++) seen = 0.625 + 0.1 * seen ** 3;
  expect(look().x).toBeCloseTo(32 * seen, 0);
  expect(seenThrough(world, perUnit).xpx).toBeCloseTo(12.5, 9);
});

test.each(Object.keys(kinds))('the world "%s" is the same for the same seed, and another for another', (kind) => {
  const drawn = (seed: number) => {
    const { microscope, wait } = inWorld(drawWorld(kind, new Chance(seed), place));
    microscope.setImageShift({ x: 0, y: 0 });
    microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    wait(2);
    microscope.setImageShift({ x: 1, y: -1 });
    microscope.moveStage({ x: 0.4, y: 0.3 });
    wait(2);
    return [0, 1, 2, 3, 4, 5].map(() => [...microscope.expose({ camera: 0, binning: 1, exposure: 1 }).data].join());
  };
  expect(drawn(3)).toEqual(drawn(3));
  expect(drawn(3)).not.toEqual(drawn(4));
});

test.each(['image-shift, uneven light', 'find-pixel-size, another pixel size'])(
  'in the row "%s" nothing is called good that is wrong',
  async (row) => {
    const { faults, verdict } = await foreignWorlds.measure(1, row);
    expect(faults).toEqual([]);
    expect(verdict).not.toBe('');
  },
);

test('in a known world an item is good', async () => {
  const { faults, verdict } = await knownWorlds.measure(1, 'find-pixel-size');
  expect({ faults, verdict }).toEqual({ faults: [], verdict: 'good' });
});
