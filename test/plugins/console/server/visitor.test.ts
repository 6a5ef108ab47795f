import type { WebSocket } from 'ws';
import { SharedState } from '../../../../plugins/console/server/shared-state';
import { Visitor } from '../../../../plugins/console/server/web/visitor';

/** A browser that reads nothing from its connection before it is released. */
function sleeper() {
  const sent: string[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (data: string | Uint8Array, done?: () => void) =>
      void (sent.push(typeof data === 'string' ? data : `image of ${data.length}`), done?.()),
    close: () => {},
  };
  return { sent, socket, as: socket as unknown as WebSocket };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());
const turns = (milliseconds = 1): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

test('a browser that sleeps through thousands of changes holds nothing up, keeps nothing but names, and hears the newest of everything when it wakes', async () => {
  const state = new SharedState(() => new Date(0));
  state.set('outcome', undefined);
  const { sent, socket, as } = sleeper();
  const visitor = new Visitor(1, { role: 'operator', tab: '', session: 's' }, as, state);
  state.onChange((part) => visitor.changed(part));
  await turns(5);
  sent.length = 0;
  socket.bufferedAmount = 1e9;
  for (let turn = 0; turn < 5000; turn++) {
    state.set('showing', { buffer: 'A', turn });
    state.log('said', `line ${turn}`);
  }
  const given: number[] = [];
  for (let number = 0; number < 50; number++) visitor.sendImage(number, () => (given.push(number), new Uint8Array(10)));
  await turns(80);
  // Only the refusals of images that nobody waits for any more are under way.
  expect(sent.filter((text) => !text.includes('console/superseded'))).toEqual([]);
  socket.bufferedAmount = 0;
  await turns(80);
  expect(sent.filter((text) => text.includes('"part":"showing"'))).toEqual([expect.stringContaining('"turn":4999')]);
  const lines = sent
    .filter((text) => text.includes('"is":"log"'))
    .flatMap((text) => (JSON.parse(text) as { lines: { text: string }[] }).lines);
  expect(lines.length).toBeLessThanOrEqual(400);
  expect(lines.at(-1)).toMatchObject({ text: 'line 4999' });
  expect(given).toEqual([49]);
});

test('a part that did not change is not sent again', async () => {
  const state = new SharedState(() => new Date(0));
  const { sent, as } = sleeper();
  const visitor = new Visitor(1, { role: 'observer', tab: '', session: 's' }, as, state);
  state.onChange((part) => visitor.changed(part));
  for (let count = 0; count < 10; count++) {
    state.set('buffers', []);
    await turns();
  }
  expect(sent.filter((text) => text.includes('buffers'))).toHaveLength(1);
});
