import { magIndex, seconds } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { simulatedSite, siteText } from '../simulator/site';

const builtIn = {
  simulator: () => require('../../../plugins/simulator') as unknown,
  fei: () => require('../../../plugins/fei') as unknown,
  'falcon-ceta': () => require('../../../plugins/falcon-ceta') as unknown,
};
const never = new AbortController().signal;
const falconSite = siteText
  .replace('  fei: {}\n', '  fei: {}\n  falcon-ceta: {}\n')
  .replace("Name: 'first'", "Name: 'first'\n    DetectorName:\n      - [0, 'BM-Falcon']\n    FEICameraType: 4")
  .replace(/ActiveCameraList.*/, 'ActiveCameraList: [0]\nFalconPostMagDelay: 4000');

it('takes pictures of the virtual microscope, and waits after a change of magnification', async () => {
  const { kernel, clock } = simulatedSite(falconSite, builtIn);
  await kernel.connect(never);
  const { selected: camera } = kernel.registry.get(Cameras);
  const { traits } = camera;
  expect(traits).toMatchObject({ name: 'first', directDetector: true });
  await kernel.registry.get(Scope).magIndex.write(magIndex(8));
  const changed = clock.now();
  const frame = await camera.acquire(
    camera.fit({
      binning: 4,
      area: { left: 0, top: 0, right: traits.width, bottom: traits.height },
      exposure: seconds(0.5),
      driftSettling: seconds(0),
      processing: 'gain normalized',
      readMode: 'linear',
    }),
  );
  expect(frame.image.shape).toEqual([256, 256]);
  expect(frame.began).toBeGreaterThanOrEqual(changed + 4);
  const counts = Array.from(frame.image.data);
  expect(counts.reduce((sum, each) => sum + each, 0) / counts.length).toBeGreaterThan(50);
  await kernel.dispose();
});

it('provides no camera where the site has none of its own', () => {
  const { kernel, log } = simulatedSite(siteText.replace('  fei: {}\n', '  fei: {}\n  falcon-ceta: {}\n'), builtIn);
  expect(kernel.registry.has(Cameras)).toBe(false);
  expect(log.map(({ text }) => text).join()).toContain('FEICameraType');
});
