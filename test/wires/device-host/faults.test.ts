import { createServer, type Socket, connect } from 'node:net';
import path from 'node:path';
import { DeviceHost, HostError } from '../../../wires';
import { FrameReader } from '../../../wires/device-host/frames';
import { HostLink } from '../../../wires/device-host/host-link';
import { HostPeer } from '../../../wires/device-host/host-peer';
import { DeviceThread } from '../../../wires/device-host/host-worker';
import { type Request, isReply } from '../../../wires/device-host/messages';
import { Times } from '../../support/figures';
import { until, untilNothingIsOpen } from '../../support/until';

interface Fault {
  readonly kind: string;
}
const { faultOfSeed, describeFault, forward } = require('./fault-proxy.cjs') as {
  faultOfSeed: (seed: number, traffic: number) => Fault;
  describeFault: (fault: Fault) => string;
  forward: (one: Socket, other: Socket, fault: Fault) => void;
};
const { build } = require('../../../scripts/build') as { build: () => number };
const module_ = path.join(__dirname, 'device.cjs');
const seeds = Number(process.env.EUCENTRIC_VERIFY ? 3000 : 600);
const processes = Number(process.env.EUCENTRIC_VERIFY ? 150 : 8);
/** Milliseconds; far more than what is not disturbed takes on a busy machine. */
const limits = { call: 1500, silence: 3000 };
const times = new Times();
/** Bytes that a whole run sends in each direction, about; faults come anywhere in it. */
const traffic = 90_000;

const image = Uint16Array.from({ length: 20_000 }, (_, at) => (at * 7) & 0xffff);

interface Outcome {
  /** Answers that were not what was asked for. */
  readonly wrong: readonly string[];
  readonly failure: unknown;
  readonly answered: number;
  readonly ends: number;
  readonly performed: readonly number[];
}

/** Both ends of the connection within this program, with a fault between them, and a dozen calls over it. */
async function run(seed: number): Promise<Outcome> {
  const fault = faultOfSeed(seed, traffic);
  const [own, peerSide, server] = await through(fault);
  const ends = { link: 0, peer: 0 };
  const performed: number[] = [];
  const thread = new DeviceThread((reply) => peer.send(reply));
  const peer = new HostPeer(peerSide, {
    token: 'token',
    interval: limits.silence / 5,
    take: (request: Request) => {
      performed.push(request.id);
      thread.take(request);
    },
    end: () => void ends.peer++,
  });
  const reader = new FrameReader();
  const greeted = await greeting(own, reader);
  const wrong: string[] = [];
  let failure: unknown = greeted ? undefined : new HostError('host/not-started', 'no greeting', '.');
  let answered = 0;
  if (greeted) {
    const link = new HostLink(own, reader, {
      name: 'test device',
      silence: limits.silence,
      end: () => void ends.link++,
    });
    own.resume();
    const ask = async (name: string, given: readonly unknown[], right: (value: unknown) => boolean): Promise<void> => {
      try {
        const value = await times.of(() =>
          link.ask(
            name === 'open' ? { kind: 'open', module: module_, options: undefined } : { kind: 'call', name, given },
            name,
            limits.call,
          ),
        );
        if (!right(value)) wrong.push(`${name}: ${String(value).slice(0, 40)}`);
        answered++;
      } catch (error) {
        failure ??= error;
      }
    };
    await ask('open', [], () => true);
    for (let time = 0; time < 3 && failure === undefined; time++) {
      await ask('add', [time, 0.5], (value) => value === time + 0.5);
      await ask('echo', [{ image, text: 'µ' }], (value) => same((value as { image?: unknown }).image));
      await ask('set', [time], (value) => value === undefined);
      await ask('get', [], (value) => value === time);
    }
    if (failure === undefined) link.fail(new HostError('host/closed', 'the end', '.'));
  }
  own.destroy();
  peerSide.destroy();
  server.close();
  await until('the other end had ended', () => ends.peer > 0);
  return { wrong, failure, answered, ends: ends.link * 10 + ends.peer, performed };
}

const same = (value: unknown): boolean =>
  value instanceof Uint16Array && value.length === image.length && value.every((each, at) => each === image[at]);

