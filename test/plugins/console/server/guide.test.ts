import { aboveLimit, judge } from '../../../../core/judgement';
import { cameraIndex, magIndex, magIndex as asMagIndex } from '../../../../core/base';
import type { MenuEntry } from '../../../../core/kernel';
import { Optics, instrumentNow } from '../../../../core/optics';
import { applyChanges, changedSince, type HistoryEntry, put } from '../../../../core/store';
import { guideOf, inForceIn } from '../../../../plugins/console/server/guide/guide';
import { historyRows } from '../../../../plugins/console/server/guide/history-rows';
import { virtualInstrument } from '../../../support/virtual-instrument';

const now = new Date('2026-06-01T12:00:00Z');
const shift = 'calibrations/image-and-stage-shift';

const measured = (item: string, when: string, quality = {}): HistoryEntry => ({
  id: when,
  item,
  when,
  kind: 'measured',
  who: 'x',
  version: '1',
  summary: 'Done.',
  values: {},
  standardErrors: {},
  conditions: { magnification: 8100 },
  changes: [],
  quality,
});

let entries: readonly MenuEntry[];
beforeAll(async () => {
  await using instrument = await virtualInstrument();
  entries = instrument.session.menu();
});

const find = (history: readonly HistoryEntry[], id: string, doubts?: ReadonlyMap<string, string>, unsaved = false) =>
  guideOf(entries, history, now, unsaved, doubts)
    .flatMap(({ items }) => items)
    .find((item) => item.id === id)!;

test('every step has items of the menu, and each stands once', () => {
  const steps = guideOf(entries, [], now, false);
  const ids = steps.flatMap(({ items }) => items.map(({ id }) => id));
  // Every item that declares a place in the order of work, and no other.
  expect([...ids].sort()).toEqual(
    entries
      .filter(({ declaration }) => declaration?.order)
      .map(({ id }) => id)
      .sort(),
  );
  expect(steps.map(({ title }) => title)).toEqual([
    'Pixel size',
    'Beam',
    'Image shift',
    'Stage',
    'Offsets between magnifications',
    'Focus',
    'Camera and dose',
    'High defocus and energy filter',
    'Save',
  ]);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ['never', [], 'Not done yet'],
  [
    'done',
    [measured(`${shift}/image-shift`, '2026-05-30T12:00:00Z', { verdict: 'good' })],
    'Done 2 days ago at 8100x, good',
  ],
  ['stale', [measured(`${shift}/image-shift`, '2025-05-30T12:00:00Z')], /^Done 367 days ago.*better repeated/],
  [
    'doubtful',
    [measured(`${shift}/image-shift`, '2026-06-01T11:00:00Z', { verdict: 'poor', remarks: ['Few details.'] })],
    /^Done today at 8100x, poor: Few details/,
  ],
  [
    'doubtful',
    [
      measured(`${shift}/image-shift`, '2026-06-01T11:00:00Z', {
        ...judge(
          aboveLimit({
            kind: 'misfit',
            what: 'Range',
            number: 3,
            unit: '%',
            doubtfulAbove: 1,
            why: 'W.',
            change: 'C.',
          }),
        ),
        remarks: ['Few details.'],
      }),
    ],
    /^Done today at 8100x, doubtful: Range: 3 %, limit 1 %\. W\. C\.$/,
  ],
])('a calibration is %s', (state, history, note) => {
  expect(find(history, `${shift}/image-shift`)).toMatchObject({
    state,
    note: typeof note === 'string' ? note : (expect.stringMatching(note) as string),
  });
});

test('the latest measurement counts, and a contradiction counts more', () => {
  const history = [
    measured(`${shift}/image-shift`, '2025-01-01T12:00:00Z'),
    measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z'),
  ];
  expect(find(history, `${shift}/image-shift`).state).toBe('done');
  expect(
    find(history, `${shift}/image-shift`, new Map([[`${shift}/image-shift`, 'It contradicts the stage.']])),
  ).toMatchObject({ state: 'doubtful', note: 'It contradicts the stage.' });
});

