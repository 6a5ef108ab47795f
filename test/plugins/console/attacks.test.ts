import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { WebSocket } from 'ws';
import { Scope } from '../../../core/devices';
import { Administrator, type MenuEntry } from '../../../core/kernel';
import type { RunState } from '../../../plugins/console/protocol';
import { someTurns, until } from '../../support/until';
import { type ConsoleSite, serveSite } from './support/console-site';

let site: ConsoleSite;
beforeAll(async () => {
  site = await serveSite({ magIndex: 22 });
});
afterAll(() => site[Symbol.asyncDispose]());

const tokenOf = (address: string): string => new URL(address).searchParams.get('token')!;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends a request exactly as it is, without a client that would correct it. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Reply> {
  const [host, port] = site.host.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers: { host: site.host, ...headers } }, (answer) => {
      let body = '';
      answer.on('data', (data: Buffer) => void (body += data.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Opens a socket; resolves with it, or with the status of the refusal. */
function open({
  token = tokenOf(site.administrator),
  origin = `http://${site.host}`,
  host = site.host,
  path = '/socket',
  cookie,
}: { token?: string; origin?: string | undefined; host?: string; path?: string; cookie?: string } = {}): Promise<
  WebSocket | number
> {
  const address = `ws://${site.host}${path}${token === '' ? '' : `?token=${token}`}`;
  const socket = new WebSocket(address, {
    ...(origin !== '' && { origin }),
    headers: { host, ...(cookie !== undefined && { cookie }) },
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_, answer) => {
      socket.on('error', () => {});
      resolve(answer.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

async function opened(options: Parameters<typeof open>[0] = {}): Promise<WebSocket> {
  const socket = await open(options);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

/** Sends a command and waits for its answer. */
function ask(socket: WebSocket, command: object): Promise<Record<string, unknown>> {
  const request = Math.floor(Math.random() * 1e9);
  return new Promise((resolve) => {
    const listen = (data: Buffer, binary: boolean): void => {
      if (binary) return;
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      if (message['request'] !== request) return;
      socket.off('message', listen);
      resolve(message);
    };
    socket.on('message', listen);
    socket.send(JSON.stringify({ ...command, request }));
  });
}

const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.on('close', resolve));

describe('who comes without a key', () => {
  test('gets an explanation instead of the page', async () => {
    const { status, body } = await get('/');
    expect(status).toBe(403);
    expect(body).toMatch(/address that the program printed/);
  });

  test.each(['', 'x', 'A'.repeat(5000), '../../etc/passwd', '%00'])(
    'with the wrong key "%.20s" neither',
    async (token) => {
      expect((await get(`/?token=${encodeURIComponent(token)}`)).status).toBe(403);
      expect(await open({ token: encodeURIComponent(token) || 'none' })).toBe(401);
    },
  );

  test('opens no socket', async () => {
    expect(await open({ token: '' })).toBe(401);
  });
});

describe('a page elsewhere', () => {
  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1', 'file://'])(
    'at %s opens no socket, whatever keys its browser sends along',
    async (origin) => {
      expect(await open({ origin })).toBe(403);
      const { headers } = await get(`/?token=${tokenOf(site.administrator)}`);
      const cookie = String(headers['set-cookie']).split(';')[0]!;
      expect(await open({ origin, token: '', cookie })).toBe(403);
    },
  );

  test('that says nothing of where it is from opens none either', async () => {
    expect(await open({ origin: '' })).toBe(403);
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost'])(
    'whose name "%s" was made to point here gets nothing',
    async (host) => {
      const { status } = await get(`/?token=${tokenOf(site.administrator)}`, { host });
      expect([400, 421]).toContain(status);
      expect(await open({ host, origin: `http://${host}` })).toBe(421);
    },
  );

  test('cannot frame the page, load parts of it or be called by it', async () => {
    const { status, headers, body } = await get(`/?token=${tokenOf(site.observer)}`);
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
    expect(body).not.toMatch(/https?:\/\/|<script>|\son\w+=/);
  });
});

describe('the file system', () => {
  const tries = [
    '/../package.json',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets//etc/passwd',
    '/assets/',
    '/assets',
    '/index.html',
    '/package.json',
    '/assets/%00',
    '/assets/%',
    '/..\\..\\package.json',
    '/.git/config',
  ];
  test.each(tries)('is not reached by %s', async (path) => {
    const { status, body } = await get(path, { cookie: `x=${tokenOf(site.administrator)}` });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toMatch(/eucentric|root:|\[core\]/);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('nothing can be sent with %s', async (method) => {
    expect([404, 405]).toContain((await get('/', {}, method)).status);
  });
});

describe('roles', () => {
  test('an observer looks on: nothing can be changed, nothing stopped, nothing restored', async () => {
    const socket = await opened({ token: tokenOf(site.observer) });
    const before = await site.instrument.session.find(Scope)!.defocus.read();
    for (const command of [
      { do: 'run', item: 'calibrations/administration/administrator' },
      { do: 'stop' },
      { do: 'set', setting: 'defocus', value: 1 },
      { do: 'take', set: 'View' },
      { do: 'control', take: true },
      { do: 'restore', entry: 'x', which: 'value' },
      { do: 'drag-image', image: 1, by: { x: 1, y: 1 } },
      { do: 'copy-buffer', from: 'A', to: 'B' },
      { do: 'answer', waiting: 1, values: [true] },
    ])
      expect(await ask(socket, command)).toMatchObject({ is: 'refused', code: 'console/not-allowed' });
    expect(await site.instrument.session.find(Scope)!.defocus.read()).toBe(before);
    expect(await ask(socket, { do: 'check' })).toMatchObject({ is: 'done' });
    socket.close();
  });

  test('an operator may not administer, and works only while in control', async () => {
    const [first, second] = [
      await opened({ token: tokenOf(site.operator) }),
      await opened({ token: tokenOf(site.operator) }),
    ];
    expect(await ask(first, { do: 'run', item: 'calibrations/administration/administrator' })).toMatchObject({
      code: 'console/not-allowed',
    });
    expect(await ask(first, { do: 'restore', entry: 'x', which: 'value' })).toMatchObject({
      code: 'console/not-allowed',
    });
    expect(await ask(second, { do: 'set', setting: 'defocus', value: -1 })).toMatchObject({
      code: 'console/not-in-control',
    });
    expect(await ask(second, { do: 'control', take: true })).toMatchObject({ is: 'done' });
    expect(await ask(first, { do: 'set', setting: 'defocus', value: -1 })).toMatchObject({
      code: 'console/not-in-control',
    });
    expect(await ask(second, { do: 'set', setting: 'defocus', value: -1 })).toMatchObject({ is: 'done' });
    first.close();
    second.close();
  });
});

describe('an item that only administrators may start', () => {
  /** Every name under which a run would find an item, also in another case. */
  const namesOf = ({ id, label, declaration }: MenuEntry): readonly string[] => {
    const { script, aliases = [] } = declaration ?? {};
    const short = [id.slice(id.lastIndexOf('/') + 1), label, ...(script === undefined ? [] : [script])];
    return [
      id,
      ...aliases,
      ...short,
      ...[label, script ?? label].flatMap((name) => [name.toUpperCase(), name.toLowerCase()]),
    ];
  };

  test('is refused to an operator under each of its names, and none of them starts it', async () => {
    const { session, calibrations } = site.instrument;
    const reserved = session.menu().filter(({ declaration }) => declaration?.administratorOnly);
    expect(reserved.map(({ label }) => label)).toEqual(expect.arrayContaining(['Administrator', 'Save Calibrations']));
    const socket = await opened({ token: tokenOf(site.operator) });
    await ask(socket, { do: 'control', take: true });
    const before = session.find(Administrator)!.on;
    for (const entry of reserved)
      for (const item of namesOf(entry)) {
        // Each name is one that would start it.
        expect([item, session.findItem(item).id]).toEqual([item, entry.id]);
        expect([item, await ask(socket, { do: 'run', item })]).toEqual([
          item,
          expect.objectContaining({ is: 'refused', code: 'console/not-allowed' }),
        ]);
      }
    await someTurns();
    expect(session.running).toBeUndefined();
    expect(session.find(Administrator)!.on).toBe(before);
    expect(existsSync(calibrations.path)).toBe(false);
    socket.close();
  });

  test('is started for an administrator under any of them; a name of no item is refused to everybody', async () => {
    const { session } = site.instrument;
    const socket = await opened();
    await ask(socket, { do: 'control', take: true });
    const administrator = session.find(Administrator)!;
    for (const item of ['Administrator', 'calibrations/administration/administrator']) {
      const before = administrator.on;
      expect(await ask(socket, { do: 'run', item })).toMatchObject({ is: 'done' });
      await until(
        () => `${item} changed the mode`,
        () => administrator.on !== before && session.running === undefined,
      );
    }
    expect(await ask(socket, { do: 'run', item: 'no such item' })).toMatchObject({ code: 'menu/unknown-item' });
    socket.close();
  });
});

describe('the configuration', () => {
  /** Waits until the run asks this question, and returns the number under which it is answered. */
  async function asked(socket: WebSocket, id: string, act: () => Promise<unknown>): Promise<number> {
    const found = new Promise<number>((resolve) => {
      const listen = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as { part?: string; value?: RunState };
        const waiting = message.part === 'run' ? (message.value?.waiting ?? []) : [];
        const open = waiting.find(
          (each) => each.for === 'answer' && each.questions.some(({ question }) => question.id === id),
        );
        if (!open) return;
        socket.off('message', listen);
        resolve(open.id);
      };
      socket.on('message', listen);
    });
    await act();
    return found;
  }
  const text = (): string => readFileSync(path.join(site.instrument.folder, 'simulator.yaml'), 'utf8');

  test('is written on the word of an administrator, not of an operator, who may decline', async () => {
    const { session } = site.instrument;
    const [operator, administrator] = [await opened({ token: tokenOf(site.operator) }), await opened()];
    await ask(operator, { do: 'control', take: true });
    const before = text();
    const form = await asked(operator, 'cycle-x', () => ask(operator, { do: 'run', item: 'Set Cycle Lengths' }));
    const offer = await asked(operator, 'write-properties', () =>
      ask(operator, { do: 'answer', waiting: form, values: [55.5, 66.6] }),
    );
    expect(await ask(operator, { do: 'answer', waiting: offer, values: [true] })).toMatchObject({
      is: 'refused',
      code: 'console/administrator-agrees',
      hint: expect.stringMatching(/administrator has to write[^]*eucentric properties write/) as string,
    });
    expect(session.running).toBe('Set Cycle Lengths');
    expect(await ask(operator, { do: 'answer', waiting: offer, values: [false] })).toMatchObject({ is: 'done' });
    await until(
      () => 'the run has ended',
      () => session.running === undefined,
    );
    expect(text()).toBe(before);

    await ask(administrator, { do: 'control', take: true });
    const second = await asked(administrator, 'cycle-x', () =>
      ask(administrator, { do: 'run', item: 'Set Cycle Lengths' }),
    );
    const again = await asked(administrator, 'write-properties', () =>
      ask(administrator, { do: 'answer', waiting: second, values: [55.5, 66.6] }),
    );
    expect(await ask(administrator, { do: 'answer', waiting: again, values: [true] })).toMatchObject({ is: 'done' });
    await until(
      () => 'the configuration has the value',
      () => text() !== before && session.running === undefined,
    );
    expect(text()).toMatch(/StageCycleLengthX: 55\.5/);
    operator.close();
    administrator.close();
  });
});

describe('what is sent', () => {
  test.each([
    '',
    'null',
    '[]',
    '{}',
    '1',
    '{"do":"run"}',
    '{"do":"run","request":1,"item":""}',
    '{"do":"run","request":1,"item":"x","more":1}',
    '{"do":"set","request":1,"setting":"defocus","value":null}',
    '{"do":"set","request":1,"setting":"__proto__","value":{}}',
    '{"do":"image","request":1,"image":1,"largest":1e9,"transform":"none"}',
    '{"do":"constructor","request":1}',
    '{"do":"image","request":1,"image":1,"largest":64,"transform":"none","part":{"left":-1,"top":0,"width":1,"height":1,"reduction":1}}',
    '{"do":"counts","request":1,"image":1,"at":{"x":"0","y":0}}',
    '{"do":"profile","request":1,"image":1,"from":{"x":0,"y":0},"to":{"x":1e300,"y":0}}',
    '{"do":"drag-image","request":1,"image":1,"by":{"x":1e308,"y":0}}',
    `{"do":"answer","request":1,"waiting":1,"values":["${'x'.repeat(3000)}"]}`,
    '{"do":"answer","request":1,"waiting":1,"values":[]}',
  ])('is refused with an answer when it makes no sense: %.50s', async (text) => {
    const socket = await opened();
    const answer = new Promise<Record<string, unknown>>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Record<string, unknown>;
        if (message['is'] === 'refused') resolve(message);
      });
    });
    socket.send(text);
    expect(await answer).toMatchObject({ code: 'console/bad-command' });
    socket.close();
  });

  test('out of the limits of a setting changes nothing', async () => {
    const socket = await opened();
    await ask(socket, { do: 'control', take: true });
    for (const command of [
      { setting: 'spot-size', value: 0 },
      { setting: 'spot-size', value: 1.5 },
      { setting: 'magnification', value: '9999' },
      { setting: 'magnification', value: 3 },
      { setting: 'intensity', value: 101 },
      { setting: 'screen', value: 'down' },
      { setting: 'toString', value: 1 },
      { setting: 'stage-x', value: 5000 },
    ])
      expect(await ask(socket, { do: 'set', ...command })).toMatchObject({
        is: 'refused',
        hint: expect.stringMatching(/\w/) as string,
      });
    socket.close();
  });

  test('at too great length ends the connection, and nothing else', async () => {
    const socket = await opened();
    const end = closed(socket);
    socket.on('error', () => {});
    socket.send('x'.repeat(20_000));
    expect(await end).toBe(1009);
    (await opened()).close();
  });

  test('too often ends the connection', async () => {
    const socket = await opened();
    const end = closed(socket);
    // However slowly the server takes them, at some time they are too many.
    for (let count = 0; socket.readyState === WebSocket.OPEN; count++) {
      socket.send(JSON.stringify({ do: 'stop', request: count }));
      if (count % 400 === 399) await someTurns();
    }
    expect(await end).toBe(1008);
  });

  test('as bare bytes does no harm', async () => {
    const [host, port] = site.host.split(':');
    for (const bytes of [
      '\0\0\0\0',
      'GET / HTTP/1.1\r\n\r\n',
      `GET /socket HTTP/1.1\r\nHost: ${site.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://${site.host}\r\n\r\n`,
      `GET http://[ HTTP/1.1\r\nHost: ${site.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    ]) {
      await new Promise<void>((resolve) => {
        const raw = connect(Number(port), host, () => raw.write(bytes));
        raw.on('data', () => raw.end());
        raw.on('close', () => resolve());
        raw.on('error', () => resolve());
        setTimeout(() => raw.destroy(), 1000);
      });
    }
    expect((await get(`/?token=${tokenOf(site.observer)}`)).status).toBe(200);
  });

  test('by more browsers than there is room for is refused, and a browser that leaves makes room', async () => {
    const sockets: WebSocket[] = [];
    let refused: number | undefined;
    while (sockets.length < 40 && refused === undefined) {
      const next = await open({ token: tokenOf(site.observer) });
      if (typeof next === 'number') refused = next;
      else sockets.push(next);
    }
    expect(refused).toBe(503);
    const end = closed(sockets[0]!);
    sockets[0]!.close();
    await end;
    sockets.push(await opened());
    for (const socket of sockets) socket.close();
  });
});
