import { metres } from '../../../core/base';
import { type FaultProxy, faultProxy } from '../../support/fault-proxy';
import { breakOften, demand } from '../../support/seeded-faults';
import { verifying } from '../../../testing/verifying';
import { type TcpColumnUnderTest, makeTcpColumn } from './make-tcp-column';

let column: TcpColumnUnderTest;
let proxy: FaultProxy;
beforeEach(async () => {
  column = await makeTcpColumn({
    answerLimit: 600,
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

/** Sets a lens to a new value each time and reads it, the stage and the mode. */
function user(): () => Promise<void> {
  let uses = 0;
  return async () => {
    const { protocol, scope, stage } = column;
    const step = (uses = (uses + 1) % 1000);
    const wanted = Math.round((step / 1000) * 0x3ffc00) / 0x3ffc00;
    await scope.intensity.write(wanted);
    demand('intensity', await scope.intensity.read(), wanted);
    demand('stage', await stage.position.read(), { x: metres(0), y: metres(0), z: metres(0), tilt: 0 });
    demand('mode', await protocol.getHex('Column Mode', 2, 2), [0, 0]);
  };
}

it('a broken wire gives the right numbers or one clear error, and works again', async () => {
  const runs = verifying ? 500 : 60;
  const { wrong, results, struck } = await breakOften(
    {
      proxy,
      use: user(),
      longestDelay: 1000,
      kinds: ['delay', 'drop', 'truncate', 'duplicate', 'garble', 'reset', 'stall'],
    },
    { runs },
  );
  expect(wrong).toEqual([]);
  expect(struck).toBeGreaterThan(0.9 * runs);
  expect(results['right']).toBeLessThan(0.7 * runs);
});

// A line carries no checksum: a digit that became another one on its way to the program is not noticed. Values that
// were set are therefore read again.
it('a digit that became another one on its way to the column is noticed, for lenses and coils', async () => {
  const at = 'Set Lens C2 FF,'.length;
  proxy.arm({ kind: 'garble', atByte: at, towardsServer: true, mask: 1 });
  await expect(column.protocol.setLens('C2', 0.25)).rejects.toMatchObject({ code: 'hitachi/not-set' });
});
