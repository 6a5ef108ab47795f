import { seconds } from '../../../core/base';
import type { Exposure } from '../../../core/devices';
import { gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import { type FaultProxy, faultProxy } from '../../support/fault-proxy';
import { breakOften, demand } from '../../support/seeded-faults';
import { verifying } from '../../../testing/verifying';
import { type Bench, bench, countAt, propertiesOf } from './setup';

const exposure: Exposure = {
  binning: 2,
  area: { left: 0, top: 0, right: 32, bottom: 24 },
  exposure: seconds(0.01),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'counting',
};

let proxy: FaultProxy;
let under: Bench;
beforeEach(async () => {
  under = await bench(propertiesOf({ StartupDelay: 0, Retractable: 0, CameraSizeX: 16, CameraSizeY: 12 }), {
    limits: { parameters: 600, image: 600, saving: 600 },
    superChunk: 100,
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

// The packets carry no checksum: their lengths and statuses are checked, but a byte of a pixel that changed on its way
// is not noticed.
it('a broken wire gives the one right image or one clear error, and works again; no image is asked for twice', async () => {
  const { camera } = under;
  const asked = (): number =>
    proxy.requests.filter(
      (request) => request.length > 8 && request.readInt32LE(4) === gatanFunctions.GetAcquiredImage.code,
    ).length;
  const use = async (): Promise<void> => {
    const before = asked();
    try {
      const { image } = await camera.acquire(camera.fit(exposure));
      const [rows = 0, columns = 0] = image.shape;
      demand('size', [rows, columns], [12, 16]);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          demand(`pixel ${row}, ${column}`, image.get(row, column), countAt(column + 0.5, row + 0.5));
    } finally {
      demand('exposures', asked() - before <= 1, true);
    }
  };
  const runs = verifying ? 500 : 60;
  const { wrong, results, struck } = await breakOften(
    // Each chunk of an image has five seconds of patience, so silence is left to the long statistics.
    {
      proxy,
      use,
      longestDelay: 1000,
      kinds: ['delay', 'truncate', 'duplicate', 'reset', ...(verifying ? (['drop', 'stall'] as const) : [])],
      kindsTowardsServer: ['delay', 'truncate', 'reset'],
    },
    { runs },
  );
  expect(wrong).toEqual([]);
  expect(struck).toBeGreaterThan(0.9 * runs);
  expect(results['right']).toBeLessThan(0.7 * runs);
});
