import { connect } from 'node:net';
import { decodeMessage, encodeMessage, fixedLength, hasArray, packText } from '../../../wires';
import { gatanFunctions } from '../../../plugins/gatan-k2k3/protocol/functions';
import { GatanStandInServer } from '../../../plugins/gatan-k2k3/stand-in/stand-in-server';
import { RampSource } from './setup';

/** Code: longs, booleans, doubles of the request; whether it has an array; longs, booleans, doubles of the reply; bytes of a pixel. Written down from the description of the protocol. */
const table: Readonly<
  Record<
    number,
    readonly [
      request: readonly [number, number, number],
      array: boolean,
      reply: readonly [number, number, number] | 'none',
      image?: number,
    ]
  >
> = {
  1: [[1, 1, 0], true, [0, 0, 1]],
  2: [[1, 0, 0], false, [0, 0, 0]],
  3: [[1, 0, 0], false, [0, 0, 0]],
  4: [[1, 0, 0], false, [0, 0, 0]],
  5: [[1, 0, 0], true, [0, 0, 0]],
  6: [[13, 0, 2], false, [4, 0, 0], 2],
  7: [[11, 0, 2], false, [4, 0, 0], 2],
  8: [[4, 0, 0], false, [4, 0, 0], 4],
  9: [[1, 0, 0], false, [0, 0, 0]],
  10: [[1, 0, 1], false, [0, 0, 0]],
  11: [[0, 0, 0], false, [1, 0, 0]],
  12: [[1, 0, 0], false, [0, 1, 0]],
  13: [[1, 1, 0], false, [0, 0, 0]],
  14: [[0, 0, 0], false, [1, 0, 0]],
  15: [[0, 0, 0], false, [0, 3, 0]],
  16: [[2, 0, 0], false, [0, 0, 0]],
  17: [[1, 0, 0], false, [0, 0, 0]],
  18: [[1, 0, 2], false, [1, 0, 3]],
  19: [[7, 0, 2], true, [4, 0, 0], 2],
  20: [[5, 0, 0], false, [4, 0, 0], 2],
  21: [[0, 0, 0], false, [0, 0, 0]],
  22: [[1, 0, 0], true, [2, 0, 0]],
  23: [[3, 3, 2], true, [0, 0, 0]],
  24: [[0, 0, 0], false, 'none'],
  25: [[2, 1, 1], true, [1, 0, 0]],
  26: [[0, 0, 0], false, [2, 0, 0]],
  27: [[3, 1, 5], true, [1, 0, 0]],
  28: [[1, 0, 0], false, [4, 0, 0], 2],
  29: [[5, 3, 6], true, [0, 0, 0]],
  30: [[0, 0, 0], false, [0, 0, 0]],
  31: [[0, 0, 0], false, [1, 0, 0]],
  32: [[0, 0, 0], false, [1, 0, 0]],
  33: [[1, 0, 0], false, [0, 0, 0]],
  34: [[1, 0, 0], false, [1, 0, 1]],
  35: [[12, 0, 8], true, [1, 0, 0]],
  36: [[0, 0, 0], false, [5, 0, 8]],
  37: [[3, 0, 0], false, [4, 0, 0], 2],
  38: [[3, 0, 2], true, [1, 0, 0]],
  39: [[1, 0, 0], false, [0, 0, 0]],
  40: [[0, 0, 0], false, [0, 0, 1]],
  41: [[2, 0, 0], true, [0, 0, 0]],
  42: [[0, 0, 0], false, [2, 0, 0]],
  43: [[0, 0, 0], false, [5, 0, 3]],
};
const functions = Object.values(gatanFunctions);
const lengthOf = ([longs, booleans, doubles]: readonly [number, number, number]): number =>
  8 + 4 * longs + 4 * booleans + 8 * doubles;
const hex = (text: string): string => text.replaceAll(' ', '');

/** A request with a value in every place; its array has three integers. */
function requestFor(packet: (typeof functions)[number]): Buffer {
  const fields: { longs?: readonly string[]; booleans?: readonly string[]; doubles?: readonly string[] } =
    packet.request;
  const values: Record<string, number | boolean | Int32Array> = { array: Int32Array.of(7, 8, 9) };
  for (const name of fields.longs ?? []) values[name] = 1;
  for (const name of fields.booleans ?? []) values[name] = true;
  for (const name of fields.doubles ?? []) values[name] = 0.5;
  return encodeMessage(packet.name, packet.code, fields, values);
}