test('what counts is what was measured and is in use', () => {
  const one = { ...measured(`${shift}/image-shift`, '2026-05-30T12:00:00Z'), id: 'one' };
  const other = { ...measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z'), id: 'other' };
  const at = (inForce: (entry: HistoryEntry) => boolean, history: readonly HistoryEntry[] = [one, other]) =>
    guideOf(entries, history, now, false, undefined, inForce)
      .flatMap(({ items }) => items)
      .find(({ id }) => id === `${shift}/image-shift`)!;
  expect(at(({ id }) => id === 'one')).toMatchObject({ state: 'done', note: 'Done 2 days ago at 8100x' });
  expect(at(() => false)).toMatchObject({
    state: 'doubtful',
    note: expect.stringMatching(/yesterday.*removed, replaced or not saved/) as string,
  });
  const back: HistoryEntry = { ...one, id: 'back', kind: 'restored', restoredFrom: 'one', when: now.toISOString() };
  expect(at(({ id }) => id === 'back', [one, other, back])).toMatchObject({
    state: 'done',
    note: 'Done 2 days ago at 8100x, restored',
  });
  expect(find([measured(`${shift}/is-from-scratch`, '2026-05-31T12:00:00Z')], `${shift}/image-shift`)).toMatchObject({
    state: 'done',
    note: 'Done yesterday at 8100x by IS from Scratch',
  });
  expect(find([measured(`${shift}/is-from-scratch`, '2026-05-31T12:00:00Z')], `${shift}/stage-shift`).first).toEqual(
    [],
  );
});

test('a value that was removed, replaced or never saved is not in use', async () => {
  await using instrument = await virtualInstrument();
  const { calibrations } = instrument;
  const inForce = inForceIn(calibrations);
  const matrix = { xpx: 10.25, xpy: 1, ypx: -1, ypy: 10 };
  const entry: HistoryEntry = {
    ...measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z'),
    changes: [{ record: 'ImageShiftMatrix', values: { magIndex: 22, camera: 0, ...matrix } }],
  };
  expect(inForce(entry)).toBe(false);
  calibrations.imageShift.set(magIndex(22), cameraIndex(0), matrix, { sessionMeasured: true });
  expect(inForce(entry)).toBe(true);
  calibrations.imageShift.set(magIndex(22), cameraIndex(0), { ...matrix, xpx: 10.3 }, { sessionMeasured: true });
  expect(inForce(entry)).toBe(false);
  calibrations.imageShift.set(magIndex(22), cameraIndex(0), matrix, { sessionMeasured: true });
  calibrations.imageShift.remove(magIndex(22), cameraIndex(0));
  expect(inForce(entry)).toBe(false);
});

test('a result of several rows is in use when all that it measured is, and can be restored from its row', async () => {
  await using instrument = await virtualInstrument();
  const { calibrations, settings } = instrument;
  const row = (magIndex: number, eftem: number) => ({ magIndex: asMagIndex(magIndex), eftem, x: magIndex, y: 1 });
  const entry: HistoryEntry = {
    ...measured(`${shift}/mag-is-offsets`, '2026-05-31T12:00:00Z'),
    changes: applyChanges({ calibrations, settings }, [
      put('ImageShiftOffsets', row(21, 0)),
      put('ImageShiftOffsets', row(22, 0)),
      put('ImageShiftOffsets', row(21, 1), { sessionMeasured: false }),
    ]),
  };
  const state = () =>
    guideOf(entries, [entry], now, false, undefined, inForceIn(calibrations, settings))
      .flatMap(({ items }) => items)
      .find(({ id }) => id === `${shift}/mag-is-offsets`)!.state;
  expect(state()).toBe('done');
  calibrations.records('ImageShiftOffsets').put({ ...row(21, 1), x: 5 });
  expect(state()).toBe('done');
  calibrations.records('ImageShiftOffsets').put({ ...row(22, 0), x: 5 });
  expect(state()).toBe('doubtful');
  expect(historyRows([entry], () => undefined, [])).toMatchObject([
    { inUse: false, replaces: false, keptBy: 'saving' },
  ]);
  const factor = { ...entry, changes: [{ session: 'ISdelayScaleFactor', value: 0.4, replaced: 1 } as const] };
  expect(inForceIn(calibrations, settings)(factor)).toBe(false);
  expect(historyRows([factor], () => undefined, [])).toMatchObject([{ replaces: true, keptBy: 'session' }]);
  const matrix = { xpx: 30, xpy: 0, ypx: 0, ypy: 60 };
  const conditions = { ...entry.conditions, pixelSizeNanometres: 2 };
  const [measuredMatrix] = historyRows(
    [{ ...entry, values: matrix, conditions }],
    // Its elements are pixels for a unit of image shift.
    () => entries.find(({ id }) => id === `${shift}/image-shift`),
    [],
  );
  expect(measuredMatrix!.matrix).toMatchObject({
    axes: [
      { length: 60, unit: 'nm per unit', angle: 0 },
      { length: 120, unit: 'nm per unit', angle: 90 },
    ],
    ratio: 2,
    skew: 0,
  });
  // No button is shown that would only be answered with a refusal.
  const refused = historyRows([entry], () => undefined, [], { obstacle: () => 'It is gone.' });
  expect(refused).toMatchObject([{ notRestorable: 'It is gone.', replaces: false }]);
  const nothing = historyRows([{ ...entry, changes: [] }], () => undefined, []);
  expect(nothing).toMatchObject([{ notRestorable: 'It stored nothing that could be restored.', replaces: false }]);
});

test('a row of the history says what is in use, what fits elsewhere, and why nothing can be restored', async () => {
  await using instrument = await virtualInstrument();
  const now = await instrumentNow((token) => instrument.session.find(token));
  const place = { magIndex: asMagIndex(22), camera: cameraIndex(0) };
  const matrix = { xpx: 1, xpy: 2, ypx: -2, ypy: 1 };
  const entry: HistoryEntry = {
    ...measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z'),
    conditions: { ...place, cameraName: 'K3', magnification: 8100 },
    changes: [{ record: 'ImageShiftMatrix', values: { ...place, ...matrix } }],
  };
  const row = (of: HistoryEntry) =>
    historyRows([of], () => undefined, [], { now, inForce: inForceIn(instrument.calibrations) })[0]!;
  expect(row(entry)).toMatchObject({ inUse: false });
  expect(row(entry)).not.toHaveProperty('obstacle');
  instrument.calibrations.imageShift.set(place.magIndex, place.camera, matrix);
  expect(row(entry)).toMatchObject({ inUse: true });
  const magnification = instrument.kernel.registry.get(Optics).at({ ...place, magIndex: asMagIndex(23) }).magnification;
  expect(row({ ...entry, conditions: { ...entry.conditions, magnification } }).obstacle).toEqual({
    text: `mag index 22 was ${magnification}x then and is 8100x now`,
    elsewhere: { magIndex: 23, label: `mag index 23 (${magnification}x)` },
  });
  const suggestion = { property: 'RotationAndPixel', value: 1, what: 'pixel size', unit: 'nm' };
  expect(row({ ...entry, changes: [], propertySuggestions: [suggestion] }).notRestorable).toMatch(
    /^Its result belongs in the configuration \(RotationAndPixel\)/,
  );
});

test('what has to come first is said until it is done', () => {
  expect(find([], `${shift}/stage-shift`).first).toEqual(['Image Shift']);
  expect(find([measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z')], `${shift}/stage-shift`).first).toEqual([]);
});

test('saving is open while something is unsaved', () => {
  const save = 'calibrations/save-calibrations';
  expect(find([], save, undefined, true).state).toBe('never');
  const some = [measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z')];
  expect(find(some, save, undefined, false).state).toBe('done');
  // A fresh instrument has done nothing, not even that.
  expect(find([], save, undefined, false)).toMatchObject({ state: 'never', note: 'Nothing was measured yet' });
  const states = guideOf(entries, [], now, false).flatMap(({ items }) => items.map(({ state }) => state));
  expect(states.filter((state) => state === 'done')).toEqual([]);
});

test('a calibration is old when the instrument is not what it was, and says in what', async () => {
  await using instrument = await virtualInstrument();
  const now = await instrumentNow((token) => instrument.session.find(token));
  const conditions = {
    camera: cameraIndex(0),
    cameraName: 'K3',
    magIndex: magIndex(22),
    magnification: 8100,
    highTensionKilovolts: 300,
  };
  const since = (changes: object) =>
    changedSince(now)({
      ...measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z'),
      conditions: { ...conditions, ...changes },
    });
  expect(since({})).toBeUndefined();
  expect(since({ highTensionKilovolts: 200 })).toBe('the high tension was 200 kV then and is 300 kV now');
  expect(since({ cameraName: 'K2' })).toBe('camera 0 was K2 then and is K3 now');
  expect(since({ camera: 4, cameraName: 'Ceta' })).toBe('camera Ceta is not there any more');
  expect(since({ magnification: 9000 })).toBe('mag index 22 was 9000x then and is 8100x now');
  const history = [
    {
      ...measured(`${shift}/image-shift`, '2026-05-31T12:00:00Z'),
      conditions: { ...conditions, highTensionKilovolts: 200 },
    },
  ];
  const item = guideOf(
    entries,
    history,
    new Date('2026-06-01T12:00:00Z'),
    false,
    undefined,
    undefined,
    changedSince(now),
  )
    .flatMap(({ items }) => items)
    .find(({ id }) => id === `${shift}/image-shift`)!;
  expect(item).toMatchObject({
    state: 'stale',
    note: 'Done yesterday at 8100x, but the high tension was 200 kV then and is 300 kV now',
  });
});
