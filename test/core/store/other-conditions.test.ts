import { cameraIndex, magIndex } from '../../../core/base';
import {
  type HistoryEntry,
  type InstrumentNow,
  type StoredChange,
  changedSince,
  openHistory,
  restoreObstacle,
} from '../../../core/store';
import { Site } from './site';

/** A table of magnifications into which one of 8700x was inserted at mag index 6, and two cameras of which one changed. */
const table = [100, 250, 600, 1500, 3700, 8700, 10_000, 29_000];
const now = (changes: Partial<InstrumentNow> = {}): InstrumentNow => ({
  highTensionKilovolts: 300,
  cameras: [
    { index: cameraIndex(0), name: 'K2', width: 7676, height: 7420 },
    { index: cameraIndex(1), name: 'Ceta', width: 4096, height: 4096 },
  ],
  magnification: (index) => table[index - 1],
  magIndexes: (magnification) => table.flatMap((each, at) => (each === magnification ? [magIndex(at + 1)] : [])),
  ...changes,
});

const matrix = { xpx: -941.5, xpy: -5339.8, ypx: 5056.4, ypy: -936.3 };
const place = { magIndex: magIndex(6), camera: cameraIndex(0) };
const stored: Extract<StoredChange, { record: string }> = {
  record: 'ImageShiftMatrix',
  values: { ...place, ...matrix },
};
const entry = (conditions: object = {}, changes: readonly StoredChange[] = [stored]): HistoryEntry => ({
  id: 'x',
  item: 'calibrations/image-and-stage-shift/image-shift',
  when: '2026-05-01T10:00:00.000Z',
  kind: 'measured',
  who: 'someone',
  version: '0.1.0',
  summary: 'Image shift calibrated at 10000x.',
  values: {},
  standardErrors: {},
  conditions: { ...place, cameraName: 'K2', magnification: 10_000, highTensionKilovolts: 300, ...conditions },
  changes,
});

describe('the conditions of an entry', () => {
  test('name the mag index that has its magnification now', () => {
    expect(restoreObstacle(now(), entry())).toEqual({
      text: 'mag index 6 was 10000x then and is 8700x now',
      elsewhere: { magIndex: 7 },
    });
  });

  test.each([
    ['nothing has changed', { magnification: 8700 }, undefined],
    ['nothing but the rounding has', { magnification: 8710 }, undefined],
    ['the magnification is gone', { magnification: 12_000 }, { text: expect.stringContaining('12000x') as string }],
    [
      'the high tension is another one, which no place mends',
      { highTensionKilovolts: 200 },
      { text: expect.stringMatching(/200 kV then and is 300 kV now; mag index 6/) as string },
    ],
    [
      'the camera is another one',
      { magnification: 8700, cameraName: 'Falcon' },
      { text: 'camera 0 was Falcon then and is K2 now' },
    ],
    [
      'the camera has another number, and the magnification another mag index',
      { cameraName: 'Ceta' },
      { text: 'camera 0 was Ceta then and is K2 now' },
    ],
    [
      'the camera has another number',
      { magnification: 8700, cameraName: 'Ceta' },
      { text: 'camera 0 was Ceta then and is K2 now', elsewhere: { camera: 1 } },
    ],
    [
      'a camera of the same name has another size',
      { magnification: 8700, cameraWidth: 3838, cameraHeight: 3710 },
      { text: 'camera 0 was of 3838 x 3710 pixels then and is of 7676 x 7420 now' },
    ],
    [
      'the camera is not there',
      { camera: cameraIndex(4), cameraName: 'DE64' },
      { text: 'camera DE64 is not there any more' },
    ],
  ])('are compared: %s', (_, conditions, obstacle) => {
    expect(restoreObstacle(now(), entry(conditions))).toEqual(obstacle);
  });

  test('of a magnification that exists twice name no place', () => {
    const twice = now({ magIndexes: () => [magIndex(3), magIndex(7)] });
    expect(restoreObstacle(twice, entry())).not.toHaveProperty('elsewhere');
  });

  test('do not matter to a value that holds for no place, but the guide says them', () => {
    const factor = entry({}, [{ session: 'ISdelayScaleFactor', value: 0.4, replaced: 1 }]);
    expect(restoreObstacle(now(), factor)).toBeUndefined();
    expect(changedSince(now())(factor)).toBe('mag index 6 was 10000x then and is 8700x now');
  });

  test('name no place for values of several mag indexes', () => {
    const other: StoredChange = { ...stored, values: { ...stored.values, magIndex: magIndex(5) } };
    expect(restoreObstacle(now(), entry({}, [stored, other]))).not.toHaveProperty('elsewhere');
    expect(restoreObstacle(now(), entry({}, [stored, { ...other, derived: true }]))).toHaveProperty('elsewhere');
  });
});

