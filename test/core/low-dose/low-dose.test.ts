import { existsSync, readFileSync } from 'node:fs';
import { StoppedError, beamShiftUnits, length, subtract, vector } from '../../../core/base';
import { type LowDoseAreaName, lowDoseAreas } from '../../../core/kernel';
import { LowDoseControl } from '../../../core/low-dose';
import { BenchMemory, defined, type Held, type LowDoseBench, lowDoseBench, lowestRegular, onSpecimen } from './column';

/** The state that the rules ask for in an area, worked out from the definitions alone. */
function expectArea(
  { column, lowDose, userSettings }: LowDoseBench,
  name: LowDoseAreaName,
  base: { readonly focus: number; readonly centred: { x: number; y: number } },
): void {
  const area = lowDose.areas[name];
  const { held } = column;
  expect([held.magIndex, held.spotSize, held.intensity]).toEqual([area.magIndex, area.spotSize, area.intensity]);
  if (held.magIndex >= lowestRegular) expect(held.probeMode).toBe(area.probeMode);
  expect(held.alpha).toBe(area.alpha);
  const offset =
    name === 'View'
      ? userSettings.get('LowDoseViewDefocus')
      : name === 'Search'
        ? userSettings.get('LowDoseSearchDefocus')
        : 0;
  expect(held.defocus * 1e6).toBeCloseTo(base.focus + offset, 6);
  expect(length(subtract(held.beamShift, area.beamShiftOffset))).toBeLessThan(1e-9);
  const position = name === 'View' || name === 'Search' ? lowDose.areas.Record.axisPosition : area.axisPosition;
  const [shiftX = 0, shiftY = 0] = name === 'View' ? userSettings.get('LowDoseViewShift') : [];
  const added = onSpecimen({ ...held, imageShift: vector(shiftX, shiftY) });
  const place = onSpecimen(held);
  expect(place.x).toBeCloseTo(position + added.x + base.centred.x, 6);
  expect(place.y).toBeCloseTo(added.y + base.centred.y, 6);
}

describe('going from area to area', () => {
  test('brings the column to what each area says, with the offsets of View and Search taken off behind it', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.turnOn();
    expect(lowDose.area).toBeUndefined();
    expect(column.writes).toEqual(['blanked=true']);
    const base = { focus: 0, centred: { x: 0, y: 0 } };
    for (const name of ['View', 'Record', 'Focus', 'View', 'Search', 'View', 'Trial', 'Record'] as const) {
      await lowDose.goTo(name);
      expectArea(bench, name, base);
    }
  });

  test('keeps what the operator has shifted and focused since', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.turnOn();
    await lowDose.goTo('View');
    column.held.defocus -= 1.5e-6;
    column.held.imageShift = vector(column.held.imageShift.x + 0.2, column.held.imageShift.y);
    const moved = onSpecimen({ ...column.held, imageShift: vector(0.2, 0) });
    await lowDose.goTo('Record');
    expectArea(bench, 'Record', { focus: -1.5, centred: moved });
    await lowDose.goTo('View');
    expectArea(bench, 'View', { focus: -1.5, centred: moved });
  });

  test('shifts the image before the magnification falls, and after it rises', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    const order = async (from: LowDoseAreaName, to: LowDoseAreaName): Promise<string[]> => {
      await lowDose.goTo(from);
      column.writes = [];
      await lowDose.goTo(to);
      return column.writes
        .map((write) => write.split('=')[0]!)
        .filter((name) => name === 'magIndex' || name === 'imageShift');
    };
    await lowDose.turnOn();
    expect(await order('Record', 'Focus')).toEqual(['imageShift', 'magIndex', 'imageShift']);
    expect(await order('Focus', 'Record')).toEqual(['magIndex', 'imageShift']);
    expect(await order('Focus', 'Trial')).toEqual(['imageShift']);
    expect((await order('Record', 'Search'))[0]).toBe('magIndex');
  });

  test('takes from the column what nobody has defined, the first time', async () => {
    const { lowDose, column, file } = await lowDoseBench();
    await lowDose.turnOn();
    await lowDose.goTo('Trial');
    expect(lowDose.areas.Trial).toMatchObject({
      magIndex: 8,
      spotSize: 4,
      intensity: 0.4,
      probeMode: 'micro',
      alpha: 2,
    });
    expect(file.text.render()).toMatch(/LowDoseParameters\t2 8 4 0\.4 0 0 /);
    expect(column.held.magIndex).toBe(8);
  });

  test('is refused where an area is out of reach or in diffraction, and nothing moves', async () => {
    const bench = await lowDoseBench('SerialEMSettings\nLowDoseParameters 1 -4 5 0.4 0 0\n');
    const { lowDose, column, userSettings } = bench;
    await lowDose.turnOn();
    column.writes = [];
    await expect(lowDose.goTo('Focus')).rejects.toMatchObject({ code: 'low-dose/diffraction' });
    await userSettings.set('LowDoseViewShift', [40, 0]);
    await expect(lowDose.goTo('View')).rejects.toMatchObject({ code: 'low-dose/out-of-reach' });
    expect(column.writes).toEqual([]);
    expect(lowDose.area).toBeUndefined();
    await expect(lowDose.change('Trial', { axisPosition: 25 })).rejects.toMatchObject({ code: 'low-dose/refused' });
  });

  test('needs an image-shift calibration for a place beside the axis, and says so before anything moves', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { parts, column } = bench;
    const optics = { ...parts.optics, at: () => ({ isLowMagnification: false, magnification: 1 }) as never };
    const lowDose = new LowDoseControl({ ...parts, optics });
    await lowDose.turnOn();
    column.writes = [];
    await expect(lowDose.goTo('Focus')).rejects.toMatchObject({ code: 'low-dose/no-matrix' });
    expect(column.writes).toEqual([]);
  });
});

