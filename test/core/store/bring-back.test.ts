import { cameraIndex, magIndex } from '../../../core/base';
import {
  amend,
  applyChanges,
  type CalibrationHistory,
  type Calibrations,
  type Change,
  type ChangeTarget,
  openHistory,
  put,
  type RecordName,
  remove,
  type StoredChange,
} from '../../../core/store';
import { recordNow } from '../../../core/store/history/apply-changes';
import { isMainRecord, recordLayouts } from '../../../core/store/history/changes';
import { keyOf, type RecordValues, rowsOf } from '../../../core/store/serialem';
import { goldenFlyback, goldenMain, goldenShortTerm } from './serialem/golden';
import { flyback, main, shortTerm, Site, someMatrix } from './site';

let site: Site;
let calibrations: Calibrations;
let history: CalibrationHistory;

const openSite = async (file?: string, lines: readonly string[] = []): Promise<void> => {
  site = new Site();
  if (file !== undefined) site.write(file, ...lines.map((line) => line.trimEnd()));
  calibrations = await site.calibrations();
  history = historyOf({ calibrations });
};
const historyOf = (target: ChangeTarget): CalibrationHistory =>
  openHistory({
    directory: site.directory,
    ...target,
    clock: { date: () => new Date(site.minutes * 60_000) },
    version: '1.2.3',
    user: 'operator',
  });
afterEach(() => site.remove());

/** Makes changes as the kernel does, and notes them. */
const store = async (...changes: readonly Change[]) =>
  history.append({
    item: 'test',
    summary: 'Stored.',
    values: {},
    standardErrors: {},
    conditions: {},
    changes: applyChanges({ calibrations }, changes),
  });

/** The three files as they are saved now. */
const text = async (): Promise<string> => {
  await calibrations.save({ overwrite: true });
  return [main, shortTerm, flyback].map((name) => (site.exists(name) ? site.text(name) : '')).join('');
};

const files = [
  [main, goldenMain],
  [shortTerm, goldenShortTerm.filter((line) => !/^(ImageShiftMatrix|StageCalibration) /.test(line))],
  [flyback, goldenFlyback],
] as const;
const fileOf = (name: RecordName): readonly [string, readonly string[]] =>
  isMainRecord(name) ? files[0] : name === 'FlybackTime' ? files[2] : files[1];
const names = Object.keys(recordLayouts) as RecordName[];

const rowsNow = (name: RecordName): readonly RecordValues[] => {
  const table = isMainRecord(name)
    ? calibrations.records(name)
    : name === 'FlybackTime'
      ? calibrations.flyback
      : calibrations.shortTerm(name);
  return table.all();
};

/** The same record with another value in the first field that may have one. */
function changed(name: RecordName, row: RecordValues): RecordValues {
  const layout = recordLayouts[name];
  if (layout.shape === 'block') {
    const [first, ...others] = rowsOf(row);
    const field = layout.rows.find(({ kind }) => kind !== 'int')!.name;
    return { ...row, rows: [{ ...first, [field]: (first![field] as number) + 0.125 }, ...others] };
  }
  const field = layout.fields.find((each) => !layout.key.includes(each.name) && !each.informative)!;
  const value = row[field.name];
  return { ...row, [field.name]: typeof value === 'number' ? value + (field.kind === 'int' ? 1 : 0.125) : 'another' };
}

describe('every kind of record comes back byte for byte', () => {
  test.each(names)('%s', async (name) => {
    await openSite(...fileOf(name));
    const original = await text();
    const rows = rowsNow(name);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const other = changed(name, row);
      expect(keyOf(recordLayouts[name], other)).toBe(keyOf(recordLayouts[name], row));
      const entry = await store(put(name, other as never, { sessionMeasured: false }));
      const after = await text();
      expect(after).not.toBe(original);
      expect(entry.changes).toMatchObject([{ record: name, values: other, replaced: row }]);
      await history.restore(entry.id, 'replaced');
      expect(await text()).toBe(original);
      await history.restore(entry.id);
      expect(await text()).toBe(after);
      await history.restore(entry.id, 'replaced');
    }
    // Only the last one: the others of a kind that has no order would come back behind it.
    const last = rows.at(-1)!;
    const removal = await store(remove(name, last));
    const without = await text();
    expect(recordNow(calibrations, name, last)).toBeUndefined();
    await history.restore(removal.id, 'replaced');
    expect(await text()).toBe(original);
    await history.restore(removal.id);
    expect(await text()).toBe(without);
    const first = await store(put(name, last as never, { sessionMeasured: false }));
    expect(await text()).toBe(original);
    await history.restore(first.id, 'replaced');
    expect(await text()).toBe(without);
    await history.restore(first.id);
    expect(await text()).toBe(original);
  });
});

