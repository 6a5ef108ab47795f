import { ImageBuffers } from '../../../../core/kernel';
import { UserSettings } from '../../../../core/user-settings';
import { serveSite } from '../support/console-site';
import { ask, opened, tokenOf } from '../support/web-client';

test('a Record image that was not saved is dropped from the buffers only with leave to do so', async () => {
  await using site = await serveSite({
    magIndex: 22,
    speed: 50,
    edit: (yaml) =>
      yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 720').replace('CameraSizeY: 8184', 'CameraSizeY: 512'),
  });
  const { session } = site.instrument;
  const [buffers, users] = [session.find(ImageBuffers)!, session.find(UserSettings)!];
  await users.set('BuffersToRollOnAcquire', 1);
  const socket = await opened(site, { token: tokenOf(site.administrator) });
  const does = (command: object) => ask(socket, command);
  expect(await does({ do: 'control', take: true })).toMatchObject({ is: 'done' });
  for (const set of ['Record', 'View'])
    expect([set, await does({ do: 'take', set })]).toMatchObject([set, { is: 'done' }]);
  const record = buffers.get('B')!.frame;
  const refused = { is: 'refused', code: 'buffers/unsaved-record' };
  expect(await does({ do: 'take', set: 'View' })).toMatchObject(refused);
  expect(await does({ do: 'live', set: 'View' })).toMatchObject(refused);
  expect(await does({ do: 'copy-buffer', from: 'A', to: 'B' })).toMatchObject(refused);
  expect(buffers.get('B')!.frame).toBe(record);
  // A copy keeps it, and then nothing is asked.
  expect(await does({ do: 'copy-buffer', from: 'B', to: 'F' })).toMatchObject({ is: 'done' });
  expect(await does({ do: 'take', set: 'View' })).toMatchObject({ is: 'done' });
  expect(await does({ do: 'copy-buffer', from: 'A', to: 'F' })).toMatchObject(refused);
  expect(await does({ do: 'copy-buffer', from: 'A', to: 'F', drop: true })).toMatchObject({ is: 'done' });
  expect(buffers.all().some(({ frame }) => frame === record)).toBe(false);
  socket.close();
});
