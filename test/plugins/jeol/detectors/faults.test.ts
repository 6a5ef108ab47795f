import { breakOften, demand } from '../../../support/seeded-faults';
import { type FaultProxy, faultProxy } from '../../../support/fault-proxy';
import { verifying } from '../../../../testing/verifying';
import { ramp, servedScans, smallModel, whole } from './served-camera';

it('a broken wire gives the one right image or one clear error, and works again; no scan is requested twice', async () => {
  let proxy: FaultProxy | undefined;
  const model = { ...smallModel, width: 16, height: 16 };
  const served = await servedScans({
    model,
    answerLimit: 0.6,
    imageLimit: 0.8,
    pass: async () => {},
    through: async (port) => {
      proxy = await faultProxy(port);
      return proxy.port;
    },
  });
  const { camera, service } = served;
  await served.connect();
  const use = async (): Promise<void> => {
    const before = service.scans;
    try {
      const { image } = await camera.acquire(
        whole({ area: { left: 0, top: 0, right: 16, bottom: 16 }, exposure: (256 * 10e-6) as never }),
      );
      demand('image', [...image.data], ramp('HAADF', 16, 16));
    } finally {
      demand('scans', service.scans - before <= 1, true);
    }
  };
  const runs = verifying ? 500 : 40;
  // Pixels have no checksum of their own.
  const all = ['delay', 'drop', 'truncate', 'reset', 'stall'] as const;
  const { wrong, results, struck } = await breakOften({ proxy: proxy!, use, longestDelay: 1000, kinds: all }, { runs });
  expect(wrong).toEqual([]);
  expect(struck).toBeGreaterThan(0.5 * runs);
  expect(results['right']).toBeLessThan(0.9 * runs);
  await served.dispose();
  await proxy!.close();
});
