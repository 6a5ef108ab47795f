import { cameraIndex, magIndex } from '../../../../core/base';
import { Optics } from '../../../../core/optics';
import type { HistoryEntry } from '../../../../core/store';
import { type CoverageParts, coverageOf } from '../../../../plugins/console/server/guide/coverage';
import { contradictionsOf, findingStates, guideOf } from '../../../../plugins/console/server/guide/guide';
import { virtualInstrument } from '../../../support/virtual-instrument';

const shift = 'calibrations/image-and-stage-shift';
const now = new Date('2026-06-01T12:00:00Z');
const place = { magIndex: magIndex(22), camera: cameraIndex(0) };
const matrix = { xpx: 10, xpy: 1, ypx: -1, ypy: 10 };

const entry = (when: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: when,
  item: `${shift}/image-shift`,
  when,
  kind: 'measured',
  who: 'x',
  version: '1',
  summary: 'Done.',
  values: {},
  standardErrors: {},
  conditions: { ...place, magnification: 8100 },
  changes: [{ record: 'ImageShiftMatrix', values: { ...place, ...matrix } }],
  quality: { verdict: 'good' },
  ...more,
});

async function site() {
  const instrument = await virtualInstrument();
  const { session, calibrations } = instrument;
  const report = (more: Partial<CoverageParts> = {}) =>
    coverageOf({ session, history: [], findings: [], now, inForce: () => true, ...more });
  const cell = (column: number, at = 22, more: Partial<CoverageParts> = {}) =>
    report(more).tables[0]!.rows.find((row) => row.magIndex === at)!.cells[column];
  const step = (id: string, more: Partial<CoverageParts> = {}) => {
    const coverage = report(more);
    return guideOf(session.menu(), more.history ?? [], now, false, undefined, undefined, undefined, (item) =>
      coverage.of(item),
    )
      .flatMap(({ items }) => items)
      .find((item) => item.id === `${shift}/${id}`)!;
  };
  return { instrument, calibrations, session, report, cell, step };
}

test('a table has every magnification of a camera, and what is in the files and the properties counts', async () => {
  const { instrument, calibrations, report, cell } = await site();
  await using _ = instrument;
  const [table] = report().tables;
  const optics = instrument.kernel.registry.get(Optics);
  expect(table!.name).toBe('K3');
  expect(table!.columns.map(({ label }) => label)).toEqual(['Find Pixel Size', 'Image Shift', 'Stage Shift']);
  expect(table!.rows.map((row) => row.magIndex)).toEqual(optics.magnifications.indexes(optics.camera(place.camera)));
  expect(table!.rows.find((row) => row.magIndex === 22)!.magnification).toBe(8100);
  expect([cell(1), cell(2)]).toEqual([
    { state: 'never', text: '' },
    { state: 'never', text: '' },
  ]);
  calibrations.imageShift.set(place.magIndex, place.camera, matrix);
  expect([cell(1), cell(1, 23)]).toEqual([
    { state: 'done', text: 'in the files' },
    { state: 'never', text: '' },
  ]);
  const sized = optics.camera(place.camera).measured.find(({ pixelNanometres }) => pixelNanometres !== undefined)!;
  expect(cell(0, sized.magIndex)).toEqual({ state: 'done', text: 'in the files' });
});

test('a cell tells age and verdict of what was measured here, at its own magnification', async () => {
  const { instrument, calibrations, cell } = await site();
  await using _ = instrument;
  for (const index of [22, 23]) calibrations.imageShift.set(magIndex(index), place.camera, matrix);
  const history = [entry('2026-05-30T12:00:00Z')];
  expect(cell(1, 22, { history })).toEqual({ state: 'done', text: '2 days ago, good' });
  expect(cell(1, 23, { history })).toEqual({ state: 'done', text: 'in the files' });
  expect(cell(1, 22, { history: [entry('2024-05-30T12:00:00Z')] })).toMatchObject({ state: 'stale' });
  expect(cell(1, 22, { history: [entry('2026-06-01T11:00:00Z', { quality: { verdict: 'doubtful' } })] })).toEqual({
    state: 'doubtful',
    text: 'today, doubtful',
  });
  expect(cell(1, 22, { history, inForce: () => false })).toEqual({ state: 'done', text: 'in the files' });
});