describe('restoring', () => {
  let folder: Site;
  beforeEach(() => {
    folder = new Site();
  });
  afterEach(() => folder.remove());
  const newSite = async () => ({
    directory: folder.directory,
    calibrations: await folder.calibrations(),
    clock: { date: () => new Date(folder.minutes * 60_000) },
    version: '1.2.3',
  });

  /** A history with the entry of 10000x and what followed from it at 3700x, on an instrument whose table has changed since. */
  async function site(present: InstrumentNow = now()) {
    const made = await newSite();
    const options = { ...made, instrumentNow: async () => present };
    const history = openHistory(options);
    const carried: StoredChange = { ...stored, values: { ...stored.values, magIndex: magIndex(5) }, derived: true };
    const { id } = await history.append({ ...entry(), changes: [stored, carried] });
    return { history, id, calibrations: made.calibrations };
  }

  test('is refused where the magnification is another one, with the mag index that has it', async () => {
    const { history, id, calibrations } = await site();
    await expect(history.restore(id)).rejects.toMatchObject({
      code: 'history/other-conditions',
      message: expect.stringContaining('mag index 6 was 10000x then and is 8700x now') as string,
      hint: expect.stringContaining('--mag-index 7') as string,
    });
    expect([...calibrations.imageShift.entries()]).toEqual([]);
    expect(await history.list()).toHaveLength(1);
  });

  test('at the mag index that has the magnification stores it there alone', async () => {
    const { history, id, calibrations } = await site();
    const restored = await history.restore(id, 'value', { magIndex: magIndex(7) });
    expect([...calibrations.imageShift.entries()]).toMatchObject([{ magIndex: 7, camera: 0, matrix }]);
    expect(restored.conditions).toMatchObject({ magIndex: 7, magnification: 10_000 });
    expect(restored.summary).toMatch(/^Restored the value of .* at mag index 7: Image shift calibrated/);
    // The new entry fits the instrument, so it can be restored without a question.
    calibrations.imageShift.remove(magIndex(7), cameraIndex(0));
    await history.restore(restored.id);
    expect([...calibrations.imageShift.entries()]).toHaveLength(1);
  });

  test('at a mag index with yet another magnification is refused too', async () => {
    const { history, id, calibrations } = await site();
    await expect(history.restore(id, 'value', { magIndex: magIndex(8) })).rejects.toMatchObject({
      message: expect.stringContaining('mag index 8 was 10000x then and is 29000x now') as string,
    });
    expect([...calibrations.imageShift.entries()]).toEqual([]);
  });

  test('is done anyway where that is requested', async () => {
    const { history, id, calibrations } = await site();
    await history.restore(id, 'value', { anyway: true });
    expect([...calibrations.imageShift.entries()].map((each) => each.magIndex)).toEqual([5, 6]);
  });

  test('what was removed is put back under the same rule', async () => {
    const made = await newSite();
    const history = openHistory({ ...made, instrumentNow: async () => now() });
    const removed: StoredChange = { record: 'ImageShiftMatrix', values: place, removed: true, replaced: stored.values };
    const { id } = await history.append({ ...entry(), changes: [removed] });
    await expect(history.restore(id, 'replaced')).rejects.toMatchObject({ code: 'history/other-conditions' });
    await history.restore(id, 'replaced', { magIndex: magIndex(7) });
    expect([...made.calibrations.imageShift.entries()]).toMatchObject([{ magIndex: 7, matrix }]);
  });

  test('values of several mag indexes are not moved', async () => {
    const made = await newSite();
    const history = openHistory({ ...made, instrumentNow: async () => now() });
    const other: StoredChange = { ...stored, values: { ...stored.values, magIndex: magIndex(5) } };
    const { id } = await history.append({ ...entry(), changes: [stored, other] });
    await expect(history.restore(id, 'value', { magIndex: magIndex(7) })).rejects.toMatchObject({
      code: 'history/not-movable',
    });
  });
});
