import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { PacketClient, PacketServer, WireError, chunkHandshake, packetFunctions } from '../../../wires';

const functions = packetFunctions({
  Read: { code: 1, request: {}, reply: { longs: ['value'] }, repeatable: true },
  Act: { code: 2, request: { longs: ['value'] }, reply: {}, repeatable: false },
  Picture: {
    code: 3,
    request: { longs: ['pixels'] },
    reply: { longs: ['pixels', 'width', 'height', 'chunks'] },
    image: 2,
    repeatable: false,
  },
});
const { Read, Act, Picture } = functions;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let close = closing.pop(); close; close = closing.pop()) await close();
  // Nothing may be left open, whatever happened.
  for (let turn = 0; turn < 50 && socketsOpen() > 0; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(socketsOpen()).toBe(0);
});
const socketsOpen = (): number => process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;

/** A server that does with each request whatever the test says; counts its connections. */
async function raw(
  onRequest: (socket: Socket, request: Buffer, connection: number) => void,
): Promise<{ readonly port: number; readonly connections: () => number; readonly requests: Buffer[] }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const requests: Buffer[] = [];
  const server: Server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (request) => {
      requests.push(request);
      onRequest(socket, request, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections, requests };
}

function client(port: number): PacketClient {
  const made = new PacketClient({ name: 'the camera server', host: '127.0.0.1', port, connectLimit: 500 });
  closing.push(() => made.close());
  return made;
}

const longs = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * (values.length + 1));
  bytes.writeInt32LE(bytes.length, 0);
  values.forEach((value, at) => bytes.writeInt32LE(value, 4 * at + 4));
  return bytes;
};
const answer = longs(0, 42);
const failure = (call: Promise<unknown>): Promise<WireError> =>
  call.then(
    () => Promise.reject(new Error('It should have failed.')),
    (error: unknown) => error as WireError,
  );

describe('a client and its server', () => {
  it('sends a request in one write and takes a reply in any pieces', async () => {
    const { port, requests } = await raw((socket) => {
      answer.forEach((byte, at) => setTimeout(() => socket.write(Buffer.of(byte)), 2 * at));
    });
    const { values, status } = await client(port).call(Read, {}, { limit: 2000 });
    expect([values, status]).toEqual([{ value: 42 }, 0]);
    expect(requests.map((request) => request.toString('hex'))).toEqual(['0800000001000000']);
  });

  it('makes calls one after the other, in order', async () => {
    let waiting = 0;
    const { port, requests } = await raw((socket) => {
      expect(++waiting).toBe(1);
      setTimeout(() => {
        waiting--;
        socket.write(longs(0));
      }, 5);
    });
    const one = client(port);
    await Promise.all([1, 2, 3, 4, 5].map((value) => one.call(Act, { value }, { limit: 1000 })));
    expect(requests.map((request) => request.readInt32LE(8))).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the status of a function that failed, and goes on', async () => {
    const { port, connections } = await raw((socket, request) =>
      socket.write(request.readInt32LE(4) === 3 ? longs(7, 0, 0, 0, 0) : answer),
    );
    const one = client(port);
    expect(await one.call(Picture, { pixels: 4 }, { limit: 1000, largestImage: 8 })).toMatchObject({
      status: 7,
      image: undefined,
    });
    expect((await one.call(Read, {}, { limit: 1000 })).values.value).toBe(42);
    expect(connections()).toBe(1);
  });

  it.each([-1, -2, -3, -4, -5, -6, -77])(
    'takes the eight bytes of refusal %i from any function, and goes on',
    async (status) => {
      let refused = 0;
      const { port, connections } = await raw((socket, request) =>
        socket.write(request.readInt32LE(4) === 3 && refused++ === 0 ? longs(status) : answer),
      );
      const one = client(port);
      const error = await failure(one.call(Picture, { pixels: 4 }, { limit: 1000, largestImage: 8 }));
      expect(error).toMatchObject({ code: 'wire/refused' });
      expect(error.message).toContain('the camera server: Picture');
      expect((await one.call(Read, {}, { limit: 1000 })).values.value).toBe(42);
      expect(connections()).toBe(1);
    },
  );

  it('serves one client at a time: the newer closes the older, which connects again', async () => {
    const server = new PacketServer({
      functions: Object.values(functions),
      handle: async () => ({ values: { value: 42 } }),
    });
    const port = await server.listen();
    closing.push(() => server.close());
    const [older, newer] = [client(port), client(port)];
    expect((await older.call(Read, {}, { limit: 1000 })).connection).toBe(1);
    expect((await newer.call(Read, {}, { limit: 1000 })).connection).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await older.call(Read, {}, { limit: 1000 })).connection).toBe(2);
  });
});

