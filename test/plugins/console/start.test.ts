import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { program, temporarySite } from '../../app/eucentric';

/** Starts the program, and resolves with its output once that contains a text. */
function says(child: ChildProcess, text: RegExp): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (data: Buffer) => {
      said += data.toString();
      if (text.test(said)) resolve(said);
    });
    child.on('close', (code) => reject(new Error(`It ended with ${code} after:\n${said}`)));
  });
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('start without a terminal serves the console, prints its address and ends in order on request', async () => {
  const site = temporarySite((yaml) => yaml.replace('  console: {}', '  console: { port: 0 }'));
  const child = spawn(process.execPath, [program, 'start', '--no-open', '--config', site.configuration]);
  let remarks = '';
  child.stderr.on('data', (data: Buffer) => void (remarks += data.toString()));
  try {
    const said = await says(child, /Ctrl-C ends the program/);
    const [address] = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(said)!;
    expect(said).not.toContain('A browser is being opened');
    const answer = await fetch(address);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>Eucentric</title>');
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(remarks).toContain('the microscope is as you left it');
  } finally {
    child.kill('SIGKILL');
    site.remove();
  }
});

test('a port that another instrument has taken is replaced, and the program says so', async () => {
  const wanted = await freePort();
  const sites = [0, 1].map(() =>
    temporarySite((yaml) => yaml.replace('  console: {}', `  console: { port: ${wanted} }`)),
  );
  const children = sites.map(({ configuration }) =>
    spawn(process.execPath, [program, 'start', '--no-open', '--config', configuration]),
  );
  try {
    const said = await Promise.all(children.map((child) => says(child, /Ctrl-C/)));
    const ports = said.map((text) => /127\.0\.0\.1:(\d+)\//.exec(text)![1]);
    expect(ports).toContain(String(wanted));
    expect(new Set(ports).size).toBe(2);
    const replaced = said[ports.findIndex((port) => port !== String(wanted))];
    expect(replaced).toContain(`Port ${wanted} is taken by another program`);
  } finally {
    children.forEach((child) => child.kill('SIGKILL'));
    sites.forEach((site) => site.remove());
  }
});