describe('the function table', () => {
  it('has every code from 1 to 43 once', () => {
    expect(functions.map(({ code }) => code).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 43 }, (_, at) => at + 1),
    );
  });

  it.each(functions.map((packet) => [packet.code, packet.name, packet] as const))(
    'has the lengths of code %i (%s) right',
    (code, _name, packet) => {
      const [request, array, reply, image] = table[code]!;
      const fields = packet.request as Parameters<typeof fixedLength>[0];
      expect([fields.longs?.length ?? 0, fields.booleans?.length ?? 0, fields.doubles?.length ?? 0]).toEqual(request);
      expect(hasArray(fields)).toBe(array);
      expect(requestFor(packet)).toHaveLength(lengthOf(request) + (array ? 12 : 0));
      const answer = (packet as { reply?: Parameters<typeof fixedLength>[0] }).reply;
      expect(
        answer === undefined
          ? 'none'
          : [answer.longs?.length ?? 0, answer.booleans?.length ?? 0, answer.doubles?.length ?? 0],
      ).toEqual(reply);
      expect((packet as { image?: number }).image).toBe(image);
    },
  );

  it('repeats nothing that acts or measures', () => {
    const acting = [1, 5, 6, 7, 13, 19, 20, 24, 25, 27, 35, 37, 38, 41];
    expect(functions.filter(({ repeatable }) => !repeatable).map(({ code }) => code)).toEqual(acting);
  });
});

describe('requests, byte by byte', () => {
  const {
    GetDMVersion,
    SelectCamera,
    SetReadMode,
    InsertCamera,
    SetK2Parameters2,
    GetAcquiredImage,
    SetupFileSaving2,
  } = gatanFunctions;

  it('GetDMVersion and its reply', () => {
    expect(encodeMessage('', GetDMVersion.code, GetDMVersion.request, {}).toString('hex')).toBe(
      hex('08000000 0e000000'),
    );
    expect(decodeMessage('', Buffer.from(hex('0c000000 00000000 7dc40000'), 'hex'), GetDMVersion.reply)).toEqual({
      version: 50301,
    });
  });
  it('SelectCamera 0', () => {
    expect(encodeMessage('', SelectCamera.code, SelectCamera.request, { camera: 0 }).toString('hex')).toBe(
      hex('0c000000 09000000 00000000'),
    );
  });
  it('SetReadMode 1, 37', () => {
    expect(encodeMessage('', SetReadMode.code, SetReadMode.request, { mode: 1, scaling: 37 }).toString('hex')).toBe(
      hex('14000000 0a000000 01000000 0000000000804240'),
    );
  });
  it('InsertCamera 0, in', () => {
    expect(
      encodeMessage('', InsertCamera.code, InsertCamera.request, { camera: 0, inserted: true }).toString('hex'),
    ).toBe(hex('10000000 0d000000 00000000 01000000'));
  });
  it('SetK2Parameters2', () => {
    const values = {
      readMode: 1,
      hardwareProcessing: 6,
      rotationFlip: 0,
      flags: 0,
      doseFractions: true,
      align: false,
      saveFrames: true,
      scaling: 37,
      frameTime: 0.1,
      reducedSizes: 0,
      fullSizes: 0,
      spare1: 0,
      spare2: 0,
      array: packText(''),
    };
    const bytes = encodeMessage('', SetK2Parameters2.code, SetK2Parameters2.request, values);
    expect(bytes).toHaveLength(0x5c);
    expect(bytes.toString('hex')).toBe(
      hex(
        '5c000000 1d000000 01000000 06000000 00000000 00000000 01000000 01000000 00000000 01000000 0000000000804240 9a9999999999b93f 0000000000000000 0000000000000000 0000000000000000 0000000000000000 00000000',
      ),
    );
  });
  it('GetAcquiredImage of 1300 x 1024', () => {
    const values = {
      pixels: 1331200,
      width: 1300,
      height: 1024,
      processing: 2,
      binning: 1,
      top: 0,
      left: 0,
      bottom: 1024,
      right: 1300,
      shutter: 0,
      shutterDelay: 0,
      divideBy2: 0,
      corrections: 0,
      exposure: 1,
      settling: 0,
    };
    expect(encodeMessage('', GetAcquiredImage.code, GetAcquiredImage.request, values).toString('hex')).toBe(
      hex(
        '4c000000 06000000 00501400 14050000 00040000 02000000 01000000 00000000 00000000 00040000 14050000 00000000 00000000 00000000 00000000 000000000000f03f 0000000000000000',
      ),
    );
  });
  it('SetupFileSaving2', () => {
    const values = {
      rotationFlip: 0,
      flags: 0x88,
      filePerImage: false,
      pixelSize: 1,
      grabAndSum: 131077,
      threshold: 0,
      thresholdPlus: 0,
      spare: 0,
      array: packText('X:/d', 'r'),
    };
    expect(encodeMessage('', SetupFileSaving2.code, SetupFileSaving2.request, values).toString('hex')).toBe(
      hex(
        '48000000 1b000000 00000000 88000000 02000000 00000000 000000000000f03f 0000000028000041 0000000000000000 0000000000000000 0000000000000000 583a2f64 00720000',
      ),
    );
  });
  it('the header of an image', () => {
    const header = Buffer.from(hex('18000000 00000000 00501400 14050000 00040000 02000000'), 'hex');
    expect(decodeMessage('', header, GetAcquiredImage.reply)).toEqual({
      pixels: 1331200,
      width: 1300,
      height: 1024,
      chunks: 2,
    });
    expect(
      encodeMessage('', 0, GetAcquiredImage.reply, { pixels: 1331200, width: 1300, height: 1024, chunks: 2 }),
    ).toEqual(header);
  });
});

