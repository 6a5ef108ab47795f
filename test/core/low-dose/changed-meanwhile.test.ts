import {
  StoppedError,
  add,
  apply,
  beamShiftUnits,
  length,
  rotation,
  scaleMatrix,
  subtract,
  type Vector,
  vector,
} from '../../../core/base';
import { LowDoseControl } from '../../../core/low-dose';
import { type LowDoseAreaName, lowDoseAreas } from '../../../core/kernel';
import { BenchMemory, defined, type Held, type LowDoseBench, lowDoseBench, onSpecimen, unitsFor } from './column';

/** Place of an area on the specimen by its definition as it stands now, worked out from the settings alone. */
function placeOf({ lowDose, userSettings }: LowDoseBench, name: LowDoseAreaName): Vector {
  const isShifted = name === 'View' || name === 'Search';
  const { axisPosition } = lowDose.areas[isShifted ? 'Record' : name];
  const angle = userSettings.get('LowDoseRotateAxis') ? (userSettings.get('LowDoseAxisAngle') * Math.PI) / 180 : 0;
  const axis = vector(axisPosition * Math.cos(angle), axisPosition * Math.sin(angle));
  if (!isShifted) return axis;
  const [x = 0, y = 0, mag] = userSettings.get(name === 'View' ? 'LowDoseViewShift' : 'LDSearchShift');
  const at = mag ?? lowDose.areas[name].magIndex!;
  return add(axis, onSpecimen({ magIndex: at, imageShift: vector(x, y) }));
}

const offsetOf = ({ userSettings }: LowDoseBench, name: LowDoseAreaName): number =>
  name === 'View'
    ? userSettings.get('LowDoseViewDefocus')
    : name === 'Search'
      ? userSettings.get('LowDoseSearchDefocus')
      : 0;

/** Base of a column: focus in micrometres, and place on the specimen, without what an area adds. */
interface Base {
  focus: number;
  place: Vector;
  beam: Vector;
}

function expectBase(bench: LowDoseBench, name: LowDoseAreaName, { focus, place, beam }: Base): void {
  const { held } = bench.column;
  expect(held.defocus * 1e6).toBeCloseTo(focus + offsetOf(bench, name), 6);
  expect(length(subtract(onSpecimen(held), add(place, placeOf(bench, name))))).toBeLessThan(1e-6);
  expect(length(subtract(held.beamShift, add(beam, bench.lowDose.areas[name].beamShiftOffset)))).toBeLessThan(1e-6);
}

async function atRest(): Promise<LowDoseBench & { readonly base: Base }> {
  const bench = await lowDoseBench();
  await defined(bench);
  await bench.lowDose.turnOn();
  return { ...bench, base: { focus: 0, place: vector(0, 0), beam: vector(0, 0) } };
}

/** Lets the column follow what was changed. */
const settled = (bench: LowDoseBench): Promise<void> => bench.lowDose.settled();

