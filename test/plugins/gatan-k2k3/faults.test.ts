import { EucentricError, StoppedError, seconds } from '../../../core/base';
import type { Exposure } from '../../../core/devices';
import { gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import { type Fault, type FaultProxy, faultProxy } from '../../support/fault-proxy';
import { until, untilNothingIsOpen } from '../../support/until';
import { type Bench, bench, countAt, propertiesOf } from './setup';

/** Milliseconds; far more than what is not disturbed takes on a busy machine. */
const limits = { parameters: 2000, image: 2000, saving: 2000 };
const exposure: Exposure = {
  binning: 2,
  area: { left: 0, top: 0, right: 128, bottom: 96 },
  exposure: seconds(0.01),
  driftSettling: seconds(0),
  processing: 'gain normalized',
  readMode: 'counting',
};
const codeOf = (request: Buffer): number => request.readInt32LE(4);
const acquisitions = (proxy: FaultProxy): number =>
  proxy.requests.filter((request) => request.length > 8 && codeOf(request) === gatanFunctions.GetAcquiredImage.code)
    .length;

let proxy: FaultProxy;
let under: Bench;
beforeEach(async () => {
  under = await bench(propertiesOf({ StartupDelay: 0, Retractable: 0 }), {
    limits,
    superChunk: 1000,
    // Later than the client gives up an answer that is not an image, and earlier than it gives up a chunk, for which it
    // waits five seconds.
    handshakeLimit: 3500,
    through: async (port) => {
      proxy = await faultProxy(port);
      return proxy.port;
    },
  });
});
afterEach(async () => {
  await under.dispose();
  await proxy.close();
  await untilNothingIsOpen();
});

/** Acquires with a fault armed: either the one right image, or one clear error. Gives `image` or the code of the error. */
async function acquireThrough(fault: Fault | undefined): Promise<string> {
  proxy.arm(fault);
  const before = acquisitions(proxy);
  let result: string;
  try {
    const { image, exposure: taken } = await under.camera.acquire(under.camera.fit(exposure));
    expect(image.shape).toEqual([48, 64]);
    for (const [row, column] of [
      [0, 0],
      [0, 63],
      [47, 0],
      [47, 63],
      [20, 30],
    ] as const)
      expect(image.get(row, column)).toBe(countAt(column + 0.5, row + 0.5));
    expect(taken.binning).toBe(2);
    result = 'image';
  } catch (error) {
    expect(error).toBeInstanceOf(EucentricError);
    const { code, hint, message } = error as EucentricError;
    expect(hint).not.toBe('');
    expect(message).toContain('DigitalMicrograph');
    result = code;
  }
  expect(acquisitions(proxy) - before).toBeLessThanOrEqual(1);
  proxy.arm(undefined);
  return result;
}

describe('a wire that fails', () => {
  it('in any place: gives the right image or one clear error, asks for an image at most once, and works again afterwards', async () => {
    const results = new Map<string, number>();
    let seed = 12345;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((seed / 0x80000000) * below);
    };
    proxy.arm(undefined);
    await under.camera.acquire(under.camera.fit(exposure));
    const shot = proxy.passed;
    expect(shot).toBe(8 + 8 + 24 + 2 * 64 * 48);
    const runs = process.env.EUCENTRIC_VERIFY ? 500 : 60;
    for (let run = 0; run < runs; run++) {
      const kind = (['reset', 'truncate', 'duplicate'] as const)[run % 3]!;
      // Half of the faults fall among the replies before the image, which are only forty bytes long.
      const result = await acquireThrough({ kind, atByte: random(run % 2 === 0 ? 40 : shot) });
      results.set(result, (results.get(result) ?? 0) + 1);
      const again = await acquireThrough(undefined);
      expect(again).toBe('image');
    }
    expect(results.get('wire/connection-lost')).toBeGreaterThan(0);
    expect([...results.keys()].every((key) => ['image', 'wire/connection-lost', 'wire/bad-reply'].includes(key))).toBe(
      true,
    );
  });

  it.each([0, 4, 8, 12, 16, 17, 20, 39])('in a length or a status: byte %i of the replies', async (atByte) => {
    const result = await acquireThrough({ kind: 'garble', atByte });
    expect(result).not.toBe('image');
    expect(await acquireThrough(undefined)).toBe('image');
  });

  it.each([
    [0, 'wire/timeout'],
    [8, 'wire/timeout'],
    [20, 'wire/timeout'],
    // In the middle of an image it is the server that loses patience first and closes the connection.
    [40, 'wire/connection-lost'],
  ])('by falling silent after byte %i', async (atByte, expected) => {
    const result = await acquireThrough({ kind: 'stall', atByte });
    expect(result).toBe(expected);
    expect(await acquireThrough(undefined)).toBe('image');
  });

  it.each([
    // Replies of eight bytes each come to SelectCamera and SetK2Parameters2.
    ['while the camera is selected', 4, [9, 9, 29, 6]],
    ['while the parameters are set', 12, [9, 29, 9, 29, 6]],
  ])(
    '%s: everything is set again on a new connection before the image is asked for, once',
    async (_when, atByte, expected) => {
      proxy.arm({ kind: 'reset', atByte });
      const before = proxy.requests.length;
      const { image } = await under.camera.acquire(under.camera.fit(exposure));
      expect(image.get(0, 0)).toBe(countAt(0.5, 0.5));
      const codes = proxy.requests.slice(before).map(codeOf);
      expect(codes.filter((code) => code !== gatanFunctions.ChunkHandshake.code)).toEqual(expected);
    },
  );

  it('once the image has been asked for: it is not asked for again', async () => {
    const before = proxy.requests.length;
    expect(await acquireThrough({ kind: 'reset', atByte: 17 })).toBe('wire/connection-lost');
    expect(proxy.requests.slice(before).map(codeOf)).toEqual([9, 29, 6]);
  });
});

describe('a server that cannot', () => {
  it('says why, and can be asked again', async () => {
    await expect(under.client.call(gatanFunctions.SelectCamera, { camera: 7 })).rejects.toMatchObject({
      code: 'gatan/failed',
      message: expect.stringMatching(/could not do SelectCamera: a script of the server failed/) as string,
    });
    expect(await acquireThrough(undefined)).toBe('image');
  });
});

it('stopping while the server waits ends the exposure and leaves the camera usable', async () => {
  proxy.arm({ kind: 'stall', atByte: 16 });
  const stop = new AbortController();
  const stopping = until('the server was silent', () => proxy.struck).then(() => stop.abort(new StoppedError()));
  await expect(under.camera.acquire(under.camera.fit(exposure), stop.signal)).rejects.toBeInstanceOf(StoppedError);
  await stopping;
  expect(await acquireThrough(undefined)).toBe('image');
});