describe('switching off, STOP and failures', () => {
  test('switching off goes to Record and leaves the beam on; nothing is left in use', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column, statePath } = bench;
    await lowDose.turnOn();
    await lowDose.goTo('View');
    await lowDose.turnOff();
    expectArea(bench, 'Record', { focus: 0, centred: { x: 0, y: 0 } });
    expect([lowDose.on, lowDose.area, column.held.blanked, existsSync(statePath)]).toEqual([
      false,
      undefined,
      false,
      false,
    ]);
    await expect(lowDose.goTo('View')).rejects.toMatchObject({ code: 'low-dose/off' });
  });

  test('a thousand walks through areas, magnifications, STOPs and failures end where the rules say, or where they began', async () => {
    const bench = await lowDoseBench('', undefined, undefined, new BenchMemory());
    const { lowDose, column, userSettings } = bench;
    await defined(bench, { view: 4 });
    column.resetsImageShift = true;
    await lowDose.turnOn();
    await lowDose.goTo('Record');
    let random = 12345;
    const next = (below: number): number => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      return (random >>> 8) % below;
    };
    let focus = 0;
    let stops = 0;
    for (let walk = 0; walk < 1000; walk++) {
      const name = lowDoseAreas[next(lowDoseAreas.length)]!;
      if (next(4) === 0) {
        const by = (next(21) - 10) * 1e-7;
        column.held.defocus += by;
        focus += by * 1e6;
      }
      if (next(9) === 0) await userSettings.set('LowDoseRotateAxis', next(2) === 0);
      if (lowDose.area !== name && next(3) === 0) {
        const controller = new AbortController();
        let left = next(9);
        const before: Held = structuredClone(column.held);
        const { area } = lowDose;
        column.onWrite = (what) => {
          if (what === 'blanked' || left-- > 0) return;
          column.onWrite = () => {};
          if (next(2) === 0) controller.abort(new StoppedError());
          else throw new Error('the column does not answer');
          controller.signal.throwIfAborted();
        };
        const ended = await lowDose.goTo(name, controller.signal).then(
          () => true,
          () => false,
        );
        column.onWrite = () => {};
        if (ended) continue;
        stops++;
        expect(lowDose.area).toBe(area);
        const roundOff = (held: Held) => ({
          ...held,
          imageShift: 0,
          defocus: 0,
          beamShift: 0,
          beamTilt: 0,
          blanked: 0,
        });
        expect(roundOff(column.held)).toEqual(roundOff(before));
        expect(length(subtract(column.held.imageShift, before.imageShift))).toBeLessThan(1e-9);
        expect(length(subtract(column.held.beamShift, before.beamShift))).toBeLessThan(1e-9);
        expect(column.held.defocus).toBeCloseTo(before.defocus, 12);
        continue;
      }
      await lowDose.goTo(name);
      expect(column.held.defocus * 1e6).toBeCloseTo(focus + (name === 'View' ? -200 : name === 'Search' ? -500 : 0), 4);
      expect(column.held.magIndex).toBe(lowDose.areas[name].magIndex);
      expect(column.held.blanked).toBe(true);
    }
    expect(stops).toBeGreaterThan(100);
  });

  test('what cannot be put back is said, and no offset is believed to be in use', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.turnOn();
    await lowDose.goTo('Record');
    column.onWrite = (what) => {
      if (what === 'magIndex') return;
      throw new Error('the line is dead');
    };
    await expect(lowDose.goTo('View')).rejects.toMatchObject({ code: expect.stringMatching(/low-dose/) as string });
  });
});

