import { type AddressInfo, type Socket, createServer } from 'node:net';
import { HttpJsonClient, WireError } from '../../../wires';
import { until, untilNothingIsOpen } from '../../support/until';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await untilNothingIsOpen();
});

/** A client, and a server that writes these bytes to every request. */
async function answering(answer: string | ((socket: Socket) => void)) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      requests.push(bytes.toString('latin1'));
      if (typeof answer === 'string') socket.end(answer, 'latin1');
      else answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const client = new HttpJsonClient({
    name: 'the server',
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  });
  open.push(
    () => new Promise((resolve) => server.close(resolve)),
    async () => sockets.forEach((socket) => socket.destroy()),
    () => client.close(),
  );
  return { client, requests };
}
/** Milliseconds that no answer needs, however busy the machine is. */
const limit = 60_000;
const reply = (body: string, length: number | undefined = body.length, status = '200 OK'): string =>
  `HTTP/1.0 ${status}\r\nContent-Type: application/json\r\n${length === undefined ? '' : `Content-Length: ${length}\r\n`}\r\n${body}`;

it('gives the value of a whole answer', async () => {
  const { client, requests } = await answering(reply('{"a": [1, 2.5e-6]}'));
  expect(await client.get('/v1/x', { limit })).toEqual({ status: 200, value: { a: [1, 2.5e-6] } });
  expect(requests[0]).toMatch(/^GET \/v1\/x HTTP/);
});

it('sends a value with its length', async () => {
  const { client, requests } = await answering('HTTP/1.0 204 No Content\r\n\r\n');
  expect(await client.put('/v1/x', [1e-6, -2], { limit })).toEqual({ status: 204, value: undefined });
  expect(requests[0]).toMatch(/^PUT \/v1\/x HTTP[^]*content-length: 13/i);
});

it('gives the status of a page, and nothing of it', async () => {
  const { client } = await answering(reply('<html>no</html>', undefined, '404 Not Found'));
  expect(await client.get('/v1/x', { limit })).toEqual({ status: 404, value: undefined });
});

it.each([
  ['an answer that does not say how long it is', reply('12', -1).replace(/Content-Length.*\r\n/, ''), 'wire/bad-reply'],
  ['an answer that is shorter than it says', reply('12', 5), 'wire/connection-lost'],
  ['broken JSON', reply('[1, 2'), 'wire/bad-reply'],
  ['bytes that are not text', reply('"\xe9"'), 'wire/bad-reply'],
  ['an answer that is not HTTP', 'hello\r\n\r\n', 'wire/bad-reply'],
  ['an answer that is too large', reply(`"${'x'.repeat(2000)}"`), 'wire/bad-reply'],
  ['nothing at all', '', 'wire/connection-lost'],
])('takes %s for an error', async (_what, answer, code) => {
  const { client } = await answering(answer);
  const error = (await client.get('/v1/x', { limit, largest: 1000 }).catch((thrown: unknown) => thrown)) as WireError;
  expect(error).toBeInstanceOf(WireError);
  expect(error.code).toBe(code);
  expect(error.hint).not.toBe('');
});

it('ends when the limit is over', async () => {
  const { client } = await answering(() => {});
  await expect(client.get('/v1/a', { limit: 50 })).rejects.toMatchObject({
    code: 'wire/timeout',
    message: expect.stringContaining('the server') as string,
  });
});

it('ends at a STOP and at its close', async () => {
  const stop = new AbortController();
  const { client, requests } = await answering(() => {
    if (requests.length === 1) stop.abort();
  });
  await expect(client.get('/v1/b', { limit, signal: stop.signal })).rejects.toMatchObject({ code: 'wire/stopped' });
  const waiting = client.get('/v1/c', { limit }).catch((error: unknown) => error);
  await until('it was under way', () => requests.length === 2);
  await client.close();
  expect(await waiting).toMatchObject({ code: 'wire/closed' });
  expect(requests).toHaveLength(2);
});

it('says that nobody listens', async () => {
  const client = new HttpJsonClient({ name: 'the server', host: '127.0.0.1', port: 1 });
  await expect(client.get('/v1/a', { limit })).rejects.toMatchObject({
    code: 'wire/connect-failed',
    message: expect.stringContaining('127.0.0.1:1') as string,
  });
});
