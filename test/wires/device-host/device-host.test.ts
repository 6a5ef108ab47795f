import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeviceCallError, DeviceHost, type DeviceHostOptions, HostError } from '../../../wires';
import { resourcesOpen, someTurns, until, untilNothingIsOpen } from '../../support/until';

const { build } = require('../../../scripts/build') as { build: () => number };
const module_ = path.join(__dirname, 'device.cjs');
const hosts: DeviceHost[] = [];

const hostWith = (changes: Partial<DeviceHostOptions> = {}): DeviceHost => {
  const host = new DeviceHost({ name: 'test device', module: module_, silence: 30_000, ...changes });
  hosts.push(host);
  return host;
};
const opened = async (changes: Partial<DeviceHostOptions> = {}): Promise<DeviceHost> => {
  const host = hostWith(changes);
  await host.open();
  return host;
};
const processOf = async (host: DeviceHost): Promise<number> =>
  ((await host.call('identity', [])) as { process: number }).process;
/** The connection of a host, with which tests do what happens outside of this program. */
const linkOf = (host: DeviceHost) =>
  (host as unknown as { running: { link: { ended: Error | undefined; socket: Socket } } }).running.link;
const lives = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
};
const failureOf = async (promise: Promise<unknown>): Promise<Error & { code: string; hint: string }> => {
  const value = await promise.then(
    (answer) => new Error(`answered ${String(answer)}`),
    (error: unknown) => error,
  );
  return value as Error & { code: string; hint: string };
};

/** A folder through which a device reports the begin of a call, and gets the command to end it. */
let folder = '';
const callHasBegun = (): Promise<void> => until('the call had begun', () => existsSync(path.join(folder, 'begun')));

beforeAll(() => void build());
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'))));
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a device in a process of its own', () => {
  it('answers calls in order, with every kind of plain value', async () => {
    const host = await opened({ options: { a: 1 } });
    const values = [
      0,
      -0,
      NaN,
      1e-300,
      'µ',
      true,
      undefined,
      12345678901234567890n,
      [1, 'b', { c: undefined }],
      new Float32Array([1.5, 2]),
      new Uint8Array(0),
      { d: new Date(5) },
    ];
    for (const value of values) expect(await host.call('echo', [value])).toEqual(value);
    const order = await Promise.all([host.call('slow', [30, 'a']), host.call('set', [7]), host.call('get', [])]);
    expect(order).toEqual(['a', undefined, 7]);
    expect(await host.call('identity', [])).toMatchObject({ opened: 1, options: { a: 1 } });
  });

  it('is another process than this one', async () => {
    expect(await processOf(await opened())).not.toBe(process.pid);
  });

  it('is not disturbed by what its code prints', async () => {
    const host = await opened();
    await host.call('print', []);
    expect(await host.call('add', [1, 2])).toBe(3);
  });

  it('hands over large images whole', async () => {
    const host = await opened();
    const image = (await host.call('image', [2048, 1024, 3])) as { width: number; data: Uint16Array };
    expect(image.data).toBeInstanceOf(Uint16Array);
    expect(image.data.length).toBe(2048 * 1024);
    expect([image.data[0], image.data[70000], image.data[2048 * 1024 - 1]]).toEqual([
      3,
      70003 & 0xffff,
      (2048 * 1024 + 2) & 0xffff,
    ]);
  });

  it('takes images too', async () => {
    const host = await opened();
    const sent = Float64Array.from({ length: 100_000 }, (_, at) => at / 3);
    const back = (await host.call('echo', [{ name: 'reference', sent }])) as { sent: Float64Array };
    expect(back.sent).toEqual(sent);
  });

  it('hands on errors with code, hint and details', async () => {
    const host = await opened();
    const error = await failureOf(host.call('fail', ['device/valve']));
    expect(error).toBeInstanceOf(DeviceCallError);
    expect(error).toMatchObject({
      code: 'device/valve',
      message: 'the valve is closed',
      hint: 'Open the valve.',
      details: { result: 5 },
    });
    expect(await failureOf(host.call('fail', []))).toMatchObject({
      code: 'host/call-failed',
      message: 'test device: fail failed: the valve is closed',
    });
    expect(await failureOf(host.call('nothing', []))).toMatchObject({ code: 'host/call-failed' });
    expect(await failureOf(host.call('constructor', []))).toMatchObject({ code: 'host/call-failed' });
    expect(await failureOf(host.call('unsendable', []))).toMatchObject({ code: 'host/call-failed' });
    expect(await host.call('add', [1, 1])).toBe(2);
  });

  it('says when it is not connected', async () => {
    const host = hostWith();
    expect(await failureOf(host.call('get', []))).toMatchObject({ code: 'host/closed', hint: 'Connect first.' });
    await host.open();
    await host.close();
    expect(await failureOf(host.call('get', []))).toMatchObject({ code: 'host/closed' });
  });
});

