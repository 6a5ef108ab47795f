import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import type { PeopleState } from '../../../../plugins/console/protocol';
import { openBrowser } from '../../../../plugins/console/server/web/open-browser';
import { needs } from '../../../support/needs';
import { until } from '../../../support/until';
import { haveBrowser, launchBrowser, openPage, picture } from '../support/browser';
import { type ConsoleSite, serveSite } from '../support/console-site';
import { get, open, opened, tokenOf } from '../support/web-client';

const key = 'a-key-that-stays-0123456789';
const sha256 = createHash('sha256').update(key).digest('hex');
const consoleOptions = `{ port: 0, origins: [https://scope.example.org], keys: [{ name: Anna, role: operator, sha256: ${sha256} }] }`;

let site: ConsoleSite;
beforeAll(async () => (site = await serveSite({ consoleOptions })));
afterAll(() => site[Symbol.asyncDispose]());

describe('the cookie', () => {
  test('holds no key: it brings the page again, and opens no socket', async () => {
    const { headers } = await get(site, `/?token=${tokenOf(site.administrator)}`);
    const cookie = String(headers['set-cookie']).split(';')[0]!;
    expect(cookie).not.toContain(tokenOf(site.administrator));
    expect((await get(site, '/', { cookie })).status).toBe(200);
    expect(await open(site, { token: '', cookie })).toBe(401);
    const [name, pass] = cookie.split('=');
    expect(await open(site, { token: pass! })).toBe(401);
    expect((await get(site, '/', { cookie: `${name}=${tokenOf(site.administrator)}` })).status).toBe(403);
  });

  test('does not work at another console', async () => {
    await using other = await serveSite({ consoleOptions });
    const { headers } = await get(site, `/?token=${key}`);
    const pass = String(headers['set-cookie']).split(';')[0]!.split('=')[1]!;
    const cookie = `eucentric-${other.host.split(':')[1]}=${pass}`;
    expect((await get(other, '/', { cookie })).status).toBe(403);
  });
});

describe('a key of the site', () => {
  test('has its role and its name, which nobody can change', async () => {
    const socket = await opened(site, { token: key });
    let people: PeopleState | undefined;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { part?: string; value?: PeopleState };
      if (message.part === 'people') people = message.value;
    });
    socket.send(JSON.stringify({ do: 'name', name: 'Somebody else', request: 1 }));
    await opened(site, { token: tokenOf(site.observer) }).then((second) => second.close());
    await until(
      () => 'Anna was seen',
      async () => people?.people.some(({ name, role }) => name === 'Anna' && role === 'operator') ?? false,
    );
    expect(people?.people.some(({ name }) => name === 'Somebody else')).toBe(false);
    socket.close();
  });

  test('counts as long as its hash stands in the configuration; the hash itself opens nothing', async () => {
    expect((await get(site, `/?token=${key}`)).status).toBe(200);
    expect((await get(site, `/?token=${sha256}`)).status).toBe(403);
    await using without = await serveSite();
    expect((await get(without, `/?token=${key}`)).status).toBe(403);
    expect(await open(without, { token: key })).toBe(401);
  });

  test('is checked for a page that was refused', async () => {
    expect((await get(site, '/key', { authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await get(site, '/key', { authorization: 'Bearer old' })).status).toBe(401);
    expect((await get(site, '/key')).status).toBe(401);
  });

  test('may come beside the name of the protocol, and is not sent back', async () => {
    const socket = new WebSocket(`ws://${site.host}/socket`, ['eucentric', `key.${key}`], {
      origin: `http://${site.host}`,
    });
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    expect(socket.protocol).toBe('eucentric');
    socket.close();
  });
});

describe('behind a proxy', () => {
  test('pages of a trusted origin are let in, under its name or the own one; others are not', async () => {
    const origin = 'https://scope.example.org';
    for (const host of ['scope.example.org', site.host]) {
      const socket = await open(site, { origin, host });
      expect(typeof socket).toBe('object');
      (socket as WebSocket).close();
    }
    expect((await get(site, `/?token=${key}`, { host: 'scope.example.org' })).status).toBe(200);
    for (const other of ['http://scope.example.org', 'https://scope.example.org:444', 'https://evil.example'])
      expect(await open(site, { origin: other, host: 'scope.example.org' })).toBe(403);
    const { headers } = await get(site, `/?token=${key}`, { host: 'scope.example.org' });
    expect(headers['content-security-policy']).toContain('wss://scope.example.org');
    const { status } = await get(site, `/?token=${key}`, { host: 'evil.example', 'x-forwarded-host': site.host });
    expect(status).toBe(421);
  });
});

needs('a system with xdg-open', process.platform === 'linux').test(
  'the browser of the desktop is started with a file that only this user may read, never with the key',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-xdg-'));
    const seen = path.join(folder, 'seen');
    writeFileSync(path.join(folder, 'xdg-open'), `#!/bin/sh\necho "$@" > ${seen}.new && mv ${seen}.new ${seen}\n`);
    chmodSync(path.join(folder, 'xdg-open'), 0o755);
    const { PATH, DISPLAY } = process.env;
    Object.assign(process.env, { PATH: `${folder}:${PATH}`, DISPLAY: DISPLAY ?? ':99' });
    try {
      expect(openBrowser('http://127.0.0.1:8790/?token=secret&x="1"')).toBe(true);
    } finally {
      process.env['PATH'] = PATH;
      if (DISPLAY === undefined) delete process.env['DISPLAY'];
    }
    await until(
      () => 'the browser was started',
      async () => existsSync(seen),
    );
    const given = readFileSync(seen, 'utf8').trim();
    expect(given).not.toContain('secret');
    expect(statSync(given).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(given)).mode & 0o777).toBe(0o700);
    expect(readFileSync(given, 'utf8')).toContain('url=http://127.0.0.1:8790/?token=secret&#38;x=&#34;1&#34;"');
    rmSync(folder, { recursive: true });
  },
);

needs('Linux on x64, for the browser', haveBrowser).test(
  'a page that is open says when its key is no longer valid, and a new tab of the same browser has the key',
  async () => {
    const browser = await launchBrowser();
    const first = await serveSite();
    const port = first.host.split(':')[1]!;
    const page = await openPage(browser, first.administrator);
    await page.locator('.role.in-control').waitFor();
    const tab = await page.context().newPage();
    await tab.goto(`http://${first.host}/`);
    await tab.locator('.settings .cell').first().waitFor();
    expect(await page.evaluate('document.cookie')).not.toContain(tokenOf(first.administrator));
    await first[Symbol.asyncDispose]();
    await page.locator('.bar .running', { hasText: 'Connection lost' }).waitFor();
    await using second = await serveSite({ consoleOptions: `{ port: ${port} }` });
    expect(second.host).toBe(first.host);
    await page.locator('.bar .running', { hasText: 'This key is no longer valid' }).waitFor();
    await picture(page, 'safety-old-key');
    await browser.close();
  },
);
