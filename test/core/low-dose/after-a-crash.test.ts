import { defined, lowDoseBench } from './column';

describe('after a crash', () => {
  test('the offset of View is taken off once, not added again', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    await bench.lowDose.turnOn();
    await bench.lowDose.goTo('View');
    expect(bench.column.held.defocus * 1e6).toBeCloseTo(-200, 9);
    const next = await lowDoseBench('', bench.folder);
    Object.assign(next.column.held, bench.column.held);
    await next.lowDose.turnOn();
    expect(next.messages).toEqual([expect.stringMatching(/offset of -200 um of View is still in the column/)]);
    expect(next.lowDose.area).toBe('View');
    await next.lowDose.goTo('Record');
    expect(next.column.held.defocus * 1e6).toBeCloseTo(0, 9);
    await next.lowDose.goTo('View');
    expect(next.column.held.defocus * 1e6).toBeCloseTo(-200, 9);
  });

  test('an operator who has focused since reads so, and nothing is taken off', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    await bench.lowDose.turnOn();
    await bench.lowDose.goTo('View');
    const next = await lowDoseBench('', bench.folder);
    Object.assign(next.column.held, bench.column.held, { defocus: -3e-6 });
    await next.lowDose.turnOn();
    expect(next.messages).toEqual([expect.stringMatching(/not known whether/)]);
    expect(next.lowDose.area).toBeUndefined();
    await next.lowDose.goTo('Record');
    expect(next.column.held.defocus * 1e6).toBeCloseTo(-3, 9);
  });

  test('the operator is asked where it is not known, and the word of the operator counts', async () => {
    for (const isThere of [true, false]) {
      const bench = await lowDoseBench();
      await defined(bench);
      await bench.lowDose.turnOn();
      await bench.lowDose.goTo('View');
      const { lowDose, column } = await lowDoseBench('', bench.folder);
      Object.assign(column.held, bench.column.held, { defocus: -203e-6 });
      expect(lowDose.left).toEqual({ text: expect.stringMatching(/-200 um of View/) as string, canTakeOff: true });
      await lowDose.turnOn();
      expect(lowDose.left?.text).toMatch(/focus have changed since/);
      await lowDose.settleLeft(isThere);
      expect([lowDose.left, lowDose.area]).toEqual([undefined, isThere ? 'View' : undefined]);
      await lowDose.goTo('Record');
      expect(column.held.defocus * 1e6).toBeCloseTo(isThere ? -3 : -203, 6);
      expect(lowDose.left).toBeUndefined();
    }
  });

  test('the operator may settle it before Low Dose is switched on', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    await bench.lowDose.turnOn();
    await bench.lowDose.goTo('View');
    const next = await lowDoseBench('', bench.folder);
    await next.lowDose.settleLeft(false);
    expect([next.lowDose.left, next.lowDose.on]).toEqual([undefined, false]);
    await next.lowDose.turnOn();
    expect(next.messages).toEqual([]);
    const again = await lowDoseBench();
    await defined(again);
    await again.lowDose.turnOn();
    await again.lowDose.goTo('View');
    const last = await lowDoseBench('', again.folder);
    Object.assign(last.column.held, again.column.held, { defocus: -205e-6 });
    await last.lowDose.settleLeft(true);
    expect([last.lowDose.on, last.lowDose.area]).toEqual([true, 'View']);
    await last.lowDose.turnOff();
    expect(last.column.held.defocus * 1e6).toBeCloseTo(-5, 6);
  });

  test('a regular end leaves nothing behind', async () => {
    const bench = await lowDoseBench();
    await defined(bench);
    await bench.lowDose.turnOn();
    await bench.lowDose.goTo('View');
    await bench.lowDose.turnOff();
    const next = await lowDoseBench('', bench.folder);
    await next.lowDose.turnOn();
    expect(next.messages).toEqual([]);
  });
});