test('a contradiction of the beam is shown with the item that settles it', async () => {
  const { instrument, calibrations, session } = await site();
  await using _ = instrument;
  const rows = [0.9, 0.8, 0.7, 0.6, 0.5].map((intensity) => ({ intensity, counts: (intensity - 0.4) ** -2 }));
  const conditions = {
    magIndex: magIndex(22),
    spot: 3,
    flags: 0,
    crossover: 0,
    aperture: 0,
    probe: 1,
    magnification: 8100,
  };
  calibrations.records('BeamIntensityTable').put({ ...conditions, rows });
  calibrations.records('CrossoverIntensity').put({ spot: 3, micro: 0.4, nano: 0 });
  const ofBeam = () => contradictionsOf(session, now).filter(({ code }) => code === 'consistency/crossover');
  expect(ofBeam()).toEqual([]);
  calibrations.records('CrossoverIntensity').put({ spot: 3, micro: 0.65, nano: 0 });
  expect(findingStates(session, ofBeam())).toMatchObject([
    { severity: 'error', redo: 'calibrations/beam-and-spot/beam-crossover' },
  ]);
});

test('a contradiction is shown at the magnification that it is about, and the guide names that place', async () => {
  const { instrument, calibrations, session, report, cell } = await site();
  await using _ = instrument;
  const optics = instrument.kernel.registry.get(Optics);
  const indexes = optics.magnifications.indexes(optics.camera(place.camera)).filter((index) => index >= 20);
  for (const index of indexes) {
    const nominal = optics.at({ ...place, magIndex: index }).nominalPixelSize! * 1e6;
    const size = (index === 22 ? 1.5 : 1) / nominal;
    calibrations.imageShift.set(index, place.camera, { xpx: size, xpy: 0, ypx: 0, ypy: size });
  }
  const findings = contradictionsOf(session, now).filter(({ remedy }) => remedy.measure === 'image shift');
  expect(findings.map((each) => each.magIndex)).toContain(22);
  expect(findingStates(session, findings)[0]).toMatchObject({ redo: `${shift}/image-shift`, place: '8100x on K3' });
  expect(cell(1, 22, { findings })).toMatchObject({ state: 'doubtful', text: 'in doubt' });
  expect(cell(1, 24, { findings })).toMatchObject({ state: 'done' });
  expect(report({ findings }).tables).toHaveLength(1);
});

test('a step is done for the magnifications that are done, here or by another program', async () => {
  const { instrument, calibrations, step, report } = await site();
  await using _ = instrument;
  const all = report().tables[0]!.rows.length;
  expect(step('image-shift')).toMatchObject({ state: 'never', note: 'Not done yet' });
  expect(step('stage-shift').first).toEqual(['Image Shift']);
  calibrations.imageShift.set(place.magIndex, place.camera, matrix);
  expect(step('image-shift')).toMatchObject({ state: 'partly', note: `In the files at 1 of ${all} magnifications` });
  expect(step('stage-shift').first).toEqual([]);
  expect(step('image-shift', { history: [entry('2026-05-31T12:00:00Z')] })).toMatchObject({
    state: 'partly',
    note: `Done yesterday at 8100x, good; in the files at 1 of ${all} magnifications`,
  });
  for (const { magIndex: index } of report().tables[0]!.rows)
    calibrations.imageShift.set(magIndex(index), place.camera, matrix);
  expect(step('image-shift').state).toBe('done');
});

test('a pixel size that was found and not written is in no file yet', async () => {
  const { instrument, calibrations, cell } = await site();
  await using _ = instrument;
  const free = [...Array(40).keys()].find((index) => cell(0, index + 1)?.state === 'never')! + 1;
  const found = { time: 1, addedRotation: 0, pixelSize: 0.5, gridAngle: 0 };
  calibrations.shortTerm('FoundPixelSize').put({ ...place, ...found, magIndex: magIndex(free) });
  expect(cell(0, free)).toEqual({ state: 'doubtful', text: 'found, not in the configuration' });
});
