import path from 'node:path';
import { Cameras, Scope, StemMode } from '../../../core/devices';
import { projectFolder, virtualInstrument } from '../../support/virtual-instrument';

test('choosing a camera that scans brings the column into STEM, and another one brings it back', async () => {
  await using instrument = await virtualInstrument({
    configuration: path.join(projectFolder, 'config', 'jeol-digiscan.yaml'),
  });
  const { registry } = instrument.kernel;
  const [cameras, { stemMode }, scope] = [registry.get(Cameras), registry.get(StemMode), registry.get(Scope)];
  const [plain, scanning] = [false, true].map((stem) => cameras.all.find(({ traits }) => traits.stem === stem)!);
  expect(cameras.selected.traits.stem).toBe(await stemMode.read());
  await cameras.select(scanning!.traits.index);
  expect(await stemMode.read()).toBe(true);
  expect(await scope.magIndex.read()).toBeGreaterThan(0);
  await cameras.select(plain!.traits.index);
  expect(await stemMode.read()).toBe(false);
});