describe('the stand-in server', () => {
  /** Sends bytes as they are and collects what comes back within a moment. */
  async function exchange(...requests: readonly Buffer[]): Promise<readonly string[]> {
    const server = new GatanStandInServer(new RampSource(1, 1));
    const port = await server.listen();
    const socket = connect(port, '127.0.0.1');
    const replies: string[] = [];
    for (const request of requests) {
      const reply = new Promise<Buffer>((resolve) => {
        const pieces: Buffer[] = [];
        socket.on('data', (piece) => {
          pieces.push(piece);
          const all = Buffer.concat(pieces);
          if (all.length < 8 || all.length < all.readInt32LE(0)) return;
          socket.removeAllListeners('data');
          resolve(all);
        });
      });
      socket.write(request);
      replies.push((await reply).toString('hex'));
    }
    socket.destroy();
    await server.close();
    return replies;
  }

  const answered = functions.filter(({ name }) => name !== 'ChunkHandshake');

  it('takes every request of the right length, and none that is four bytes longer or shorter', async () => {
    const [short, wrong] = [hex('08000000 fcffffff'), hex('08000000 faffffff')];
    const requests = answered.flatMap((packet) => {
      const right = requestFor(packet);
      const longer = Buffer.concat([right, Buffer.alloc(4)]);
      longer.writeInt32LE(longer.length, 0);
      const shorter = Buffer.from(right.subarray(0, right.length - 4));
      shorter.writeInt32LE(shorter.length, 0);
      return right.length > 8 ? [right, longer, shorter] : [right, longer];
    });
    const replies = await exchange(...requests);
    let at = 0;
    for (const packet of answered) {
      const right = Buffer.from(replies[at++]!, 'hex');
      const [, array, reply, image] = table[packet.code]!;
      expect(right.readInt32LE(0)).toBe(lengthOf(reply as readonly [number, number, number]));
      expect(right.readInt32LE(4)).toBeGreaterThanOrEqual(0);
      if (!image) expect(right).toHaveLength(right.readInt32LE(0));
      expect(replies[at++]).toBe(wrong);
      // A request that lacks numbers is too short; one that lacks a part of its array has the wrong length.
      if (requestFor(packet).length > 8) expect(replies[at++]).toBe(array ? wrong : short);
    }
    expect(at).toBe(requests.length);
  });

  it('answers what it does not know with eight bytes, and a handshake outside of a transfer too', async () => {
    const request = (length: number, code: number): Buffer => {
      const bytes = Buffer.alloc(Math.max(8, length));
      bytes.writeInt32LE(length, 0);
      bytes.writeInt32LE(code, 4);
      return bytes;
    };
    expect(await exchange(request(8, 44), request(8, 0), request(8, -3), request(8, 24), request(4, 14))).toEqual([
      hex('08000000 ffffffff'),
      hex('08000000 ffffffff'),
      hex('08000000 ffffffff'),
      hex('08000000 ffffffff'),
      hex('08000000 fcffffff'),
    ]);
  });

  it('waits for a request of any length', async () => {
    const words = 4_500_000;
    const long = Buffer.alloc(16 + 4 * words);
    [long.length, 41, 0, words].forEach((value, at) => long.writeInt32LE(value, 4 * at));
    const version = requestFor(gatanFunctions.GetPluginVersion);
    expect(await exchange(long, version)).toEqual([hex('08000000 00000000'), hex('0c000000 00000000 78000000')]);
  });

  it('throws away what comes along with a request', async () => {
    const version = requestFor(gatanFunctions.GetPluginVersion);
    const [first, second] = await exchange(Buffer.concat([version, version]), requestFor(gatanFunctions.GetDMVersion));
    expect(first).toBe(hex('0c000000 00000000 78000000'));
    expect(second).toBe(hex('0c000000 00000000 9bc40000'));
  });
});