describe('when the server misbehaves, there is one clear error', () => {
  it('when nobody listens', async () => {
    const { port } = await raw(() => {});
    await closing.pop()!();
    const error = await failure(client(port).call(Read, {}, { limit: 300 }));
    expect(error).toMatchObject({ code: 'wire/connect-failed' });
    expect(error.message).toContain(`the camera server at 127.0.0.1:${port}`);
    expect(error.hint).not.toBe('');
  });

  it('when it is silent, within the limit', async () => {
    const { port } = await raw(() => {});
    const began = performance.now();
    expect(await failure(client(port).call(Read, {}, { limit: 150 }))).toMatchObject({ code: 'wire/timeout' });
    expect(performance.now() - began).toBeLessThan(600);
  });

  it('when it falls silent in the middle of a reply', async () => {
    const { port } = await raw((socket) => socket.write(answer.subarray(0, 9)));
    expect(await failure(client(port).call(Read, {}, { limit: 150 }))).toMatchObject({ code: 'wire/timeout' });
  });

  it.each([0, 3, 7, -1, 9, 16, 1 << 30, -0x80000000])('when it announces a length of %i', async (length) => {
    const { port } = await raw((socket) => {
      const bytes = Buffer.from(answer);
      bytes.writeInt32LE(length, 0);
      socket.write(bytes);
    });
    expect(await failure(client(port).call(Read, {}, { limit: 500 }))).toMatchObject({ code: 'wire/bad-reply' });
  });

  it('when it sends more than the reply', async () => {
    const { port } = await raw((socket) => socket.write(Buffer.concat([answer, Buffer.from('extra')])));
    expect(await failure(client(port).call(Read, {}, { limit: 500 }))).toMatchObject({ code: 'wire/bad-reply' });
  });

  it('when it talks without being asked: the next call uses a new connection', async () => {
    const { port, connections } = await raw((socket, _request, connection) => {
      socket.write(answer);
      if (connection === 1) setTimeout(() => socket.write('hello'), 10);
    });
    const one = client(port);
    await one.call(Read, {}, { limit: 500 });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect((await one.call(Read, {}, { limit: 500 })).values.value).toBe(42);
    expect(connections()).toBe(2);
  });

  it.each([
    ['too many pixels', longs(0, 100, 10, 10, 1)],
    ['a negative number of pixels', longs(0, -4, 2, 2, 1)],
    ['no chunks', longs(0, 4, 2, 2, 0)],
    ['more chunks than bytes', longs(0, 4, 2, 2, 9)],
  ])('when it announces an image of %s', async (_what, header) => {
    const { port } = await raw((socket) => socket.write(header));
    expect(await failure(client(port).call(Picture, { pixels: 4 }, { limit: 500, largestImage: 8 }))).toMatchObject({
      code: 'wire/bad-reply',
    });
  });

  it('when it closes in the middle of an image: nothing is delivered, nothing is asked for again', async () => {
    const { port, requests, connections } = await raw((socket) => {
      socket.write(longs(0, 1000, 50, 20, 1));
      setTimeout(() => socket.end(Buffer.alloc(700)), 20);
    });
    expect(
      await failure(client(port).call(Picture, { pixels: 1000 }, { limit: 500, largestImage: 2000 })),
    ).toMatchObject({ code: 'wire/connection-lost' });
    expect([requests.length, connections()]).toEqual([1, 1]);
  });

  it('when it resets the connection', async () => {
    const { port } = await raw((socket) => socket.resetAndDestroy());
    expect(await failure(client(port).call(Act, { value: 1 }, { limit: 500 }))).toMatchObject({
      code: 'wire/connection-lost',
    });
  });
});

