import { PacketClient, PacketServer, WireError } from '../../../wires';
import { someTurns, until } from '../../support/until';
import { ample, client, closeAll, closing, functions, longs, raw } from './raw-server';

const { Read, Act, Picture } = functions;
afterEach(closeAll);

/** The client's state of its connection. */
const connectionOf = (one: PacketClient) => (one as unknown as { kept: { present: { usable: boolean } } }).kept.present;

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
    const { values, status } = await client(port).call(Read, {}, { limit: ample });
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
    await Promise.all([1, 2, 3, 4, 5].map((value) => one.call(Act, { value }, { limit: ample })));
    expect(requests.map((request) => request.readInt32LE(8))).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the status of a function that failed, and goes on', async () => {
    const { port, connections } = await raw((socket, request) =>
      socket.write(request.readInt32LE(4) === 3 ? longs(7, 0, 0, 0, 0) : answer),
    );
    const one = client(port);
    expect(await one.call(Picture, { pixels: 4 }, { limit: ample, largestImage: 8 })).toMatchObject({
      status: 7,
      image: undefined,
    });
    expect((await one.call(Read, {}, { limit: ample })).values.value).toBe(42);
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
      const error = await failure(one.call(Picture, { pixels: 4 }, { limit: ample, largestImage: 8 }));
      expect(error).toMatchObject({ code: 'wire/refused' });
      expect(error.message).toContain('the camera server: Picture');
      expect((await one.call(Read, {}, { limit: ample })).values.value).toBe(42);
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
    expect((await older.call(Read, {}, { limit: ample })).connection).toBe(1);
    expect((await newer.call(Read, {}, { limit: ample })).connection).toBe(1);
    await until('the older had lost its connection', () => !connectionOf(older).usable);
    expect((await older.call(Read, {}, { limit: ample })).connection).toBe(2);
  });
});

