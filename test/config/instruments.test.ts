import { readdirSync } from 'node:fs';
import path from 'node:path';
import { checkPlugins } from '../../app/check-plugins';
import { loadSettings } from '../../core/settings';
import { matrixError, projectFolder, runItem, trueImageShift, virtualInstrument } from '../support/virtual-instrument';

const folder = path.join(projectFolder, 'config');
/** A mag index in each range of each instrument, low magnification first. */
const magIndexes: Readonly<Record<string, readonly number[]>> = {
  'hitachi-ht7700.yaml': [8, 20, 36],
  'jeol-cryo-arm-k2.yaml': [10, 22],
  'krios-k3.yaml': [10, 22],
  'simulator.yaml': [10, 22],
  'talos-ceta.yaml': [10, 22],
};
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

test('every instrument file is tried', () => expect(files.sort()).toEqual(Object.keys(magIndexes)));

describe.each(files)('config/%s', (file) => {
  const configuration = path.join(folder, file);

  test('has no fault', () => {
    const { settings, problems } = loadSettings(configuration);
    expect([...problems, ...checkPlugins(settings)]).toEqual([]);
  });

  test.each(magIndexes[file]!)('connects as it stands and measures image shift to 0.3 %% at mag index %i', async (magIndex) => {
    await using instrument = await virtualInstrument({ configuration, magIndex });
    const truth = trueImageShift(instrument, magIndex);
    for (const item of ['is-from-scratch', 'image-shift']) {
      const { result } = await runItem(instrument, `calibrations/image-and-stage-shift/${item}`);
      expect(result!.quality?.verdict).toBe('good');
      const { camera } = result!.conditions;
      expect(matrixError(instrument.calibrations.imageShift.get(magIndex, camera!)!, truth).percent).toBeLessThan(0.3);
    }
  });
});
