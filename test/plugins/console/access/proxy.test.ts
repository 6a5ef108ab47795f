import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { needs } from '../../../support/needs';
import { until } from '../../../support/until';
import { projectFolder } from '../../../support/project-folder';
import { haveBrowser, launchBrowser, openPage } from '../support/browser';
import { serveSite } from '../support/console-site';
import { tokenOf } from '../support/web-client';

/** Folders of programs for administrators are not on every path. */
const environment = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
const runs = (program: string, option: string): boolean =>
  spawnSync(program, [option], { env: environment }).status === 0;
const haveProxy = haveBrowser && runs('nginx', '-v') && runs('openssl', 'version');

/** The block that docs/remote-use.md gives for nginx, with the addresses and files of a test. */
function documented(places: { readonly port: number; readonly console: string; readonly certificate: string }): string {
  const text = readFileSync(path.join(projectFolder, 'docs', 'remote-use.md'), 'utf8');
  const block = /^For nginx:\n\n```\n([^]*?)^```/m.exec(text)![1]!;
  const ssl = `  ssl_certificate ${places.certificate}.crt;\n  ssl_certificate_key ${places.certificate}.key;\n`;
  return block
    .replace('listen 443 ssl;', `listen 127.0.0.1:${places.port} ssl;\n${ssl}`)
    .replace('server_name krios.lab.example.org;', 'server_name localhost;')
    .replace('http://127.0.0.1:8790', `http://${places.console}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

needs('nginx, openssl and a browser', haveProxy).test(
  'behind the HTTPS proxy of the documentation the page works over wss, with its security headers',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-proxy-'));
    const port = await freePort();
    const origin = `https://localhost:${port}`;
    await using site = await serveSite({ consoleOptions: `{ port: 0, origins: ["${origin}"] }` });
    const certificate = path.join(folder, 'own');
    const subject = ['-subj', '/CN=localhost', '-keyout', `${certificate}.key`, '-out', `${certificate}.crt`];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject], {
      stdio: 'ignore',
    });
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${path.join(folder, name)};`,
    );
    mkdirSync(path.join(folder, 'logs'));
    writeFileSync(
      path.join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}\n` +
        `http { access_log ${folder}/access.log; ${places.join(' ')}\n${documented({ port, console: site.host, certificate })}}\n`,
    );
    const proxy: ChildProcess = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], {
      env: environment,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => proxy.once('exit', resolve));
    const browser = await launchBrowser();
    try {
      const answer = () =>
        new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
          const sent = request(
            `${origin}/?token=${tokenOf(site.administrator)}`,
            { rejectUnauthorized: false },
            (got) => resolve({ status: got.statusCode ?? 0, headers: got.headers }),
          );
          sent.on('error', reject).end();
        });
      await until(
        () => 'the proxy passes the page on',
        () =>
          answer().then(
            ({ status }) => status === 200,
            () => false,
          ),
      );
      const { headers } = await answer();
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
        'strict-transport-security': expect.stringContaining('max-age=') as string,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });

      const sockets: string[] = [];
      const page = await openPage(browser, 'about:blank', { ignoreHTTPSErrors: true });
      page.on('websocket', (socket) => void sockets.push(socket.url()));
      await page.goto(`${origin}/?token=${tokenOf(site.administrator)}`);
      await page.locator('.settings .cell').first().waitFor();
      expect(sockets.length).toBeGreaterThan(0);
      expect(sockets.filter((url) => !url.startsWith(`wss://localhost:${port}/`))).toEqual([]);
      // A command goes and its answer comes back.
      await page.getByRole('button', { name: 'Configuration', exact: true }).click();
      await page.getByText('The configuration has no problems').waitFor();
      expect(page.faults).toEqual([]);
      // The key of the first address is in no log.
      expect(readFileSync(path.join(folder, 'access.log'), 'utf8')).toBe('');
    } finally {
      await browser.close();
      proxy.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
