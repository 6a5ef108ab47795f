import { cameraIndex, magIndex } from '../../core/base';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyCommand } from '../../app/commands/calibrations';
import { Output } from '../../app/output';
import { applyChanges, amend, type Change, put, session } from '../../core/store';
import { virtualInstrument } from '../support/virtual-instrument';

/** Stores something, replaces it, brings it back with the command, and returns what the command printed and the files of the site. */
async function broughtBack(administrator: boolean, changes: readonly Change[], later: readonly Change[]) {
  let text = '';
  const output = new Output(false, { write: (more) => (text += more) }, { write: () => {} });
  await using instrument = await virtualInstrument({
    edit: (yaml) => yaml.replace('StartAsAdministrator: 1', `StartAsAdministrator: ${administrator ? 1 : 0}`),
  });
  const { calibrations, settings, history } = instrument;
  const rest = { item: 'test', summary: 'Stored.', values: {}, standardErrors: {}, conditions: {} };
  const entry = await history.append({ ...rest, changes: applyChanges({ calibrations, settings }, changes) });
  applyChanges({ calibrations, settings }, later);
  const open = () =>
    Promise.resolve(Object.assign(Object.create(instrument), { [Symbol.asyncDispose]: async () => {} }));
  await historyCommand({ configuration: '', output, open }, { restore: entry.id });
  const shortTerm = path.join(path.dirname(calibrations.path), path.basename(settings.calibrationFiles.shortTerm));
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'latin1') : undefined);
  return { text, main: read(calibrations.path), shortTerm: read(shortTerm), settings };
}

const offset = { spot: 3, micro: 1, nano: 2 };
const found = {
  time: 29_000_000,
  camera: cameraIndex(0),
  magIndex: magIndex(17),
  addedRotation: 0,
  pixelSize: 0.5,
  gridAngle: 12,
};

test('a record of the calibration file is saved there', async () => {
  const changes = [put('C2SpotOffset', offset)];
  const { text, main } = await broughtBack(true, changes, [put('C2SpotOffset', { ...offset, micro: 7 })]);
  expect(text).toMatch(/Restored the value of .*: Stored\. Saved to .*SerialEMcalibrations\.txt\.\n$/);
  expect(main).toContain('C2SpotOffset 3 1.000000 2.000000');
});

test('a record of the short-term file is saved there, by anybody', async () => {
  const turned = (addedRotation: number) =>
    amend('FoundPixelSize', { camera: cameraIndex(0), magIndex: magIndex(17) }, { addedRotation });
  const { text, main, shortTerm } = await broughtBack(false, [put('FoundPixelSize', found), turned(90)], [turned(180)]);
  expect(text).toMatch(/Saved to .*SEMshortTermCal\.txt\.\n$/);
  expect(shortTerm).toContain('FoundPixelSize 29000000 0 17 90 0.500000 12.000000');
  expect(main).toBeUndefined();
});

test('a setting of the session is set and goes with the command, which is said', async () => {
  const changes = [session('ISdelayScaleFactor', 0.4)];
  const { text, main, settings } = await broughtBack(false, changes, [session('ISdelayScaleFactor', 0.7)]);
  expect(settings.get('ISdelayScaleFactor')).toBe(0.4);
  expect(text).toMatch(/lasts for one session.*enter "ISdelayScaleFactor: 0\.4" in the configuration\.\n$/s);
  expect(main).toBeUndefined();
});
