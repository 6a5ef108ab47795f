import { appendFileSync, writeFileSync } from 'node:fs';
import { cameraIndex, magIndex, matrix } from '../../../core/base';
import type { SessionProperty } from '../../../core/settings';
import {
  type CalibrationHistory,
  type CalibrationResult,
  type Calibrations,
  openHistory,
  type RecordChange,
} from '../../../core/store';
import { otherMatrix, Site, someMatrix, startMinutes } from './site';

const fileName = 'calibration-history.jsonl';
let site: Site;
let calibrations: Calibrations;
let history: CalibrationHistory;
const open = (): CalibrationHistory =>
  openHistory({
    directory: site.directory,
    calibrations,
    clock: { date: () => new Date(site.minutes * 60_000) },
    version: '1.2.3',
    user: 'operator',
  });

beforeEach(async () => {
  site = new Site();
  calibrations = await site.calibrations();
  history = open();
});
afterEach(() => site.remove());

const resultAt = (index: number, more: Partial<CalibrationResult> = {}): CalibrationResult => ({
  item: 'calibrations/image-and-stage-shift/image-shift',
  summary: `Image shift at mag index ${index}`,
  values: { matrix: someMatrix },
  standardErrors: { matrix: matrix(0.001, 0.002, 0.003, 0.004) },
  conditions: {
    magIndex: magIndex(index),
    camera: cameraIndex(0),
    magnification: 1700,
    probeMode: 'microprobe',
    binning: 4,
  },
  quality: { verdict: 'good', correlations: { mean: 0.68, smallest: 0.6 } },
  changes: [{ record: 'ImageShiftMatrix', values: { magIndex: index, camera: 0, ...someMatrix } }],
  ...more,
});

describe('the history', () => {
  it('is empty before anything was measured', async () => {
    expect(await history.list()).toEqual([]);
  });

  it('remembers who, when, with which version, and everything about the result', async () => {
    const entry = await history.append(resultAt(17));
    expect(entry).toEqual({
      ...resultAt(17),
      id: entry.id,
      kind: 'measured',
      who: 'operator',
      when: new Date(startMinutes * 60_000).toISOString(),
      version: '1.2.3',
    });
    expect(await open().list()).toEqual([entry]);
    expect(await open().entry(entry.id)).toEqual(entry);
  });

  it('is one line of JSON an entry', async () => {
    await Promise.all([17, 18, 19].map((magIndex) => history.append(resultAt(magIndex, { summary: 'two\nlines' }))));
    const lines = site.text(fileName).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.slice(0, 3).map((line) => (JSON.parse(line) as CalibrationResult).conditions.magIndex)).toEqual([
      17, 18, 19,
    ]);
  });

  it('finds entries by item, mag index and camera', async () => {
    await history.append(resultAt(17));
    await history.append(resultAt(18));
    await history.append({
      ...resultAt(17),
      item: 'other',
      conditions: { magIndex: magIndex(17), camera: cameraIndex(1) },
    });
    const count = async (filter: Parameters<CalibrationHistory['list']>[0]): Promise<number> =>
      (await history.list(filter)).length;
    expect(await count({ magIndex: magIndex(17) })).toBe(2);
    expect(await count({ magIndex: magIndex(17), camera: cameraIndex(1) })).toBe(1);
    expect(await count({ item: resultAt(1).item })).toBe(2);
    expect(await count({ item: 'none' })).toBe(0);
  });

  it('says which entry it does not have', async () => {
    await expect(history.entry('nowhere')).rejects.toMatchObject({ code: 'history/no-such-entry' });
  });

  it('tolerates a last line that was cut short, and goes on behind it', async () => {
    const first = await history.append(resultAt(17));
    appendFileSync(site.path(fileName), JSON.stringify(resultAt(18)).slice(0, 80));
    expect(await history.list()).toEqual([first]);
    expect(await history.damage()).toEqual([]);
    const second = await history.append(resultAt(19));
    expect(await open().list()).toEqual([first, second]);
    expect(await history.damage()).toEqual([
      expect.objectContaining({
        code: 'history/damaged-line',
        place: { file: site.path(fileName), line: 2, column: 1 },
      }),
    ]);
  });

  it('uses a last line that only lacks its line end', async () => {
    const entry = await history.append(resultAt(17));
    writeFileSync(site.path(fileName), site.text(fileName).trimEnd());
    expect(await history.list()).toEqual([entry]);
    await history.append(resultAt(18));
    expect(await history.list()).toHaveLength(2);
  });

  it.each(['null', '[]', '7', '{"id":"x"}', '{"id":"x","item":"y","when":"z","conditions":null}', '\0\0\0'])(
    'passes over the foreign line %s',
    async (line) => {
      writeFileSync(site.path(fileName), `${line}\n`);
      const entry = await history.append(resultAt(17));
      expect(await history.list()).toEqual([entry]);
      expect(await history.damage()).toHaveLength(1);
    },
  );
});

