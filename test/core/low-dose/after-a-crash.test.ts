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
