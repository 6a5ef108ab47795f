import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { cameraIndex, magIndex, seconds } from '../../../core/base';
import type { Frame } from '../../../core/devices';
import { image } from '../../../imaging';
import { decodeFrame } from '../../../plugins/console/protocol';
import { HeavyWork } from '../../../plugins/console/server/heavy-work';
import { type ConsoleSite, serveSite } from './support/console-site';
import { ask, opened, tokenOf } from './support/web-client';

/** An image of the size of a K3, another one for every seed. */
function largeFrame(seed: number): Frame {
  const [rows, columns] = [4092, 5760];
  const exposure = {
    binning: 1,
    area: { left: 0, top: 0, right: columns, bottom: rows },
    exposure: seconds(1),
    driftSettling: seconds(0),
    processing: 'gain normalized',
    readMode: 'linear',
  } as const;
  // Each row is the pattern from another place on.
  const pattern = Uint16Array.from({ length: columns + 211 }, (_, at) => 1000 + ((at * (7919 + seed)) % 211));
  const data = new Uint16Array(rows * columns);
  for (let row = 0; row < rows; row++)
    data.set(pattern.subarray((row * 13) % 211, ((row * 13) % 211) + columns), row * columns);
  return { image: image(data, rows, columns), exposure, camera: cameraIndex(0), began: seconds(0) };
}

describe('heavy requests', () => {
  let site: ConsoleSite;
  beforeAll(async () => (site = await serveSite()));
  afterAll(() => site[Symbol.asyncDispose]());

  test('of several observers do not hold STOP up: it is answered before all but a few of them', async () => {
    const observers = await Promise.all([1, 2, 3].map(() => opened(site, { token: tokenOf(site.observer) })));
    const administrator = await opened(site);
    let answered = 0;
    const checks = observers.flatMap((socket) =>
      Array.from({ length: 10 }, () => ask(socket, { do: 'check' }).then((answer) => ((answered += 1), answer))),
    );
    // They are on their way when STOP is pressed.
    await Promise.race(checks);
    const stopped = await ask(administrator, { do: 'stop' });
    expect(stopped).toMatchObject({ is: 'done' });
    expect(answered).toBeLessThan(10);
    for (const answer of await Promise.all(checks)) expect(answer).toMatchObject({ is: 'done' });
    for (const socket of [...observers, administrator]) socket.close();
  });

  test('for transforms of large images that nobody has seen yet are answered after STOP, and with what was asked for', async () => {
    const observers = await Promise.all([1, 2, 3].map(() => opened(site, { token: tokenOf(site.observer) })));
    const administrator = await opened(site);
    const buffers = site.instrument.session.buffers;
    for (const seed of [1, 2, 3]) buffers.add(largeFrame(seed), { magIndex: magIndex(22), magnification: 8100 });
    const numbers = await numbersShown(administrator);
    const order: string[] = [];
    const images = observers.map(async (socket, at) => {
      const number = numbers[at]!;
      const arrived = imageIn(socket);
      socket.send(JSON.stringify({ do: 'image', request: at + 1, image: number, transform: 'fourier', largest: 1280 }));
      const { header } = await arrived;
      order.push('image');
      return header;
    });
    // The requests are with the program when STOP is pressed: this one was sent after them and is answered.
    await Promise.all(observers.map((socket) => ask(socket, { do: 'counts', image: numbers[0], at: { x: 1, y: 1 } })));
    await ask(administrator, { do: 'stop' });
    order.push('STOP');
    for (const [at, header] of (await Promise.all(images)).entries())
      expect(header).toMatchObject({ image: numbers[at], transform: 'fourier', fullWidth: 2048, fullHeight: 2048 });
    expect(order).toEqual(['STOP', 'image', 'image', 'image']);
    for (const socket of [...observers, administrator]) socket.close();
  });
});

/** Numbers of the images in the buffers, as the page of a browser gets them. */
async function numbersShown(socket: WebSocket): Promise<readonly number[]> {
  for (;;) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    const message = JSON.parse(data.toString()) as {
      part?: string;
      value?: readonly { image: number; width: number }[];
    };
    const large = message.part === 'buffers' ? (message.value ?? []).filter(({ width }) => width === 5760) : [];
    if (large.length === 3) return large.map(({ image }) => image);
  }
}

/** The next image that comes to a browser. */
function imageIn(socket: WebSocket): Promise<ReturnType<typeof decodeFrame>> {
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) resolve(decodeFrame(new Uint8Array(data).buffer));
    });
  });
}

test('heavy work is done one at a time and in order, also after a failure, and a browser may queue only some of it', async () => {
  const heavy = new HeavyWork();
  const done: number[] = [];
  let release = (): void => {};
  const first = heavy.do(1, () => new Promise<void>((resolve) => (release = resolve)));
  const more = Array.from({ length: 16 }, (_, index) =>
    heavy.do(2, () => {
      done.push(index);
      if (index === 3) throw new Error('a failure');
    }),
  );
  const ends = Promise.allSettled(more);
  expect(() => heavy.do(2, () => {})).toThrow(expect.objectContaining({ code: 'console/too-much' }) as Error);
  expect(done).toEqual([]);
  release();
  await first;
  expect((await ends).map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
  expect(done).toEqual(Array.from({ length: 16 }, (_, index) => index));
});
