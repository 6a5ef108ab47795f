import { magIndex, micrometres, subtract, length, vector } from '../../../core/base';
import { areasNotSupported, LowDoseControl } from '../../../core/low-dose';
import { SettingsText } from '../../../core/user-settings';
import { defined, lowDoseBench, onSpecimen } from './column';

/** Name of the setting and the value of each write. */
const steps = (writes: readonly string[]) =>
  writes.map((write) => {
    const at = write.indexOf('=');
    return { name: write.slice(0, at), value: JSON.parse(write.slice(at + 1)) as unknown };
  });

describe('the apertures of an area', () => {
  test('are moved to where the area defines them, before spot size and intensity, and stay where it does not', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column, file } = bench;
    await lowDose.change('View', { condenserAperture: micrometres(150), objectiveAperture: micrometres(0) });
    await lowDose.change('Record', { condenserAperture: micrometres(70), objectiveAperture: micrometres(100) });
    expect(file.text.all('LowDoseApertures')).toEqual([
      ['0', '0', '150', '0'],
      ['3', '0', '70', '100'],
    ]);
    await lowDose.turnOn();
    await lowDose.goTo('View');
    expect([column.held.condenserAperture, column.held.objectiveAperture]).toEqual([micrometres(150), 0]);
    column.writes = [];
    await lowDose.goTo('Record');
    const order = steps(column.writes).map(({ name }) => name);
    expect(order.indexOf('condenserAperture')).toBeGreaterThan(order.indexOf('magIndex'));
    expect(order.indexOf('condenserAperture')).toBeLessThan(order.indexOf('intensity'));
    expect([column.held.condenserAperture, column.held.objectiveAperture]).toEqual([micrometres(70), micrometres(100)]);
    column.held.objectiveAperture = 40e-6;
    await lowDose.goTo('Focus');
    expect([column.held.condenserAperture, column.held.objectiveAperture]).toEqual([micrometres(70), 40e-6]);
  });

  test('are stored from the column only in an area that defines them', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.change('Record', { condenserAperture: micrometres(70) });
    await lowDose.turnOn();
    await lowDose.goTo('Record');
    column.held.condenserAperture = 50e-6;
    column.held.objectiveAperture = 40e-6;
    await lowDose.update();
    expect(lowDose.areas.Record.condenserAperture).toBeCloseTo(50e-6, 12);
    expect(lowDose.areas.Record.objectiveAperture).toBeUndefined();
  });

  test('come back where the way ends in the middle', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { lowDose, column } = bench;
    await lowDose.change('View', { condenserAperture: micrometres(150) });
    await lowDose.turnOn();
    column.onWrite = (name) => {
      if (name === 'intensity') throw new Error('the lens does not answer');
    };
    await expect(lowDose.goTo('View')).rejects.toThrow('the lens does not answer');
    expect(column.held.condenserAperture).toBe(50e-6);
  });
});

describe('a magnification that changes without the image shift of the operator', () => {
  test('takes it away before, puts the area there, and gives it back at the end', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { column, parts } = bench;
    const settings = {
      get: ((name: string) => (name === 'LowDoseChangeAtZeroIS' ? true : parts.settings.get(name as never))) as never,
    };
    const lowDose = new LowDoseControl({ ...parts, settings });
    await lowDose.turnOn();
    await lowDose.goTo('Record');
    column.held.imageShift = vector(column.held.imageShift.x + 0.4, column.held.imageShift.y);
    const moved = onSpecimen({ ...column.held, imageShift: vector(0.4, 0) });
    let last = { magIndex: 10, place: onSpecimen(column.held) };
    for (const name of ['View', 'Focus', 'Record', 'Search', 'Record'] as const) {
      column.writes = [];
      await lowDose.goTo(name);
      const all = steps(column.writes).filter((each) => each.name === 'imageShift' || each.name === 'magIndex');
      const at = all.findIndex((each) => each.name === 'magIndex');
      const placeOf = (index: number, mag: number) =>
        onSpecimen({ magIndex: mag, imageShift: all[index]!.value as typeof moved });
      const [before, after, end] = [
        placeOf(at - 1, last.magIndex),
        placeOf(at + 1, column.held.magIndex),
        onSpecimen(column.held),
      ];
      expect(all).toHaveLength(4);
      expect(length(subtract(subtract(end, after), moved))).toBeLessThan(1e-6);
      // Before the change the image stands in the area that is left, or already in the new one.
      const ofOld = length(subtract(subtract(last.place, before), moved));
      const ofNew = length(subtract(before, after));
      expect(Math.min(ofOld, ofNew)).toBeLessThan(1e-6);
      last = { magIndex: column.held.magIndex, place: end };
    }
  });

  test('stays as it was without the property: one image shift after the change of magnification', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    const { column, lowDose } = bench;
    await lowDose.turnOn();
    await lowDose.goTo('Focus');
    column.writes = [];
    await lowDose.goTo('Record');
    expect(steps(column.writes).filter(({ name }) => name === 'imageShift')).toHaveLength(1);
  });
});

describe('an area that asks for what is not done here', () => {
  const line = (area: number, table: number, { mag = 8, darkField = 0, duty = 100 } = {}) =>
    [
      'LowDoseParameters',
      area,
      mag,
      5,
      0.4,
      0,
      table,
      0,
      0,
      0,
      0,
      0,
      0,
      -999,
      -999,
      0,
      0,
      1,
      darkField,
      0.1,
      0,
      duty,
    ].join(' ');
  const text = [
    'SerialEMSettings',
    line(1, 0, { darkField: 1 }),
    line(3, 0, { duty: 40 }),
    line(2, 0),
    line(0, 2, { mag: -3 }),
    '',
  ].join('\n');

  test('is refused with what it asks for, before anything moves, and its line stays as it is', async () => {
    const { lowDose, column, file } = await lowDoseBench(text);
    await lowDose.turnOn();
    column.writes = [];
    await expect(lowDose.goTo('Focus')).rejects.toMatchObject({
      code: 'low-dose/not-supported',
      message: expect.stringContaining('dark field') as string,
    });
    await expect(lowDose.goTo('Record')).rejects.toMatchObject({ message: expect.stringContaining('40 %') as string });
    await expect(lowDose.copy('Focus', 'Trial')).rejects.toMatchObject({ code: 'low-dose/not-supported' });
    expect(column.writes).toEqual([]);
    await lowDose.goTo('Trial');
    await lowDose.change('Focus', { magIndex: magIndex(9) });
    expect(file.text.all('LowDoseParameters').find(([area]) => area === '1')).toHaveLength(21);
    expect(file.text.render()).toMatch(/^LowDoseParameters\t1 9 .* 1 0\.1 0 100$/m);
  });

  test('is named when a settings file is imported', () => {
    expect(areasNotSupported(SettingsText.parse(text)!)).toEqual([
      expect.stringMatching(/^Focus of Low Dose is not supported: it is in dark field\./),
      expect.stringMatching(/^Record of Low Dose is not supported: it sets a dose modulator to 40 %\./),
      expect.stringMatching(/^View of Low Dose in STEM is not supported: it is in diffraction\./),
    ]);
  });
});