describe('a connection that breaks', () => {
  const breakFirst = (after: number) =>
    raw((socket, _request, connection) => {
      if (connection > 1) socket.write(answer);
      else setTimeout(() => socket.destroy(), after);
    });

  it('is made again once for what may be repeated', async () => {
    const { port, connections, requests } = await breakFirst(0);
    const reply = await client(port).call(Read, {}, { limit: 1000 });
    expect(reply).toMatchObject({ values: { value: 42 }, connection: 2 });
    expect([connections(), requests.length]).toEqual([2, 2]);
  });
  it('is not made again for what may have acted', async () => {
    const { port, connections } = await breakFirst(0);
    expect(await failure(client(port).call(Act, { value: 1 }, { limit: 1000 }))).toMatchObject({
      code: 'wire/connection-lost',
    });
    expect(connections()).toBe(1);
  });
  it('is not made again when the reply had been awaited for long', async () => {
    const { port, connections } = await breakFirst(300);
    expect(await failure(client(port).call(Read, {}, { limit: 1000 }))).toMatchObject({ code: 'wire/connection-lost' });
    expect(connections()).toBe(1);
  });
  it('twice is an error', async () => {
    const { port, connections } = await raw((socket) => socket.destroy());
    expect(await failure(client(port).call(Read, {}, { limit: 1000 }))).toMatchObject({ code: 'wire/connection-lost' });
    expect(connections()).toBe(2);
  });
  it('is noticed by what must follow on the same one, which is not sent', async () => {
    const { port, requests } = await raw((socket) => socket.write(answer));
    const one = client(port);
    const { connection } = await one.call(Read, {}, { limit: 500 });
    expect(await failure(one.call(Act, { value: 1 }, { limit: 500, onConnection: connection + 1 }))).toMatchObject({
      code: 'wire/connection-changed',
    });
    expect(requests).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('ends a call under way with the reason, and the next call works', async () => {
    const { port, connections } = await raw(
      (socket, _request, connection) => void (connection > 1 && socket.write(answer)),
    );
    const one = client(port);
    const stop = new AbortController();
    const call = failure(one.call(Read, {}, { limit: 2000, signal: stop.signal }));
    setTimeout(() => stop.abort(new Error('the operator')), 20);
    expect((await call).message).toBe('the operator');
    expect((await one.call(Read, {}, { limit: 500 })).values.value).toBe(42);
    expect(connections()).toBe(2);
  });
  it('ends a call that waits for its turn at once, and it is never sent', async () => {
    const { port, requests } = await raw((socket) => void setTimeout(() => socket.write(answer), 60));
    const one = client(port);
    const first = one.call(Read, {}, { limit: 1000 });
    const stop = new AbortController();
    const second = failure(one.call(Act, { value: 1 }, { limit: 1000, signal: stop.signal }));
    const began = performance.now();
    stop.abort();
    expect(await second).toMatchObject({ code: 'wire/stopped' });
    expect(performance.now() - began).toBeLessThan(40);
    await first;
    expect(requests).toHaveLength(1);
  });
  it('before anything is done opens no connection', async () => {
    const { port, connections } = await raw(() => {});
    expect(await failure(client(port).call(Read, {}, { limit: 500, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'wire/stopped',
    });
    expect(connections()).toBe(0);
  });
  it('leaves the server time to finish what it cannot interrupt', async () => {
    let busyUntil = 0;
    const { port } = await raw((socket, request) => {
      if (request.readInt32LE(4) === 2) busyUntil = performance.now() + 300;
      setTimeout(() => socket.destroyed || socket.write(answer), busyUntil - performance.now());
    });
    const one = client(port);
    const stop = new AbortController();
    const act = failure(one.call(Act, { value: 1 }, { limit: 1000, occupies: 300, signal: stop.signal }));
    setTimeout(() => stop.abort(), 20);
    await act;
    expect((await one.call(Read, {}, { limit: 150 })).values.value).toBe(42);
  });
  it('by closing fails what is under way and all that comes after', async () => {
    const { port } = await raw(() => {});
    const one = client(port);
    const call = failure(one.call(Act, { value: 1 }, { limit: 2000 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await one.close();
    expect(await call).toMatchObject({ code: 'wire/closed' });
    expect(await failure(one.call(Read, {}, { limit: 500 }))).toMatchObject({ code: 'wire/closed' });
    expect(await failure(one.connect())).toMatchObject({ code: 'wire/closed' });
  });
});

describe('images', () => {
  const pattern = (bytes: number): Uint8Array => {
    const data = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at++) data[at] = (at * 7 + (at >> 8) * 13 + (at >> 16)) & 0xff;
    return data;
  };
  async function transfer(
    bytes: number,
    superChunk?: number,
  ): Promise<{ readonly image: Uint8Array | undefined; readonly sent: Uint8Array }> {
    const sent = pattern(bytes);
    const server = new PacketServer({
      functions: Object.values(functions),
      handle: async () => ({ values: { pixels: bytes / 2, width: bytes / 2, height: 1 }, image: sent }),
      ...(superChunk && { superChunk }),
    });
    const port = await server.listen();
    closing.push(() => server.close());
    const { image } = await client(port).call(Picture, { pixels: bytes / 2 }, { limit: 5000, largestImage: bytes });
    return { image, sent };
  }

  it.each([
    [2, undefined],
    [2 * 1024 * 1024, undefined],
    [100, 33],
    [1002, 500],
    [2 * 65537, 1001],
    [2_000_006, 65_536],
  ])('of %i bytes in chunks of up to %s come whole', async (bytes, superChunk) => {
    const { image, sent } = await transfer(bytes, superChunk);
    expect(Buffer.compare(Buffer.from(image!.buffer as ArrayBuffer), Buffer.from(sent.buffer as ArrayBuffer))).toBe(0);
  });

  it('of a whole K3 in chunks of the real size come whole', async () => {
    const { image, sent } = await transfer(2 * 5760 * 4092);
    expect(Buffer.compare(image!, sent)).toBe(0);
  });

  it('are asked for chunk by chunk, with eight bytes before each but the first', async () => {
    const heard: string[] = [];
    const { port } = await raw((socket, bytes) => {
      heard.push(bytes.toString('hex'));
      if (heard.length === 1) socket.write(Buffer.concat([longs(0, 5, 5, 1, 3), Buffer.of(0, 1, 2, 3)]));
      if (heard.length === 2) socket.write(Buffer.of(4, 5, 6, 7));
      if (heard.length === 3) socket.write(Buffer.of(8, 9));
    });
    const { image } = await client(port).call(Picture, { pixels: 5 }, { limit: 500, largestImage: 10 });
    expect([...image!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(heard.slice(1)).toEqual([chunkHandshake.toString('hex'), chunkHandshake.toString('hex')]);
  });

  it('of no pixels are empty', async () => {
    const { port } = await raw((socket) => socket.write(longs(0, 0, 0, 0, 0)));
    expect((await client(port).call(Picture, { pixels: 4 }, { limit: 500, largestImage: 8 })).image).toHaveLength(0);
  });

  it('whose next chunk is not asked for in time end the connection', async () => {
    const server = new PacketServer({
      functions: Object.values(functions),
      handle: async () => ({ values: { pixels: 50, width: 50, height: 1 }, image: new Uint8Array(100) }),
      superChunk: 60,
      handshakeLimit: 50,
    });
    const port = await server.listen();
    closing.push(() => server.close());
    const socket = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.write(longs(3, 50));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(pieces)).toHaveLength(24 + 50);
  });
});