describe('the end of the process', () => {
  it.each(['crash', 'fault', 'exit', 'throwLater'])(
    'by %s fails the call under way, and the next one has a new process',
    async (way) => {
      const host = await opened();
      const before = await processOf(host);
      await host.call('set', [5]);
      const [failed, next] = await Promise.all([failureOf(host.call(way, [])), host.call('add', [2, 3])]);
      expect(failed).toBeInstanceOf(HostError);
      expect(failed).toMatchObject({
        code: 'host/crashed',
        message: expect.stringMatching(new RegExp(`^test device: .* during ${way}\\.$`, 's')) as string,
        hint: expect.stringContaining('Look at the instrument') as string,
      });
      expect(next).toBe(5);
      expect(await processOf(host)).not.toBe(before);
      expect(await host.call('get', [])).toBe(0);
      expect(lives(before)).toBe(false);
    },
  );

  it('between calls is met by the next one, which is not lost', async () => {
    const host = await opened();
    const before = await processOf(host);
    const link = linkOf(host);
    process.kill(before, 'SIGKILL');
    await until('the end of the process was noticed', () => link.ended !== undefined);
    expect(await host.call('add', [1, 2])).toBe(3);
  });

  it('comes with the end of the connection, even while the device blocks', async () => {
    const host = await opened();
    const id = await processOf(host);
    const blocked = failureOf(host.call('block', [60_000], { limit: 200 }));
    expect(await blocked).toMatchObject({
      code: 'host/no-answer',
      message: expect.stringContaining('no answer to block within 0.2 s') as string,
    });
    expect(lives(id)).toBe(false);
    expect(await host.call('add', [1, 2])).toBe(3);
  });

  it('comes with the end of the program that started it, even while the device blocks', async () => {
    const host = await opened();
    const id = await processOf(host);
    void failureOf(host.call('hold', [folder]));
    await callHasBegun();
    // What the end of this program does: the connection goes, and nobody here waits for the end of the process.
    const { socket } = linkOf(host);
    socket.removeAllListeners('close');
    socket.destroy();
    await until('the process had ended by itself', () => !lives(id));
  });

  it('is noticed when the process stands still', async () => {
    const host = await opened({ silence: 2000 });
    const id = await processOf(host);
    process.kill(id, 'SIGSTOP');
    expect(await failureOf(host.call('get', []))).toMatchObject({
      code: 'host/silent',
      message: expect.stringContaining('no sign of life for 2 s during get') as string,
    });
    expect(lives(id)).toBe(false);
    expect(await host.call('add', [1, 2])).toBe(3);
  });

  it('is not mistaken for a call that takes its time', async () => {
    const host = await opened({ silence: 1500 });
    expect(await host.call('block', [3500, 'done'])).toBe('done');
  });

  it('over and over is given up, with the last reason, until it is connected again', async () => {
    const host = await opened();
    for (let time = 0; time < 3; time++)
      expect(await failureOf(host.call('crash', []))).toMatchObject({ code: 'host/crashed' });
    expect(await failureOf(host.call('get', []))).toMatchObject({
      code: 'host/keeps-failing',
      message: expect.stringContaining('3 times') as string,
    });
    await host.open();
    expect(await host.call('get', [])).toBe(0);
  });
});

