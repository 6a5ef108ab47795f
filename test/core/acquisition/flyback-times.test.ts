import { magIndex as asMagIndex } from '../../../core/base';
import { type FlybackPlace, FlybackTimes, StoredFlybackTimes, flybackInWords } from '../../../core/acquisition';
import type { FlybackRecords } from '../../../core/store';
import { virtualInstrument } from '../../../testing/virtual-instrument';

type Row = FlybackRecords['FlybackTime'];
const place = { binning: 2, xSize: 1024, magIndex: asMagIndex(5) };
/** The hidden law, in microseconds. */
const law = (exposure: number): number => 300 + 40 * exposure;
const row = (exposure: number, flyback = law(exposure), more: Partial<Row> = {}): Row => ({
  date: '2026/12/01',
  time: '10:00:00',
  ...place,
  exposure,
  flyback,
  startup: 0.1 + 0.01 * exposure,
  ...more,
});
const tableOf = (rows: readonly Row[]) => new StoredFlybackTimes({ flyback: { all: () => rows } as never });
const at = (exposure: number, more: Partial<FlybackPlace> = {}): FlybackPlace => ({ ...place, exposure, ...more });

describe('the flyback of a scan', () => {
  test('is that of the same exposure within 10 ms', () => {
    const times = tableOf([row(1, 700), row(2), row(3)]);
    expect(times.find(at(1.009))).toMatchObject({ kind: 'exact', points: 1, nearest: 1 });
    expect(times.find(at(1.009))!.flyback).toBeCloseTo(700e-6, 12);
    expect(times.find(at(1.011))).toMatchObject({ kind: 'interpolated', points: 3 });
    expect(times.stored(at(1.009))?.flyback).toBe(700);
    expect(times.stored(at(1.02))).toBeUndefined();
  });

  test('is not known with another binning, size or mag index', () => {
    const times = tableOf([row(1), row(2)]);
    for (const more of [{ binning: 1 }, { xSize: 512 }, { magIndex: 6 }])
      expect(times.find(at(1, more))).toBeUndefined();
  });

  test('is the only one that there is', () => {
    const found = tableOf([row(1)]).find(at(7))!;
    expect(found).toMatchObject({ kind: 'single', points: 1, nearest: 1 });
    expect(flybackInWords(found)).toMatch(/340 us, from the only exposure.*nearest is 1 s/);
  });

  test('lies on the line through the five nearest exposures, and its start-up delay on another one', () => {
    // The far ones are on another line, and are not looked at.
    const times = tableOf([1, 2, 3, 4, 5].map((each) => row(each)).concat(row(30, 9000), row(40, 9000)));
    const found = times.find(at(2.5))!;
    expect(found).toMatchObject({ kind: 'interpolated', points: 5 });
    expect(found.flyback).toBeCloseTo(law(2.5) * 1e-6, 10);
    expect(found.startup).toBeCloseTo(0.125, 10);
    expect(flybackInWords(found)).toMatch(/interpolated from 5 exposures/);
    // Inside is within all exposures that were measured.
    expect(times.find(at(0.5))).toMatchObject({ kind: 'extrapolated' });
    expect(times.find(at(0.5))!.flyback).toBeCloseTo(law(0.5) * 1e-6, 10);
    expect(times.find(at(6))).toMatchObject({ kind: 'interpolated' });
  });

  test.each([0, 1, 2, 3])('is within 1 %% of the law with one outlier of four, number %d', (wrong) => {
    const rows = [1, 2, 4, 6].map((each, index) =>
      row(each, law(each) * (1 + 0.002 * (index % 2 === 0 ? 1 : -1)) * (index === wrong ? 1.25 : 1)),
    );
    for (const exposure of [1.5, 3, 5]) {
      const found = tableOf(rows).find(at(exposure))!;
      expect(found.points).toBe(3);
      expect(Math.abs((found.flyback * 1e6) / law(exposure) - 1)).toBeLessThan(0.01);
    }
  });

  test('keeps all of three, and all of four that agree', () => {
    expect(tableOf([row(1), row(2, 900), row(3)]).find(at(2.5))!.points).toBe(3);
    expect(tableOf([1, 2, 3, 4].map((each) => row(each))).find(at(2.5))!.points).toBe(4);
  });

  test('comes from the file of the site', async () => {
    await using instrument = await virtualInstrument({ configuration: 'talos-stem.yaml' });
    instrument.calibrations.flyback.put(row(1));
    expect(instrument.kernel.registry.get(FlybackTimes).find(at(1))!.kind).toBe('exact');
    const { paths } = await instrument.calibrations.saveShortTerm();
    expect(paths.join()).toMatch(/SEMflybackTimes/);
  });
});