describe('several changes of one result', () => {
  test('come back together', async () => {
    await openSite(main, goldenMain);
    const original = await text();
    const entry = await store(
      put('GIFShiftOffset', { fromMagIndex: magIndex(18), toMagIndex: magIndex(17), x: 1, y: 2 }),
      put('ImageShiftOffsets', { magIndex: magIndex(17), eftem: 0, x: 5, y: 6 }),
      put('ImageShiftOffsets', { magIndex: magIndex(20), eftem: 1, x: 7, y: 8 }),
      remove('ImageShiftOffsets', { magIndex: magIndex(18), eftem: 0 }),
      remove('ImageShiftOffsets', { magIndex: magIndex(30), eftem: 0 }),
    );
    const after = await text();
    await history.restore(entry.id, 'replaced');
    expect(await text()).toBe(original);
    // What has come since where the result had nothing goes again with the whole table.
    calibrations.records('ImageShiftOffsets').put({ magIndex: magIndex(30), eftem: 0, x: 9, y: 9 });
    const restored = await history.restore(entry.id);
    expect(await text()).toBe(after);
    expect(restored.changes.at(-1)).toMatchObject({ removed: true, replaced: { magIndex: 30, x: 9 } });
  });

  test('are all or none when one does not fit', async () => {
    await openSite(main, goldenMain);
    const original = await text();
    expect(() =>
      applyChanges({ calibrations }, [
        put('C2SpotOffset', { spot: 2, micro: 1, nano: 2 }),
        remove('CrossoverIntensity', {}),
      ]),
    ).toThrow(/CrossoverIntensity cannot be stored: its key has no spot/);
    expect(await text()).toBe(original);
  });

  test('leave no gap in a table whose rows are numbered by their place', async () => {
    await openSite(main, goldenMain);
    const original = await text();
    const gap = () => applyChanges({ calibrations }, [put('AlphaBeamShifts', { alpha: 3, x: 1, y: 1 })]);
    expect(gap).toThrow(/AlphaBeamShifts cannot be stored: row 3 must have alpha 2/);
    const middle = () => applyChanges({ calibrations }, [remove('AlphaBeamShifts', { alpha: 0 })]);
    expect(middle).toThrow(/AlphaBeamShifts cannot be stored: row 1 must have alpha 0/);
    expect(await text()).toBe(original);
    applyChanges({ calibrations }, [put('AlphaBeamShifts', { alpha: 2, x: 1, y: 1 })]);
    expect(calibrations.records('AlphaBeamShifts').all()).toHaveLength(3);
  });

  test('count as the item says', async () => {
    await openSite();
    applyChanges({ calibrations }, [
      put('ImageShiftMatrix', { magIndex: magIndex(17), camera: cameraIndex(0), ...someMatrix }),
    ]);
    expect(calibrations.imageShift.measuredAt(magIndex(17), cameraIndex(0))).toBeGreaterThan(0);
    expect(calibrations.counts['image shift']).toBe(1);
    const derived = put(
      'ImageShiftMatrix',
      { magIndex: magIndex(17), camera: cameraIndex(0), ...someMatrix },
      { sessionMeasured: false },
    );
    expect(applyChanges({ calibrations }, [derived])).toMatchObject([{ derived: true }]);
    expect(calibrations.imageShift.measuredAt(magIndex(17), cameraIndex(0))).toBe(0);
    expect(calibrations.counts['image shift']).toBe(1);
  });
});

