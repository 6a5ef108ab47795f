import { connect } from 'node:net';
import { PacketServer, chunkHandshake } from '../../../wires';
import { ample, client, closeAll, closing, functions, longs, raw } from './raw-server';

const { Picture } = functions;
afterEach(closeAll);

describe('images', () => {
  const pattern = (bytes: number): Uint8Array => {
    const data = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at++) data[at] = (at * 7 + (at >> 8) * 13 + (at >> 16)) & 0xff;
    return data;
  };
  async function transfer(
    bytes: number,
    superChunk?: number,
  ): Promise<{ readonly image: Uint8Array | undefined; readonly sent: Uint8Array }> {
    const sent = pattern(bytes);
    const server = new PacketServer({
      functions: Object.values(functions),
      handle: async () => ({ values: { pixels: bytes / 2, width: bytes / 2, height: 1 }, image: sent }),
      ...(superChunk && { superChunk }),
    });
    const port = await server.listen();
    closing.push(() => server.close());
    const { image } = await client(port).call(Picture, { pixels: bytes / 2 }, { limit: ample, largestImage: bytes });
    return { image, sent };
  }

  it.each([
    [2, undefined],
    [2 * 1024 * 1024, undefined],
    [100, 33],
    [1002, 500],
    [2 * 65537, 1001],
    [2_000_006, 65_536],
  ])('of %i bytes in chunks of up to %s come whole', async (bytes, superChunk) => {
    const { image, sent } = await transfer(bytes, superChunk);
    expect(Buffer.compare(Buffer.from(image!.buffer as ArrayBuffer), Buffer.from(sent.buffer as ArrayBuffer))).toBe(0);
  });

  it('of a whole K3 in chunks of the real size come whole', async () => {
    const { image, sent } = await transfer(2 * 5760 * 4092);
    expect(Buffer.compare(image!, sent)).toBe(0);
  });

  it('are asked for chunk by chunk, with eight bytes before each but the first', async () => {
    const heard: string[] = [];
    const { port } = await raw((socket, bytes) => {
      heard.push(bytes.toString('hex'));
      if (heard.length === 1) socket.write(Buffer.concat([longs(0, 5, 5, 1, 3), Buffer.of(0, 1, 2, 3)]));
      if (heard.length === 2) socket.write(Buffer.of(4, 5, 6, 7));
      if (heard.length === 3) socket.write(Buffer.of(8, 9));
    });
    const { image } = await client(port).call(Picture, { pixels: 5 }, { limit: ample, largestImage: 10 });
    expect([...image!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(heard.slice(1)).toEqual([chunkHandshake.toString('hex'), chunkHandshake.toString('hex')]);
  });

  it('of no pixels are empty', async () => {
    const { port } = await raw((socket) => socket.write(longs(0, 0, 0, 0, 0)));
    expect((await client(port).call(Picture, { pixels: 4 }, { limit: ample, largestImage: 8 })).image).toHaveLength(0);
  });

  it('whose next chunk is not asked for in time end the connection', async () => {
    const server = new PacketServer({
      functions: Object.values(functions),
      handle: async () => ({ values: { pixels: 50, width: 50, height: 1 }, image: new Uint8Array(100) }),
      superChunk: 60,
      handshakeLimit: 50,
    });
    const port = await server.listen();
    closing.push(() => server.close());
    const socket = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.write(longs(3, 50));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(pieces)).toHaveLength(24 + 50);
  });
});