describe('a setting that changes while the column is in an area', () => {
  test.each<[string, LowDoseAreaName, (bench: LowDoseBench) => Promise<unknown>]>([
    ['the shift offset of View', 'View', ({ userSettings }) => userSettings.set('LowDoseViewShift', [-2, 1])],
    ['the defocus offset of View', 'View', ({ userSettings }) => userSettings.set('LowDoseViewDefocus', -70)],
    ['the shift offset of Search', 'Search', ({ userSettings }) => userSettings.set('LDSearchShift', [1, 2])],
    ['the position of Record, seen from View', 'View', ({ lowDose }) => lowDose.change('Record', { axisPosition: 2 })],
    [
      'the beam offset of Focus',
      'Focus',
      ({ lowDose }) => lowDose.change('Focus', { beamShiftOffset: vector(beamShiftUnits(1), beamShiftUnits(2)) }),
    ],
    [
      'the angle of the axis',
      'Focus',
      async ({ userSettings }) => {
        await userSettings.set('LowDoseRotateAxis', true);
        await userSettings.set('LowDoseAxisAngle', 40);
      },
    ],
    [
      'a tied area',
      'Focus',
      async ({ userSettings, lowDose }) => {
        await userSettings.set('TieFocusTrialPos', true);
        await lowDose.change('Trial', { axisPosition: -5 });
      },
    ],
  ])('%s is followed at once, and leaving takes off what was put on', async (_what, name, change) => {
    const bench = await atRest();
    const { lowDose, base } = bench;
    await lowDose.goTo(name);
    await change(bench);
    await settled(bench);
    expectBase(bench, name, base);
    await lowDose.goTo('Record');
    expectBase(bench, 'Record', base);
  });

  test('takes off the old offset where the column cannot follow, and the log says so', async () => {
    const bench = await atRest();
    const { lowDose, column, userSettings, base, messages } = bench;
    await lowDose.goTo('View');
    await userSettings.set('LowDoseViewShift', [100, 0]);
    await settled(bench).catch(() => undefined);
    expect(messages).toEqual([expect.stringMatching(/does not follow.*cannot be reached/)]);
    column.onWrite = () => {};
    await lowDose.goTo('Record');
    expectBase(bench, 'Record', base);
  });

  test('and a STOP on the way back leaves the area as it was put on', async () => {
    const bench = await atRest();
    const { lowDose, column, userSettings, base } = bench;
    await lowDose.goTo('View');
    await userSettings.set('LowDoseViewDefocus', -120);
    await settled(bench);
    const stop = new AbortController();
    column.onWrite = (name) => {
      if (name !== 'magIndex') return;
      column.onWrite = () => {};
      stop.abort(new StoppedError());
      stop.signal.throwIfAborted();
    };
    await expect(lowDose.goTo('Record', stop.signal)).rejects.toThrow();
    expectBase(bench, 'View', base);
    await lowDose.goTo('Record');
    expectBase(bench, 'Record', base);
  });

  test('and a crash after it: the next program takes off what is in the column, once', async () => {
    const bench = await atRest();
    await bench.lowDose.goTo('View');
    await bench.userSettings.set('LowDoseViewShift', [1, 1]);
    await settled(bench);
    // The operator changes the file while the program is not there.
    const next = await lowDoseBench('', bench.folder);
    await next.userSettings.set('LowDoseViewShift', [-1, 0.5]);
    await next.userSettings.set('LowDoseViewDefocus', -10);
    Object.assign(next.column.held, bench.column.held);
    await next.lowDose.turnOn();
    await next.lowDose.goTo('Record');
    expectBase(next, 'Record', bench.base);
    await next.lowDose.goTo('View');
    expectBase(next, 'View', bench.base);
  });

  test('a magnification that View gets keeps its shift offset on the specimen', async () => {
    const bench = await atRest();
    const { lowDose, userSettings, base } = bench;
    const place = placeOf(bench, 'View');
    await lowDose.goTo('View');
    await lowDose.change('View', { magIndex: 7 as never });
    expect(userSettings.get('LowDoseViewShift')).toEqual([0.3, -0.1, 6]);
    expect(length(subtract(placeOf(bench, 'View'), place))).toBeLessThan(1e-9);
    expectBase(bench, 'View', base);
  });

  test('balancing in an area moves nothing, also later', async () => {
    const bench = await atRest();
    const { lowDose, column, base } = bench;
    await lowDose.change('Trial', { axisPosition: 5 });
    await lowDose.goTo('Focus');
    column.writes = [];
    const place = onSpecimen(column.held);
    await lowDose.balance();
    await settled(bench);
    expect(column.writes).toEqual([]);
    await lowDose.goTo('Trial');
    expect(onSpecimen(column.held).x - place.x).toBeCloseTo(2, 6);
    // The operator's own share takes up the move of the origin.
    expectBase(bench, 'Trial', { ...base, place: vector(2, 0) });
  });
});

describe('switching Low Dose off and on', () => {
  test('does not add the beam offset of Record again', async () => {
    const bench = await atRest();
    const { lowDose, column, base } = bench;
    for (let time = 0; time < 3; time++) {
      await lowDose.turnOn();
      await lowDose.goTo('Focus');
      expectBase(bench, 'Focus', base);
      await lowDose.turnOff();
      expect(column.held.beamShift).toEqual(lowDose.areas.Record.beamShiftOffset);
    }
  });
});