describe('starting', () => {
  it('hands on why the device cannot be brought up, and leaves no process', async () => {
    const host = hostWith({ options: { refuse: true } });
    expect(await failureOf(host.open())).toMatchObject({ code: 'device/off', hint: 'Switch it on.' });
    expect(children()).toEqual([]);
  });

  it('says when the process ends while the device is brought up', async () => {
    expect(await failureOf(hostWith({ options: { crash: true } }).open())).toMatchObject({
      code: 'host/crashed',
      message: expect.stringContaining('during connecting') as string,
    });
    expect(children()).toEqual([]);
  });

  it.each([
    ['there is no such program', ['no-such-program'], 'ENOENT'],
    ['the program ends at once', [process.execPath, '-e', 'process.exit(4)', '--'], 'exit code 4'],
    [
      'the program says something',
      [process.execPath, '-e', 'console.error("no licence"); process.exit(1)', '--'],
      'no licence',
    ],
    [
      'nothing is heard of it',
      [process.execPath, '-e', 'setInterval(() => {}, 1000)', '--'],
      'nothing was heard of it',
      { startLimit: 500 },
    ],
  ])('says so when %s', async (_name, command, words, limits: { startLimit?: number } = {}) => {
    const error = await failureOf(hostWith({ command, ...limits }).open());
    expect(error).toMatchObject({ code: 'host/not-started', message: expect.stringContaining(words) as string });
    expect(children()).toEqual([]);
  });

  it('says when the module is not there', async () => {
    expect(await failureOf(hostWith({ module: '/nowhere/device.js' }).open())).toMatchObject({
      message: expect.stringContaining('/nowhere/device.js') as string,
    });
  });

  it('listens to nobody without the token', async () => {
    const stranger = `
      const { connect } = require('node:net');
      const { port } = JSON.parse(process.env.EUCENTRIC_DEVICE_HOST);
      const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.alloc(64, 7)));
      socket.on('close', () => process.exit(5));
      socket.on('error', () => {});`;
    expect(await failureOf(hostWith({ command: [process.execPath, '-e', stranger, '--'] }).open())).toMatchObject({
      code: 'host/not-started',
      message: expect.stringContaining('exit code 5') as string,
    });
  });

  it('can be stopped', async () => {
    const stop = new AbortController();
    const starting = failureOf(
      hostWith({ command: [process.execPath, '-e', 'setInterval(() => {}, 1000)', '--'] }).open(stop.signal),
    );
    // Elsewhere than on Linux nobody can see whether the process is there yet, and both ways are right.
    if (process.platform === 'linux') await until('the process was there', () => children().length > 0);
    stop.abort();
    expect(await starting).toMatchObject({ code: 'wire/stopped' });
    expect(children()).toEqual([]);
  });
});

describe('stopping a call', () => {
  it('frees the caller at once, and tells the device', async () => {
    const host = await opened();
    const stop = new AbortController();
    const call = failureOf(host.call('patient', [folder], { signal: stop.signal }));
    await callHasBegun();
    stop.abort(new Error('STOP'));
    expect(await call).toMatchObject({ message: 'STOP' });
    expect(await host.call('add', [1, 2])).toBe(3);
  });

  it('that waits for its turn leaves it out', async () => {
    const host = await opened();
    const stop = new AbortController();
    const first = host.call('slow', [100, 1]);
    const second = failureOf(host.call('set', [9], { signal: stop.signal }));
    stop.abort();
    expect(await second).toMatchObject({ code: 'wire/stopped' });
    expect(await first).toBe(1);
    expect(await host.call('get', [])).toBe(0);
  });

  it('that cannot be stopped lets the next one wait for its end', async () => {
    const host = await opened();
    const id = await processOf(host);
    const stop = new AbortController();
    const call = failureOf(host.call('hold', [folder], { signal: stop.signal }));
    await callHasBegun();
    stop.abort();
    // The caller is free although the device blocks for as long as the file is not there.
    expect(await call).toMatchObject({ code: 'wire/stopped' });
    let answered = false;
    const next = processOf(host).finally(() => (answered = true));
    await someTurns();
    expect(answered).toBe(false);
    writeFileSync(path.join(folder, 'let-go'), '');
    expect(await next).toBe(id);
  });
});

describe('closing', () => {
  it('ends the process, and leaves no handle', async () => {
    const host = await opened();
    const id = await processOf(host);
    expect(resourcesOpen(/TCP|Process/)).not.toEqual([]);
    await host.close();
    await host.close();
    expect(lives(id)).toBe(false);
    await untilNothingIsOpen(/TCP|Process/);
  });

  it('leaves no timer that would hold the program up, closed or crashed', async () => {
    const made = jest.spyOn(global, 'setTimeout');
    const closing = await opened();
    await closing.close();
    const crashing = await opened();
    await failureOf(crashing.call('exit', [3]));
    await untilNothingIsOpen(/TCP|Process/);
    await someTurns();
    const timers = made.mock.results.map(({ value }) => value as NodeJS.Timeout & { readonly _destroyed: boolean });
    made.mockRestore();
    expect(timers.length).toBeGreaterThan(3);
    expect(timers.filter((timer) => !timer._destroyed && timer.hasRef())).toEqual([]);
  });
});

/** The processes that this one has started and that live. */
function children(): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
      return (
        Number(parent) === process.pid &&
        state !== 'Z' &&
        readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('host-process')
      );
    } catch {
      return false;
    }
  });
}
