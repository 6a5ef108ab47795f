import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cameraIndex, magIndex, matrix } from '../../../../core/base';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const item = 'calibrations/save-calibrations';
/** An instrument whose calibrations were saved, then changed in memory, and by another program on the disk. */
async function changedTwice(): ReturnType<typeof virtualInstrument> {
  const instrument = await virtualInstrument({ magIndex: 22 });
  const { calibrations } = instrument;
  calibrations.imageShift.set(magIndex(17), cameraIndex(0), matrix(1.5, -2.25, 2.125, 1.625));
  await calibrations.save();
  calibrations.imageShift.set(magIndex(18), cameraIndex(0), matrix(2.5, -2.25, 2.125, 1.625));
  appendFileSync(calibrations.path, 'C2SpotOffset 2 1.0 1.0\r\n');
  return instrument;
}
const hasOurs = (text: string): boolean => text.includes('18 0 2.500000');
const hasTheirs = (text: string): boolean => text.includes('C2SpotOffset 2');

describe('Save Calibrations after another program has changed the file', () => {
  it.each([
    ['merge', true],
    ['overwrite', false],
  ])('does as the operator says: %s', async (answer, theirs) => {
    await using instrument = await changedTwice();
    const { calibrations } = instrument;
    await runItem(instrument, item, { 'if-changed': answer });
    const text = readFileSync(calibrations.path, 'latin1');
    expect([hasOurs(text), hasTheirs(text), calibrations.unsaved]).toEqual([true, theirs, false]);
    expect(hasTheirs(readFileSync(calibrations.path.replace('.txt', '.bak'), 'latin1'))).toBe(true);
  });

  it('saves in another file, which the operator names', async () => {
    await using instrument = await changedTwice();
    const { calibrations } = instrument;
    const { result } = await runItem(instrument, item, { 'if-changed': 'another file', 'file-name': 'mine.txt' });
    const other = path.join(path.dirname(calibrations.path), 'mine.txt');
    expect(result!.values).toEqual({ path: other });
    expect(hasOurs(readFileSync(other, 'latin1'))).toBe(true);
    expect(hasOurs(readFileSync(calibrations.path, 'latin1'))).toBe(false);
    expect(calibrations.unsaved).toBe(true);
  });

  it('saves nothing when the operator cancels', async () => {
    await using instrument = await changedTwice();
    const { calibrations } = instrument;
    await expect(runItem(instrument, item, { 'if-changed': 'cancel' })).rejects.toMatchObject({
      code: 'store/changed-on-disk',
    });
    expect(hasOurs(readFileSync(calibrations.path, 'latin1'))).toBe(false);
    expect(calibrations.unsaved).toBe(true);
    expect(existsSync(calibrations.path.replace('.txt', '.bak'))).toBe(false);
  });
});