test('after a crash, the image shift of Focus is taken off once; one that has changed since is asked about', async () => {
  const bench = await atRest();
  await bench.lowDose.goTo('Focus');
  const next = await lowDoseBench('', bench.folder);
  Object.assign(next.column.held, bench.column.held);
  await next.lowDose.turnOn();
  expect(next.messages).toEqual([expect.stringMatching(/image shift of Focus is still in the column/)]);
  await next.lowDose.goTo('Record');
  expectBase(next, 'Record', bench.base);
  await next.lowDose.goTo('Focus');
  const third = await lowDoseBench('', bench.folder);
  Object.assign(third.column.held, next.column.held, { imageShift: vector(0, 0) });
  await third.lowDose.turnOn();
  expect(third.messages).toEqual([expect.stringMatching(/not known whether the image shift of Focus/)]);
  await third.lowDose.goTo('Record');
  expect(length(third.column.held.imageShift)).toBeLessThan(1e-9);
});

test('a crash on the way to View says that its offset may be in the column', async () => {
  const bench = await atRest();
  await bench.lowDose.goTo('Record');
  bench.column.onWrite = (name) => {
    if (name === 'beamShift') throw new Error('the program dies here');
  };
  const state = bench.parts.state;
  const written: unknown[] = [];
  const writing = jest.spyOn(state, 'write').mockImplementation((each) => Promise.resolve(void written.push(each)));
  await bench.lowDose.goTo('View').catch(() => undefined);
  writing.mockRestore();
  await state.write(written[0] as never);
  const next = await lowDoseBench('', bench.folder);
  next.column.held = { ...bench.column.held, defocus: -200e-6 };
  await next.lowDose.turnOn();
  expect(next.messages).toEqual([expect.stringMatching(/not known whether .*the defocus offset of -200 um of View/)]);
  await next.lowDose.goTo('Record');
  expect(next.column.held.defocus * 1e6).toBeCloseTo(-200, 9);
});

test('a thousand steps through areas, settings, STOPs and crashes never lose what the operator has shifted and focused', async () => {
  const memory = new BenchMemory();
  let bench: LowDoseBench = await lowDoseBench('', undefined, undefined, memory);
  await defined(bench);
  await bench.lowDose.turnOn();
  bench.column.resetsImageShift = true;
  const { column } = bench;
  await bench.lowDose.goTo('Record');
  const base: Base = { focus: 0, place: vector(0, 0), beam: vector(0, 0) };
  let random = 4711;
  const next = (below: number): number => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return (random >>> 8) % below;
  };
  const small = (): number => (next(201) - 100) / 100;
  const counts = { stops: 0, crashes: 0 };
  for (let step = 0; step < 1000; step++) {
    const { lowDose, userSettings } = bench;
    const here = lowDose.area!;
    const held: Held = structuredClone(column.held);
    switch (next(10)) {
      case 0:
        await userSettings.set('LowDoseViewShift', [small(), small()]);
        break;
      case 1:
        await userSettings.set('LDSearchShift', [small(), small()]);
        break;
      case 2:
        await userSettings.set('LowDoseViewDefocus', -next(300));
        break;
      case 3:
        await userSettings.set('LowDoseRotateAxis', next(2) === 0);
        await userSettings.set('LowDoseAxisAngle', next(300) - 150);
        break;
      case 4: {
        const area = lowDoseAreas[next(5)]!;
        const offset = vector(beamShiftUnits(small()), beamShiftUnits(small()));
        await lowDose.change(area, {
          axisPosition: 3 * small(),
          ...(area !== 'Record' && { beamShiftOffset: offset }),
        });
        // Changing the present area brings all of it to its definition.
        break;
      }
      case 5: {
        column.held.defocus += 1e-6 * small();
        base.focus += (column.held.defocus - held.defocus) * 1e6;
        const by = vector(0.2 * small(), 0.2 * small());
        const units = unitsFor(column.held.magIndex, by);
        // Nobody shifts the image out of reach of the areas.
        if (length(add(base.place, by)) < 3) {
          column.held.imageShift = add(column.held.imageShift, units);
          base.place = add(base.place, by);
        }
        break;
      }
      case 6: {
        // The signs by which the next program knows the column are those of the arrival.
        await lowDose.goTo(here);
        bench = await lowDoseBench('', undefined, column, memory);
        await bench.lowDose.turnOn();
        await bench.lowDose.goTo(here);
        counts.crashes++;
        break;
      }
      default: {
        const name = lowDoseAreas[next(5)]!;
        const controller = new AbortController();
        let left = next(3) === 0 ? next(9) : Infinity;
        column.onWrite = (what) => {
          if (what === 'blanked' || left-- > 0) return;
          column.onWrite = () => {};
          controller.abort(new StoppedError());
          controller.signal.throwIfAborted();
        };
        const arrived = await lowDose.goTo(name, controller.signal).then(
          () => true,
          () => false,
        );
        column.onWrite = () => {};
        if (!arrived) counts.stops++;
        expect(lowDose.area).toBe(arrived ? name : here);
      }
    }
    await bench.lowDose.settled();
    expectBase(bench, bench.lowDose.area!, base);
  }
  expect(counts.stops).toBeGreaterThan(30);
  expect(counts.crashes).toBeGreaterThan(50);
});