/** Two sockets, and what is between them. */
async function through(fault: Fault): Promise<readonly [Socket, Socket, { close(): void }]> {
  const ends: Socket[] = [];
  const server = createServer();
  const arrived = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = createServer();
  proxy.once('connection', (socket) => {
    ends.push(socket);
    forward(socket, connect((server.address() as { port: number }).port, '127.0.0.1'), fault);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const peer = connect((proxy.address() as { port: number }).port, '127.0.0.1');
  peer.on('error', () => {});
  const own = await arrived;
  own.on('error', () => {});
  const close = (): void => {
    server.close();
    proxy.close();
    for (const end of ends) end.destroy();
  };
  return [own, peer, { close }];
}

/** Reads the first message, which says who is at the other end; it may be what was lost. */
function greeting(socket: Socket, reader: FrameReader): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limits.call);
    socket.once('close', () => clearTimeout(timer));
    socket.on('data', (piece: Buffer) => {
      try {
        for (const message of reader.read(piece)) {
          socket.pause().removeAllListeners('data');
          return resolve(isReply(message) && message.kind === 'hello' && message.token === 'token');
        }
      } catch {
        resolve(false);
      }
    });
    socket.on('close', () => resolve(false));
  });
}

describe(`${seeds} faults between a program and the process of a device`, () => {
  const outcomes: (Outcome & { readonly seed: number })[] = [];
  beforeAll(async () => {
    const together = 60;
    for (let first = 0; first < seeds; first += together) {
      const batch = Array.from({ length: Math.min(together, seeds - first) }, (_, at) => first + at);
      outcomes.push(...(await Promise.all(batch.map(async (seed) => ({ seed, ...(await run(seed)) })))));
    }
  }, 600_000);
  const named = (found: readonly (Outcome & { seed: number })[]): readonly string[] =>
    found
      .slice(0, 5)
      .map(
        ({ seed, failure, wrong }) =>
          `${describeFault(faultOfSeed(seed, traffic))}: ${String(failure)} ${wrong.join()}`,
      );

  it('never give a wrong answer', () => expect(named(outcomes.filter(({ wrong }) => wrong.length > 0))).toEqual([]));
  it('come to an end by themselves, also when the device falls silent', () => {
    // A call that never ended would have kept the runs above from their end.
    const silent = outcomes.filter(({ failure }) =>
      /no-answer|silent/.test((failure as HostError | undefined)?.code ?? ''),
    );
    expect(silent.length).toBeGreaterThan(seeds / 20);
    times.tell(`calls with a limit of ${limits.call} ms, with faults between a program and the process of a device`);
  });
  it('fail with one clear error that names the device', () => {
    const failed = outcomes.filter(({ failure }) => failure !== undefined);
    expect(failed.length).toBeGreaterThan(seeds / 3);
    expect(named(failed.filter(({ failure }) => !(failure instanceof HostError) || failure.hint === ''))).toEqual([]);
  });
  it('are often survived when they only delay', () =>
    expect(outcomes.filter(({ answered }) => answered === 13).length).toBeGreaterThan(seeds / 20));
  it('end each connection once, at both ends', () =>
    expect([...new Set(outcomes.filter(({ answered }) => answered > 0).map(({ ends }) => ends))]).toEqual([11]));
  it('never let the device do anything twice, or out of order', () => {
    for (const { performed } of outcomes)
      expect(performed).toEqual(Array.from({ length: performed.length }, (_, at) => at + 1));
  });
  it('leave no socket', async () => {
    await untilNothingIsOpen();
  });
});

describe(`${processes} faults with a process`, () => {
  beforeAll(() => void build());

  it('never give a wrong answer, and leave neither process nor socket', async () => {
    for (let seed = 0; seed < processes; seed++) {
      const host = new DeviceHost({
        name: 'test device',
        module: module_,
        command: [process.execPath, path.join(__dirname, 'faulty-command.cjs'), String(seed), process.execPath],
        startLimit: 3000,
        callLimit: 500,
        silence: 1500,
      });
      const ids = new Set<number>();
      const ask = async (
        name: string,
        given: readonly unknown[],
        right: (value: unknown) => boolean,
      ): Promise<void> => {
        const value = await host.call(name, given).then(
          (answer) => ({ answer }),
          (error: unknown) => ({ error }),
        );
        if ('error' in value) expect(value.error).toBeInstanceOf(HostError);
        else expect({ seed, name, right: right(value.answer) }).toEqual({ seed, name, right: true });
      };
      await host.open().catch((error: unknown) => expect(error).toBeInstanceOf(HostError));
      for (let time = 0; time < 2; time++) {
        await ask('identity', [], (value) => ids.add((value as { process: number }).process).size > 0);
        await ask('echo', [{ image }], (value) => same((value as { image?: unknown }).image));
        await ask('add', [1, 2], (value) => value === 3);
      }
      await host.close();
      await until('the processes had ended', () => ![...ids].some(lives));
    }
    await untilNothingIsOpen(/^TCP|^Process/);
  }, 600_000);
});

function lives(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}
