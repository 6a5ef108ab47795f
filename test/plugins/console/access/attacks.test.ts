import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { someTurns, until } from '../../../support/until';
import { type ConsoleSite, serveSite } from '../support/console-site';
import * as client from '../support/web-client';
import { ask, closed, tokenOf } from '../support/web-client';

let site: ConsoleSite;
beforeAll(async () => {
  site = await serveSite({ magIndex: 22 });
});
afterAll(() => site[Symbol.asyncDispose]());

const get = (path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<client.Reply> =>
  client.get(site, path, headers, method);
const open = (attempt?: client.SocketAttempt): Promise<WebSocket | number> => client.open(site, attempt);
const opened = (attempt?: client.SocketAttempt): Promise<WebSocket> => client.opened(site, attempt);

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

  test.each([
    ['a wrong key', '/socket?token=x', 401],
    ['a wrong path', '/elsewhere', 404],
    ['an address that is none', 'http://[', 400],
  ])('with %s is let go after the answer, even when the client never closes its side', async (_, target, status) => {
    const [host, port] = site.host.split(':');
    const socket = connect({ port: Number(port), host: host!, allowHalfOpen: true });
    let [answer, gone] = ['', false];
    socket.on('data', (data: Buffer) => void (answer += data.toString()));
    socket.on('error', () => {});
    socket.on('close', () => void (gone = true));
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: ${site.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://${site.host}\r\n\r\n`,
    );
    // A connection that nobody holds any more resets what still comes.
    try {
      await until(
        () => `the connection was gone after ${answer}`,
        () => {
          if (answer !== '' && !gone) socket.write('x');
          return gone;
        },
      );
    } finally {
      socket.destroy();
    }
    expect(answer).toContain(`HTTP/1.1 ${status} `);
  });

  test('by more browsers than there is room for is refused, and a browser that leaves makes room', async () => {
    const sockets: WebSocket[] = [];
    const fill = async (address: string): Promise<number | undefined> => {
      for (let tries = 0; tries < 40; tries++) {
        const next = await open({ token: tokenOf(address) });
        if (typeof next === 'number') return next;
        sockets.push(next);
      }
      return undefined;
    };
    expect(await fill(site.observer)).toBe(503);
    const end = closed(sockets[0]!);
    sockets[0]!.close();
    await end;
    sockets.push(await opened({ token: tokenOf(site.observer) }));
    expect(await open({ token: tokenOf(site.observer) })).toBe(503);
    // However many look on, somebody who can stop a run still comes in.
    const operator = await opened({ token: tokenOf(site.operator) });
    expect(await ask(operator, { do: 'stop' })).toMatchObject({ is: 'done' });
    sockets.push(operator);
    expect(await fill(site.operator)).toBe(503);
    const administrator = await opened();
    expect(await ask(administrator, { do: 'stop' })).toMatchObject({ is: 'done' });
    sockets.push(administrator);
    expect(await fill(site.administrator)).toBe(503);
    for (const socket of sockets) socket.close();
  });
});