describe('when the server misbehaves, there is one clear error', () => {
  it('when nobody listens', async () => {
    const { port } = await raw(() => {});
    await closing.pop()!();
    const error = await failure(client(port).call(Read, {}, { limit: ample }));
    expect(error).toMatchObject({ code: 'wire/connect-failed' });
    expect(error.message).toContain(`the camera server at 127.0.0.1:${port}`);
    expect(error.hint).not.toBe('');
  });

  it('when it is silent for longer than the limit', async () => {
    const { port } = await raw(() => {});
    expect(await failure(client(port).call(Read, {}, { limit: 150 }))).toMatchObject({ code: 'wire/timeout' });
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
    expect(await failure(client(port).call(Read, {}, { limit: ample }))).toMatchObject({ code: 'wire/bad-reply' });
  });

  it('when it sends more than the reply', async () => {
    const { port } = await raw((socket) => socket.write(Buffer.concat([answer, Buffer.from('extra')])));
    expect(await failure(client(port).call(Read, {}, { limit: ample }))).toMatchObject({ code: 'wire/bad-reply' });
  });

  it('when it talks without being asked: the next call uses a new connection', async () => {
    const { port, connections, ended, sockets } = await raw((socket) => socket.write(answer));
    const one = client(port);
    await one.call(Read, {}, { limit: ample });
    for (const socket of sockets) socket.write('hello');
    await until('the client had closed its connection', () => ended() === 1);
    expect((await one.call(Read, {}, { limit: ample })).values.value).toBe(42);
    expect(connections()).toBe(2);
  });

  it.each([
    ['too many pixels', longs(0, 100, 10, 10, 1)],
    ['a negative number of pixels', longs(0, -4, 2, 2, 1)],
    ['no chunks', longs(0, 4, 2, 2, 0)],
    ['more chunks than bytes', longs(0, 4, 2, 2, 9)],
  ])('when it announces an image of %s', async (_what, header) => {
    const { port } = await raw((socket) => socket.write(header));
    expect(await failure(client(port).call(Picture, { pixels: 4 }, { limit: ample, largestImage: 8 }))).toMatchObject({
      code: 'wire/bad-reply',
    });
  });

  it('when it closes in the middle of an image: nothing is delivered, nothing is asked for again', async () => {
    const { port, requests, connections } = await raw((socket) => {
      socket.write(longs(0, 1000, 50, 20, 1));
      setTimeout(() => socket.end(Buffer.alloc(700)), 20);
    });
    expect(
      await failure(client(port).call(Picture, { pixels: 1000 }, { limit: ample, largestImage: 2000 })),
    ).toMatchObject({ code: 'wire/connection-lost' });
    expect([requests.length, connections()]).toEqual([1, 1]);
  });

  it('when it resets the connection', async () => {
    const { port } = await raw((socket) => socket.resetAndDestroy());
    expect(await failure(client(port).call(Act, { value: 1 }, { limit: ample }))).toMatchObject({
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
    const reply = await client(port).call(Read, {}, { limit: ample });
    expect(reply).toMatchObject({ values: { value: 42 }, connection: 2 });
    expect([connections(), requests.length]).toEqual([2, 2]);
  });
  it('is not made again for what may have acted', async () => {
    const { port, connections } = await breakFirst(0);
    expect(await failure(client(port).call(Act, { value: 1 }, { limit: ample }))).toMatchObject({
      code: 'wire/connection-lost',
    });
    expect(connections()).toBe(1);
  });
  it('is not made again when the reply had been awaited for long', async () => {
    const { port, connections } = await breakFirst(150);
    expect(await failure(client(port, 100).call(Read, {}, { limit: ample }))).toMatchObject({
      code: 'wire/connection-lost',
    });
    expect(connections()).toBe(1);
  });
  it('twice is an error', async () => {
    const { port, connections } = await raw((socket) => socket.destroy());
    expect(await failure(client(port).call(Read, {}, { limit: ample }))).toMatchObject({
      code: 'wire/connection-lost',
    });
    expect(connections()).toBe(2);
  });
  it('is noticed by what must follow on the same one, which is not sent', async () => {
    const { port, requests } = await raw((socket) => socket.write(answer));
    const one = client(port);
    const { connection } = await one.call(Read, {}, { limit: ample });
    expect(await failure(one.call(Act, { value: 1 }, { limit: ample, onConnection: connection + 1 }))).toMatchObject({
      code: 'wire/connection-changed',
    });
    expect(requests).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('ends a call under way with the reason, and the next call works', async () => {
    const stop = new AbortController();
    const { port, connections } = await raw((socket, _request, connection) => {
      if (connection > 1) socket.write(answer);
      else stop.abort(new Error('the operator'));
    });
    const one = client(port);
    const call = failure(one.call(Read, {}, { limit: ample, signal: stop.signal }));
    expect((await call).message).toBe('the operator');
    expect((await one.call(Read, {}, { limit: ample })).values.value).toBe(42);
    expect(connections()).toBe(2);
  });
  it('ends a call that waits for its turn at once, and it is never sent', async () => {
    const { port, requests, sockets } = await raw(() => {});
    const one = client(port);
    const first = one.call(Read, {}, { limit: ample });
    const stop = new AbortController();
    const second = failure(one.call(Act, { value: 1 }, { limit: ample, signal: stop.signal }));
    await until('the first was under way', () => requests.length === 1);
    stop.abort();
    // The first is not answered before this one has ended.
    expect(await second).toMatchObject({ code: 'wire/stopped' });
    for (const socket of sockets) socket.write(answer);
    await first;
    await someTurns();
    expect(requests).toHaveLength(1);
  });
  it('before anything is done opens no connection', async () => {
    const { port, connections } = await raw(() => {});
    expect(await failure(client(port).call(Read, {}, { limit: ample, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'wire/stopped',
    });
    expect(connections()).toBe(0);
  });
  it('leaves the server time to finish what it cannot interrupt', async () => {
    const stop = new AbortController();
    let busy = false;
    const { port } = await raw((socket, request) => {
      const reply = (): void => {
        if (busy) setTimeout(reply, 5);
        else if (!socket.destroyed) socket.write(answer);
      };
      if (request.readInt32LE(4) === 2) {
        busy = true;
        // Longer than the limit of the call that comes next.
        setTimeout(() => (busy = false), 400);
        stop.abort();
      }
      reply();
    });
    const one = client(port);
    await failure(one.call(Act, { value: 1 }, { limit: ample, occupies: ample, signal: stop.signal }));
    expect((await one.call(Read, {}, { limit: 150 })).values.value).toBe(42);
  });
  it('by closing fails what is under way and all that comes after', async () => {
    const { port, requests } = await raw(() => {});
    const one = client(port);
    const call = failure(one.call(Act, { value: 1 }, { limit: ample }));
    await until('the call was under way', () => requests.length === 1);
    await one.close();
    expect(await call).toMatchObject({ code: 'wire/closed' });
    expect(await failure(one.call(Read, {}, { limit: ample }))).toMatchObject({ code: 'wire/closed' });
    expect(await failure(one.connect())).toMatchObject({ code: 'wire/closed' });
  });
});