describe('definitions', () => {
  test('are lines of the settings file, of which what is not worked with stays', async () => {
    const line = 'LowDoseParameters 3 28 5 0.412345 1.5 0 1 20.0 5.0 0 0.1 0.2 -999 -2.5 0.3 0.4 0 2 0.5 0.6 75.0';
    const { lowDose, path } = await lowDoseBench(`SerialEMSettings\n${line}\nSomething else\n`);
    expect(lowDose.areas.Record).toEqual({
      magIndex: 28,
      spotSize: 5,
      intensity: 0.412345,
      axisPosition: 1.5,
      beamShiftOffset: { x: 0.1, y: 0.2 },
      beamTiltOffset: { x: 0.3, y: 0.4 },
      slit: { inserted: true, width: 20, energyLoss: 5, zeroLoss: false },
      probeMode: 'nano',
    });
    await lowDose.change('Record', { spotSize: 6 });
    expect(readFileSync(path, 'utf8')).toBe(
      'SerialEMSettings\nLowDoseParameters\t3 28 6 0.412345 1.5 0 1 20.0 5.0 0 0.1 0.2 -999 -2.5 0.3 0.4 0 2 0.5 0.6 75.0\nSomething else\n',
    );
  });

  test('that are short, or from far away, are read as SerialEM reads them', async () => {
    const { lowDose } = await lowDoseBench('SerialEMSettings\nLowDoseParameters 0 28 5 0.4 250.0\n');
    expect(lowDose.areas.View).toMatchObject({ magIndex: 28, axisPosition: 0, probeMode: 'micro' });
    expect(lowDose.areas.Trial.magIndex).toBeUndefined();
  });

  test('of the area in which the column is are followed at once; of View, with the offset', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.turnOn();
    await lowDose.goTo('Focus');
    await lowDose.change('Focus', { axisPosition: 5, intensity: 0.3 });
    expectArea(bench, 'Focus', { focus: 0, centred: { x: 0, y: 0 } });
    expect(column.held.intensity).toBe(0.3);
  });

  test('tied areas follow each other; tied positions follow alone', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, userSettings } = bench;
    await userSettings.set('TieFocusTrialPos', true);
    await lowDose.change('Focus', { axisPosition: 2, intensity: 0.31 });
    expect(lowDose.areas.Trial).toMatchObject({ axisPosition: 2, intensity: 0.45 });
    await userSettings.set('LowDoseTieFocusTrial', true);
    await lowDose.change('Trial', { intensity: 0.33 });
    expect(lowDose.areas.Focus).toMatchObject({ intensity: 0.33 });
  });

  test('are copied without the position, and Record takes no beam offsets over', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose } = bench;
    await lowDose.change('Focus', { beamShiftOffset: vector(beamShiftUnits(1), beamShiftUnits(1)) });
    await lowDose.copy('Focus', 'Record');
    expect(lowDose.areas.Record).toMatchObject({ magIndex: 9, axisPosition: 0, beamShiftOffset: { x: 0, y: 0 } });
  });

  test('balancing moves the origin and nothing of the column, and a second time moves it back', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.change('Trial', { axisPosition: 5 });
    await lowDose.turnOn();
    await lowDose.goTo('Record');
    column.writes = [];
    await lowDose.balance();
    const { Record, Focus, Trial } = lowDose.areas;
    expect([Record.axisPosition, Focus.axisPosition, Trial.axisPosition]).toEqual([-2, 1, 3]);
    await lowDose.balance();
    expect(lowDose.areas.Record.axisPosition).toBeCloseTo(0, 9);
    expect(column.writes).toEqual([]);
  });

  test('with continuous update, what is changed in an area is stored before it is left; without, it is put back', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.turnOn();
    await lowDose.goTo('Focus');
    column.held.intensity = 0.5;
    await lowDose.goTo('Record');
    await lowDose.goTo('Focus');
    expect(column.held.intensity).toBe(0.4);
    lowDose.continuousUpdate = true;
    column.held.intensity = 0.5;
    await lowDose.goTo('Record');
    await lowDose.goTo('Focus');
    expect(column.held.intensity).toBe(0.5);
  });
});

test('the beam is blanked between images, and with the screen down as the user wants it', async () => {
  const bench = await lowDoseBench();
  const { lowDose, column, userSettings } = bench;
  await lowDose.turnOn();
  expect(column.held.blanked).toBe(true);
  column.held.screenDown = true;
  await lowDose.blankAsNeeded();
  expect(column.held.blanked).toBe(false);
  await userSettings.set('LowDoseBlankWhenDown', true);
  await lowDose.blankAsNeeded();
  expect(column.held.blanked).toBe(true);
  column.held.screenDown = false;
  await userSettings.set('SkipBlankingInLowDose', true);
  await lowDose.blankAsNeeded();
  expect(column.held.blanked).toBe(false);
});
