import { micrometres } from '../../../core/base';
import { type FaultProxy, faultProxy } from '../../support/fault-proxy';
import { breakOften, demand } from '../../support/seeded-faults';
import { verifying } from '../../../testing/verifying';
import { type TemscriptColumnUnderTest, makeTemscriptColumn } from './make-temscript-column';

let column: TemscriptColumnUnderTest;
let proxy: FaultProxy;
beforeEach(async () => {
  column = await makeTemscriptColumn({
    answerLimit: 0.6,
    through: async (port) => {
      proxy = await faultProxy(port);
      return proxy.port;
    },
  });
});
afterEach(async () => {
  await column.dispose();
  await proxy.close();
});

/** Sets defocus to a new value each time, and reads it, the modes and the stage. */
function user(): () => Promise<void> {
  let uses = 0;
  return async () => {
    const { scope, stage, transport } = column;
    const wanted = micrometres((uses = (uses + 1) % 1000) / 100);
    await scope.defocus.write(wanted);
    demand('defocus', await scope.defocus.read(), wanted);
    demand('high tension', await scope.highTension.read(), 200_000);
    demand('mag index', await transport.getMagnificationIndex(), 6);
    demand('stage', await stage.position.read(), { x: 0, y: 0, z: 0, tilt: 0 });
  };
}

it('a broken wire gives the right numbers or one clear error, and works again', async () => {
  const runs = verifying ? 500 : 60;
  const all = ['delay', 'drop', 'truncate', 'duplicate', 'garble', 'reset', 'stall'] as const;
  const { wrong, results, struck } = await breakOften(
    {
      proxy,
      use: user(),
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