describe('an amended record', () => {
  const found = {
    time: 29_000_000,
    camera: cameraIndex(0),
    magIndex: magIndex(17),
    addedRotation: 0,
    pixelSize: 0.5,
    gridAngle: 12,
  };
  const place = { camera: cameraIndex(0), magIndex: magIndex(17) };
  const turned = amend('FoundPixelSize', place, { addedRotation: 90 });
  beforeEach(async () => {
    await openSite();
    calibrations.shortTerm('FoundPixelSize').put(found);
  });

  test('is noted with its key and what was amended, and comes back', async () => {
    const entry = await store(turned);
    expect(entry.changes).toEqual([
      {
        record: 'FoundPixelSize',
        values: { ...place, addedRotation: 90 },
        amended: ['addedRotation'],
        replaced: { ...place, addedRotation: 0 },
      },
    ]);
    await history.restore(entry.id, 'replaced');
    expect(calibrations.shortTerm('FoundPixelSize').all()).toEqual([found]);
    await history.restore(entry.id);
    expect(calibrations.shortTerm('FoundPixelSize').all()).toEqual([{ ...found, addedRotation: 90 }]);
  });

  test('keeps what was measured since', async () => {
    const entry = await store(turned);
    calibrations.shortTerm('FoundPixelSize').put({ ...found, pixelSize: 0.75, addedRotation: 90 });
    await history.restore(entry.id, 'replaced');
    expect(calibrations.shortTerm('FoundPixelSize').all()).toEqual([{ ...found, pixelSize: 0.75 }]);
  });

  test('that is no longer there is a conflict, which is said, and nothing is changed', async () => {
    const entry = await store(put('C2SpotOffset', { spot: 3, micro: 1, nano: 2 }), turned);
    expect(history.obstacle(entry)).toBeUndefined();
    calibrations.shortTerm('FoundPixelSize').remove(() => true);
    expect(history.obstacle(entry, 'replaced')).toMatch(/no FoundPixelSize with camera 0, magIndex 17 any more/);
    expect(history.obstacle({ ...entry, simulated: true })).toMatch(/measured on a virtual microscope/);
    await expect(history.restore(entry.id, 'replaced')).rejects.toMatchObject({
      code: 'history/conflict',
      message: expect.stringContaining('no FoundPixelSize with camera 0, magIndex 17 any more') as string,
    });
    expect(calibrations.records('C2SpotOffset').all()).toHaveLength(1);
    expect(await history.list()).toHaveLength(1);
    expect(() => applyChanges({ calibrations }, [turned])).toThrow(/there is none with camera 0, magIndex 17/);
  });

  test('that only followed from another may be gone', async () => {
    const passing = amend('FoundPixelSize', place, { time: 29_000_100 }, { sessionMeasured: false });
    const entry = await store(put('FoundPixelSize', { ...found, magIndex: magIndex(18), time: 29_000_100 }), passing);
    calibrations.shortTerm('FoundPixelSize').remove((row) => row.magIndex === 17);
    const restored = await history.restore(entry.id, 'replaced');
    expect(calibrations.shortTerm('FoundPixelSize').all()).toEqual([]);
    expect(restored.changes).toMatchObject([{ removed: true, replaced: { magIndex: 18 } }]);
  });
});

test('a record or a setting that this program does not know is a conflict', async () => {
  await openSite();
  const isOfSession = (name: string): name is never => name === 'nothing';
  history = historyOf({ calibrations, settings: { isOfSession, get: () => 1, set: () => {} } });
  const unknown = [
    { record: 'BeamWobble', values: { magIndex: 1 } },
    { session: 'ISwobble', value: 1, replaced: 2 },
  ] as unknown as readonly StoredChange[];
  const [result, ...others] = [await store()];
  expect(others).toEqual([]);
  const entry = await history.append({ ...result, changes: unknown });
  await expect(history.restore(entry.id)).rejects.toMatchObject({
    code: 'history/conflict',
    message: expect.stringMatching(/no records BeamWobble any more; ISwobble is not set for the session/) as string,
  });
});
