import { seconds } from '../../../core/base';
import { type FaultProxy, faultProxy } from '../../support/fault-proxy';
import { breakOften, demand } from '../../support/seeded-faults';
import { verifying } from '../../../testing/verifying';
import { ceta } from './cameras';
import { ramp, temscriptCamera } from './temscript-cameras';

let under: Awaited<ReturnType<typeof temscriptCamera>>;
let proxy: FaultProxy;
const small = { ...ceta, width: 16, height: 16 };
beforeEach(async () => {
  under = await temscriptCamera(small, {
    answerLimit: 0.6,
    through: async (port) => {
      proxy = await faultProxy(port);
      return proxy.port;
    },
  });
});
afterEach(async () => {
  await under.dispose();
  await proxy.close();
});

it('a broken wire gives the one right image or one clear error, and works again; no request for an image is made twice', async () => {
  const { camera, server } = under;
  const use = async (): Promise<void> => {
    const before = server.exposures.length;
    try {
      const { image } = await camera.acquire(
        camera.fit({
          binning: 2,
          area: { left: 0, top: 0, right: 16, bottom: 16 },
          exposure: seconds(0.01),
          driftSettling: seconds(0),
          processing: 'gain normalized',
          readMode: 'linear',
        }),
      );
      demand('image', [...image.data], ramp(small)(2, 8, 8));
    } finally {
      demand('exposures', server.exposures.length - before <= 1, true);
    }
  };
  const runs = verifying ? 500 : 60;
  const all = ['delay', 'drop', 'truncate', 'duplicate', 'garble', 'reset', 'stall'] as const;
  const { wrong, results, struck } = await breakOften(
    {
      proxy,
      use,
      longestDelay: 1000,
      kinds: all,
      kindsTowardsServer: all.filter((kind) => kind !== 'duplicate'),
    },
    { runs },
  );
  expect(wrong).toEqual([]);
  expect(struck).toBeGreaterThan(0.9 * runs);
  expect(results['right']).toBeLessThan(0.7 * runs);
});