describe('with calibrations of high defocus', () => {
  /** Image shift that centres the same point, by a formula of the defocus alone. */
  const centring = (defocus: number) => scaleMatrix(rotation(defocus / 40), 1 - defocus / 2000);
  async function calibrated(folder?: string) {
    const bench = await lowDoseBench('SerialEMSettings\n', folder);
    if (folder === undefined) await defined(bench);
    const lowDose = new LowDoseControl({ ...bench.parts, centringAt: (_place, { defocus }) => centring(defocus) });
    await lowDose.turnOn();
    return { ...bench, lowDose };
  }
  const own = (bench: LowDoseBench, name: LowDoseAreaName): Vector => {
    const { magIndex } = bench.lowDose.areas[name];
    return unitsFor(magIndex!, placeOf(bench, name));
  };
  const shifted = (bench: LowDoseBench, name: LowDoseAreaName): Vector =>
    subtract(bench.column.held.imageShift, own(bench, name));

  test('what the operator has centred stays in the centre of View, and comes back exactly', async () => {
    const bench = await calibrated();
    const { lowDose, column, userSettings } = bench;
    await lowDose.goTo('Record');
    column.held.imageShift = add(column.held.imageShift, vector(0.4, -0.2));
    const place = onSpecimen({ magIndex: 10, imageShift: vector(0.4, -0.2) });
    const expected = (defocus: number) => apply(centring(defocus), unitsFor(6, place));
    await lowDose.goTo('View');
    expect(length(subtract(shifted(bench, 'View'), expected(-200)))).toBeLessThan(1e-9);
    await userSettings.set('LowDoseViewDefocus', -80);
    await lowDose.settled();
    expect(length(subtract(shifted(bench, 'View'), expected(-80)))).toBeLessThan(1e-9);
    // Search stands in low magnification, where the calibrations do not hold.
    await lowDose.goTo('Search');
    expect(length(subtract(shifted(bench, 'Search'), unitsFor(3, place)))).toBeLessThan(1e-9);
    await lowDose.goTo('View');
    await userSettings.set('LowDoseViewDefocus', 0);
    await lowDose.settled();
    await lowDose.goTo('Record');
    expect(length(subtract(shifted(bench, 'Record'), vector(0.4, -0.2)))).toBeLessThan(1e-9);
  });

  test('after a crash in View it is taken back as it was put on', async () => {
    const bench = await calibrated();
    await bench.lowDose.goTo('Record');
    bench.column.held.imageShift = add(bench.column.held.imageShift, vector(0.4, -0.2));
    await bench.lowDose.goTo('View');
    const next = await lowDoseBench('', bench.folder, bench.column);
    await next.lowDose.turnOn();
    await next.lowDose.goTo('Record');
    expect(length(subtract(shifted(next, 'Record'), vector(0.4, -0.2)))).toBeLessThan(1e-9);
  });
});
