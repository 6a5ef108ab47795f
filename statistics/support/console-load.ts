import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { cameraIndex, magIndex, seconds } from '../../core/base';
import type { Frame } from '../../core/devices';
import { BrowserConsole } from '../../core/kernel';
import { image } from '../../imaging';
// What the thread of the images loads is a source of these results, too.
import '../../plugins/console/server/images/image-worker';
import { virtualInstrument } from '../../testing/virtual-instrument';
import type { Measured } from '../harness/table';
import { randomNumbers } from './random-numbers';

/** Rows and columns of a K3. */
const [rows, columns] = [4092, 5760];
const stops = 40;
const observerCount = 3;

/** Request of an observer. */
type Ask = (socket: WebSocket, next: () => number) => Promise<unknown>;

/** Requests of observers by the name of their row. */
const loads: Readonly<Record<string, Ask>> = {
  'transforms of new K3 images': (socket, next) =>
    answered(socket, { do: 'image', image: next(), transform: 'fourier', largest: 1280 }),
  'new K3 images': (socket, next) => answered(socket, { do: 'image', image: next(), transform: 'none', largest: 2560 }),
  'checks of the configuration': (socket) => answered(socket, { do: 'check' }),
};

/** Names of the kinds of load. */
export const kindsOfLoad = Object.keys(loads);

/** Measures the time from STOP to its answer while three observers of a console ask for one thing after another. */
export async function measureStop(seed: number, row: string): Promise<Measured> {
  await using instrument = await virtualInstrument({
    edit: (yaml) => yaml.replace('  console: {}', '  console: { port: 0 }'),
  });
  const leaving = new AbortController();
  const addresses: string[] = [];
  let ready = (): void => {};
  const served = new Promise<void>((resolve) => (ready = resolve));
  const serving = instrument.session.find(BrowserConsole)!.serve(instrument.session, leaving.signal, {
    tell: (text) => {
      addresses.push(...(text.match(/http:\/\/\S+/g) ?? []));
      if (text.startsWith('Open the address')) ready();
    },
  });
  await Promise.race([served, serving]);
  const [administrator = '', , observer = ''] = addresses;
  const own = await opened(administrator);
  const observers = await Promise.all(Array.from({ length: observerCount }, () => opened(observer)));
  const random = randomNumbers(seed);
  const pixels = Uint16Array.from({ length: rows * columns }, () => 1000 + Math.floor(200 * random()));
  let newest = 0;
  own.on('message', (data: Buffer, binary: boolean) => {
    const said = binary ? undefined : (JSON.parse(data.toString()) as { part?: string; value?: { image: number }[] });
    if (said?.part === 'buffers') newest = Math.max(newest, ...(said.value ?? []).map((each) => each.image));
  });
  const add = (): void => {
    instrument.session.buffers.add(frameOf(pixels), { magIndex: magIndex(22), magnification: 8100 });
  };
  let going = true;
  let requests = 0;
  const asking = observers.map(async (socket) => {
    while (going) {
      add();
      await wait(5);
      await loads[row]!(socket, () => newest);
      requests += 1;
    }
  });
  const milliseconds: number[] = [];
  try {
    await wait(500);
    for (let count = 0; count < stops; count++) {
      await wait(50 + 200 * random());
      const began = performance.now();
      await answered(own, { do: 'stop' });
      milliseconds.push(performance.now() - began);
    }
  } finally {
    going = false;
    await Promise.all(asking);
    leaving.abort();
    await serving;
  }
  return { errors: { milliseconds, requests }, verdict: 'answered' };
}

/** An image with given pixels, which no page has seen. */
const frameOf = (pixels: Uint16Array): Frame => ({
  image: image(pixels, rows, columns),
  exposure: {
    binning: 1,
    area: { left: 0, top: 0, right: columns, bottom: rows },
    exposure: seconds(1),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'linear',
  },
  camera: cameraIndex(0),
  began: seconds(0),
});

async function opened(address: string): Promise<WebSocket> {
  const { host, searchParams } = new URL(address);
  const socket = new WebSocket(`ws://${host}/socket?token=${searchParams.get('token')}`, { origin: `http://${host}` });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return socket;
}

let count = 0;

/** Sends a command and waits for its answer, which may be an image. */
function answered(socket: WebSocket, command: object): Promise<void> {
  const request = (count += 1);
  return new Promise((resolve) => {
    const listen = (data: Buffer, binary: boolean): void => {
      if (!binary && (JSON.parse(data.toString()) as { request?: number }).request !== request) return;
      socket.off('message', listen);
      resolve();
    };
    socket.on('message', listen);
    socket.send(JSON.stringify({ ...command, request }));
  });
}
