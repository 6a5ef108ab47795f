import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VirtualClock, cameraIndex, magIndex, matrix } from '../../../core/base';
import { openCalibrations } from '../../../core/store';
import { savedCalibrations } from '../../../plugins/simulator/saved-calibrations';

let directory: string;
beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'site-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const text = [
  'SerialEMCalibrations',
  'ImageShiftMatrix\t3',
  '6 0 150.000000 300.000000 310.000000 -140.000000   3200',
  '7 0 0.000000 0.000000 0.000000 0.000000   6400',
  '8 0 1.000000 2.000000 3.000000 4.000000   12800',
  'StageToCameraMatrix 6 0 -40.000000 330.000000 -331.000000 -38.000000   0.000000   3200',
  '',
].join('\r\n');

it('are the matrices of the file, and nothing that was measured since', async () => {
  const file = path.join(directory, 'SerialEMcalibrations.txt');
  writeFileSync(file, text);
  const clock = new VirtualClock(new Date('2026-03-01T10:00:00Z'));
  const { calibrations } = await openCalibrations({
    directory,
    clock,
    isAdministrator: () => false,
    magnificationOf: () => undefined,
  });
  calibrations.imageShift.set(magIndex(6), cameraIndex(0), matrix(151, 301, 311, -141));
  await calibrations.saveShortTerm();
  const { calibrations: nextSession } = await openCalibrations({
    directory,
    clock,
    isAdministrator: () => false,
    magnificationOf: () => undefined,
  });
  expect(nextSession.imageShift.get(magIndex(6), cameraIndex(0))).toEqual(matrix(151, 301, 311, -141));

  const saved = savedCalibrations(nextSession.path);
  expect([...saved.imageShift.entries()]).toEqual([
    { magIndex: 6, camera: 0, matrix: matrix(150, 300, 310, -140) },
    { magIndex: 8, camera: 0, matrix: matrix(1, 2, 3, 4) },
  ]);
  expect([...saved.stage.entries()]).toEqual([{ magIndex: 6, camera: 0, matrix: matrix(-40, 330, -331, -38) }]);
});

it('are none where there is no file', () => {
  const saved = savedCalibrations(path.join(directory, 'none.txt'));
  expect([...saved.imageShift.entries(), ...saved.stage.entries()]).toEqual([]);
});