describe('bringing a value back', () => {
  it('stores it, notes it with what it replaced, and does not count as measured', async () => {
    const entry = await history.append(resultAt(17));
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), otherMatrix);
    site.minutes += 60;
    const restored = await history.restore(entry.id);
    expect(calibrations.imageShift.get(magIndex(17), cameraIndex(0))).toEqual(someMatrix);
    expect(calibrations.imageShift.measuredAt(magIndex(17), cameraIndex(0))).toBe(0);
    expect(calibrations.unsaved).toBe(true);
    expect(restored).toMatchObject({
      kind: 'restored',
      restoredFrom: entry.id,
      item: entry.item,
      changes: [
        {
          record: 'ImageShiftMatrix',
          values: { magIndex: 17, camera: 0, ...someMatrix },
          replaced: { magIndex: 17, camera: 0, ...otherMatrix },
        },
      ],
    });
    expect((await history.list()).map(({ kind }) => kind)).toEqual(['measured', 'restored']);
  });

  it('can itself be taken back', async () => {
    const entry = await history.append(resultAt(17));
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), otherMatrix);
    const restored = await history.restore(entry.id);
    await history.restore(restored.id, 'replaced');
    expect(calibrations.imageShift.get(magIndex(17), cameraIndex(0))).toEqual(otherMatrix);
  });

  it('works for the value that a measurement replaced, and for there having been none', async () => {
    const replaced = { magIndex: 17, camera: 0, ...otherMatrix };
    const [change] = resultAt(17).changes as readonly RecordChange[];
    const second = await history.append(resultAt(17, { changes: [{ ...change!, replaced }] }));
    const first = await history.append(resultAt(18));
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    calibrations.imageShift.set(magIndex(18), cameraIndex(0), someMatrix);
    await history.restore(second.id, 'replaced');
    await history.restore(first.id, 'replaced');
    expect(calibrations.imageShift.entries().map(({ magIndex, matrix: value }) => [magIndex, value])).toEqual([
      [17, otherMatrix],
    ]);
  });

  it('restores what changed with it', async () => {
    const derived = { magIndex: 18, camera: 0, ...otherMatrix };
    const entry = await history.append(
      resultAt(17, {
        changes: [...resultAt(17).changes, { record: 'ImageShiftMatrix', values: derived, derived: true }],
      }),
    );
    const restored = await history.restore(entry.id);
    expect(calibrations.imageShift.get(magIndex(18), cameraIndex(0))).toEqual(otherMatrix);
    expect(restored.changes).toMatchObject([{ values: { magIndex: 17 } }, { values: derived, derived: true }]);
    expect(restored.changes[0]).not.toHaveProperty('derived');
    await history.restore(restored.id, 'replaced');
    expect(calibrations.imageShift.entries()).toEqual([]);
  });

  it('restores what was removed', async () => {
    const replaced = { magIndex: 17, camera: 0, ...someMatrix, magnification: 1700 };
    const removal = await history.append(
      resultAt(17, {
        changes: [
          {
            record: 'StageToCameraMatrix',
            values: { magIndex: 17, camera: 0 },
            removed: true,
            replaced: { ...replaced, absoluteFocus: 0.125 },
          },
        ],
      }),
    );
    await history.restore(removal.id, 'replaced');
    expect(calibrations.stage.get(magIndex(17), cameraIndex(0))).toEqual(someMatrix);
    await history.restore(removal.id);
    expect(calibrations.stage.get(magIndex(17), cameraIndex(0))).toBeUndefined();
  });

  it('works for any record of the file', async () => {
    const offsets = calibrations.records('C2SpotOffset');
    const entry = await history.append(
      resultAt(17, { changes: [{ record: 'C2SpotOffset', values: { spot: 3, micro: 1, nano: 2 } }] }),
    );
    offsets.put({ spot: 3, micro: 7, nano: 8 });
    const restored = await history.restore(entry.id);
    expect(offsets.all()).toEqual([{ spot: 3, micro: 1, nano: 2 }]);
    expect(restored.changes).toMatchObject([{ replaced: { spot: 3, micro: 7, nano: 8 } }]);
  });

  it('restores a value that held for the session, and what it replaced', async () => {
    let factor = 0.7;
    const isOfSession = (name: string): name is SessionProperty => name === 'ISdelayScaleFactor';
    const settings = { isOfSession, get: () => factor, set: (_: string, value: number) => void (factor = value) };
    history = openHistory({
      directory: site.directory,
      calibrations,
      settings,
      clock: { date: () => new Date(site.minutes * 60_000) },
      version: '1.2.3',
      user: 'operator',
    });
    const suggestion = { property: 'ISdelayScaleFactor', value: 0.4, what: 'factor', unit: '' };
    const entry = await history.append({
      ...resultAt(17),
      changes: [{ session: 'ISdelayScaleFactor', value: 0.4, replaced: 1 }],
      propertySuggestions: [suggestion],
    });
    const restored = await history.restore(entry.id);
    expect(factor).toBe(0.4);
    expect(restored).toMatchObject({
      kind: 'restored',
      restoredFrom: entry.id,
      changes: [{ session: 'ISdelayScaleFactor', value: 0.4, replaced: 0.7 }],
      propertySuggestions: [suggestion],
    });
    const before = await history.restore(entry.id, 'replaced');
    expect(factor).toBe(1);
    expect(before).toMatchObject({ changes: [{ value: 1, replaced: 0.4 }], values: {} });
    expect(before).not.toHaveProperty('propertySuggestions');
    expect(await open().list()).toHaveLength(3);
    // Without the settings of a session there is nowhere to put it.
    await expect(open().restore(entry.id)).rejects.toMatchObject({ code: 'history/nothing-to-restore' });
  });

  it('refuses an entry that stored nothing, and changes nothing if a value does not fit the file', async () => {
    const nothing = await history.append(resultAt(17, { changes: [] }));
    await expect(history.restore(nothing.id)).rejects.toMatchObject({ code: 'history/nothing-to-restore' });
    const other = { record: 'ImageShiftMatrix' as const, values: { magIndex: 999, camera: 0, ...someMatrix } };
    const broken = await history.append(resultAt(17, { changes: [...resultAt(17).changes, other] }));
    await expect(history.restore(broken.id)).rejects.toMatchObject({ code: 'store/value-not-storable' });
    expect(calibrations.imageShift.entries()).toEqual([]);
    expect(await history.list()).toHaveLength(2);
  });
});
