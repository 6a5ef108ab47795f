import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { LineClient, WireError } from '../../../wires';
import { until, untilNothingIsOpen } from '../../support/until';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await untilNothingIsOpen();
});

/** A client, and a server that answers each line as the test says. */
async function speaking(answer: (line: string, socket: Socket) => void, longestAnswer = 100) {
  const sockets = new Set<Socket>();
  const state = { connections: 0, ended: 0, lines: [] as string[] };
  const server: Server = createServer((socket) => {
    state.connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => state.ended++);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r'); end >= 0; end = text.indexOf('\r')) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        state.lines.push(line);
        answer(line, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const client = new LineClient({
    name: 'the device',
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connectLimit: limit,
    deadBefore: limit,
    lineEnd: '\r',
    longestAnswer,
  });
  open.push(
    () => new Promise((resolve) => server.close(resolve)),
    async () => sockets.forEach((socket) => socket.destroy()),
    () => client.close(),
  );
  return { client, state, sockets };
}
/** Milliseconds that no answer needs, however busy the machine is. */
const limit = 60_000;
const echo = (line: string, socket: Socket): void => void socket.write(`${line} done\r`);

it('exchanges lines strictly one after the other', async () => {
  let under = 0;
  const { client, state } = await speaking((line, socket) => {
    expect(++under).toBe(1);
    setTimeout(() => {
      under--;
      echo(line, socket);
    }, 5);
  });
  const answers = await Promise.all(['a', 'b', 'c'].map((line) => client.exchange(line, { limit })));
  expect(answers).toEqual(['a done', 'b done', 'c done']);
  expect(state.connections).toBe(1);
});

it('puts an answer together from pieces', async () => {
  const { client } = await speaking((_, socket) => {
    socket.write('on');
    setTimeout(() => socket.write('e\r'), 10);
  });
  expect(await client.exchange('x', { limit })).toBe('one');
});

const silence = (): void => {};

it.each([
  ['more than one answer', (_: string, socket: Socket) => void socket.write('one\rtwo\r'), 'wire/bad-reply'],
  [
    'bytes that are not text',
    (_: string, socket: Socket) => void socket.write(Buffer.from([0x6f, 0xee, 0x0d])),
    'wire/bad-reply',
  ],
  ['an answer without an end', (_: string, socket: Socket) => void socket.write('x'.repeat(101)), 'wire/bad-reply'],
  ['silence', silence, 'wire/timeout'],
  [
    'a connection that ends in the middle',
    (_: string, socket: Socket) => void socket.end('hal'),
    'wire/connection-lost',
  ],
])('takes %s for an error, and connects again', async (_what, wrong, code) => {
  const { client, state } = await speaking((line, socket) => (line === 'x' ? wrong : echo)(line, socket));
  const error = (await client
    .exchange('x', { limit: wrong === silence ? 100 : limit })
    .catch((thrown: unknown) => thrown)) as WireError;
  expect(error).toBeInstanceOf(WireError);
  expect({ code: error.code, named: error.message.includes('the device') }).toEqual({ code, named: true });
  expect(error.hint).not.toBe('');
  expect(await client.exchange('y', { limit })).toBe('y done');
  expect(state.connections).toBe(2);
});

it('closes the connection when something comes that nobody asked for', async () => {
  const { client, state, sockets } = await speaking(echo);
  await client.exchange('x', { limit });
  for (const socket of sockets) socket.write('and another thing\r');
  await until('the client had closed its connection', () => state.ended === 1);
  expect(await client.exchange('y', { limit })).toBe('y done');
  expect(state.connections).toBe(2);
});

it('repeats a question whose connection was dead, once, and nothing else', async () => {
  const { client, state } = await speaking((_, socket) => socket.resetAndDestroy());
  await expect(client.exchange('ask', { limit, repeatable: true })).rejects.toMatchObject({
    code: 'wire/connection-lost',
  });
  await expect(client.exchange('act', { limit })).rejects.toMatchObject({ code: 'wire/connection-lost' });
  expect(state.lines).toEqual(['ask', 'ask', 'act']);
});

it('closes the connection after an answer that does not fit', async () => {
  const { client, state } = await speaking((_, socket) => void socket.write('something else\r'));
  await expect(client.exchange('x', { limit, fits: (answer) => answer.startsWith('x') })).rejects.toMatchObject({
    code: 'wire/bad-reply',
    message: expect.stringContaining('"x"') as string,
  });
  await client.exchange('x', { limit });
  expect(state.connections).toBe(2);
});

it('ends at a STOP and at its close, and sends only text', async () => {
  const stop = new AbortController();
  const { client, state } = await speaking(() => stop.abort());
  await expect(client.exchange('x', { limit, signal: stop.signal })).rejects.toMatchObject({ code: 'wire/stopped' });
  await expect(client.exchange('x\ry', { limit })).rejects.toMatchObject({ code: 'wire/bad-request' });
  const waiting = client.exchange('z', { limit }).catch((error: unknown) => error);
  await until('it was under way', () => state.lines.length === 2);
  await client.close();
  expect(await waiting).toMatchObject({ code: 'wire/closed' });
  await expect(client.exchange('x', { limit })).rejects.toMatchObject({ code: 'wire/closed' });
  expect(state.lines).toEqual(['x', 'z']);
});
