import { cameraIndex, magIndex } from '../../../core/base';
import { appendFileSync } from 'node:fs';
import type { SessionProperty } from '../../../core/settings';
import { type CalibrationHistory, type Calibrations, isInForce, openHistory } from '../../../core/store';
import { Site } from './site';

/** Lines as the program wrote them before a result had one list of changes. */
const common = {
  summary: 'Stored.',
  values: { images: 6 },
  standardErrors: {},
  conditions: { magIndex: 17, camera: 0 },
  kind: 'measured',
  who: 'operator',
  when: '2026-01-02T03:04:05.000Z',
  version: '0.1.0',
};
const matrix = { xpx: 1.5, xpy: -2.25, ypx: 2.125, ypy: 1.625 };
const other = { xpx: -3.5, xpy: 4.25, ypx: 4.125, ypy: 3.625 };
const row = { magIndex: magIndex(22), eftem: 0, x: 0.5, y: -0.25 };
const lines = [
  {
    ...common,
    id: 'image shift',
    item: 'calibrations/image-and-stage-shift/image-shift',
    record: { name: 'ImageShiftMatrix', values: { magIndex: 17, camera: 0, ...matrix } },
    replaced: other,
    also: [{ record: { name: 'ImageShiftMatrix', values: { magIndex: 18, camera: 0, ...matrix } }, replaced: other }],
  },
  {
    ...common,
    id: 'offsets',
    item: 'calibrations/image-and-stage-shift/mag-is-offsets',
    also: [
      { record: { name: 'ImageShiftOffsets', values: row } },
      {
        record: { name: 'ImageShiftOffsets', values: { magIndex: 21, eftem: 0 }, removed: true },
        replaced: { ...row, magIndex: 21 },
      },
    ],
  },
  {
    ...common,
    id: 'removal',
    item: 'calibrations/image-and-stage-shift/remove-stage-cal',
    record: { name: 'StageToCameraMatrix', values: { magIndex: 17, camera: 0 }, removed: true },
    replaced: matrix,
  },
  {
    ...common,
    id: 'factor',
    item: 'calibrations/image-and-stage-shift/set-is-delay-factor',
    session: { property: 'ISdelayScaleFactor', value: 0.4, replaced: 1 },
  },
  { ...common, id: 'pixel size', item: 'calibrations/pixel-size/find-pixel-size' },
];

let site: Site;
let calibrations: Calibrations;
let history: CalibrationHistory;
let factor: number;
const settings = {
  isOfSession: (name: string): name is SessionProperty => name === 'ISdelayScaleFactor',
  get: () => factor,
  set: (_: string, value: number) => void (factor = value),
};

beforeEach(async () => {
  site = new Site();
  factor = 1;
  calibrations = await site.calibrations();
  appendFileSync(site.path('calibration-history.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  history = openHistory({
    directory: site.directory,
    calibrations,
    settings,
    clock: { date: () => new Date(site.minutes * 60_000) },
    version: '1.2.3',
    user: 'operator',
  });
});
afterEach(() => site.remove());

describe('a history of the older form', () => {
  test('gives entries like those of today', async () => {
    const entries = await history.list();
    expect(await history.damage()).toEqual([]);
    expect(entries.map(({ id, changes }) => [id, changes])).toEqual([
      [
        'image shift',
        [
          {
            record: 'ImageShiftMatrix',
            values: { magIndex: 17, camera: 0, ...matrix },
            replaced: { magIndex: 17, camera: 0, ...other },
          },
          {
            record: 'ImageShiftMatrix',
            values: { magIndex: 18, camera: 0, ...matrix },
            replaced: { magIndex: 18, camera: 0, ...other },
            derived: true,
          },
        ],
      ],
      [
        'offsets',
        [
          { record: 'ImageShiftOffsets', values: row },
          {
            record: 'ImageShiftOffsets',
            values: { magIndex: 21, eftem: 0 },
            removed: true,
            replaced: { ...row, magIndex: 21 },
          },
        ],
      ],
      [
        'removal',
        [
          {
            record: 'StageToCameraMatrix',
            values: { magIndex: 17, camera: 0 },
            removed: true,
            replaced: { magIndex: 17, camera: 0, ...matrix },
          },
        ],
      ],
      ['factor', [{ session: 'ISdelayScaleFactor', value: 0.4, replaced: 1 }]],
      ['pixel size', []],
    ]);
    for (const { changes: _, id, item, ...kept } of entries) {
      expect(lines.find((line) => line.id === id)).toMatchObject({ item, ...common });
      expect(kept).toEqual(common);
    }
  });

  test('is restored, the several rows of one entry too', async () => {
    await history.restore('image shift', 'replaced');
    expect(calibrations.imageShift.get(magIndex(17), cameraIndex(0))).toEqual(other);
    expect(calibrations.imageShift.get(magIndex(18), cameraIndex(0))).toEqual(other);
    await history.restore('offsets', 'replaced');
    expect(calibrations.records('ImageShiftOffsets').all()).toEqual([{ ...row, magIndex: 21 }]);
    await history.restore('offsets');
    expect(calibrations.records('ImageShiftOffsets').all()).toEqual([row]);
    await history.restore('removal', 'replaced');
    expect(calibrations.stage.get(magIndex(17), cameraIndex(0))).toEqual(matrix);
    await history.restore('factor');
    expect(factor).toBe(0.4);
    await expect(history.restore('pixel size')).rejects.toMatchObject({ code: 'history/nothing-to-restore' });
  });

  test('is in use as far as its values are', async () => {
    const inForce = async (id: string) => isInForce({ calibrations, settings }, await history.entry(id));
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), matrix);
    // What followed from it may have been measured since.
    expect(await inForce('image shift')).toBe(true);
    expect(await inForce('offsets')).toBe(false);
    calibrations.records('ImageShiftOffsets').put(row);
    expect(await inForce('offsets')).toBe(true);
    calibrations.records('ImageShiftOffsets').put({ ...row, magIndex: magIndex(21) });
    expect(await inForce('offsets')).toBe(false);
    expect(await inForce('factor')).toBe(false);
    factor = 0.4;
    expect(await inForce('factor')).toBe(true);
    expect(await inForce('pixel size')).toBe(true);
  });
});
