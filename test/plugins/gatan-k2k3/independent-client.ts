import { type Socket, connect } from 'node:net';

const handshake = Buffer.from('0800000018000000', 'hex');

/** Numbers of a message by kind, in the order in which they are sent. */
export interface Numbers {
  readonly longs?: readonly number[];
  readonly booleans?: readonly boolean[];
  readonly doubles?: readonly number[];
  /** NUL-terminated strings after the doubles. */
  readonly texts?: readonly string[];
  /** Integers after the doubles, where there are no strings. */
  readonly array?: readonly number[];
}

/** An exposure in the terms of a client that photographs: columns, rows and edges, and what differs from the usual. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  readonly binning?: number;
  readonly left?: number;
  readonly top?: number;
  readonly right?: number;
  readonly bottom?: number;
  readonly exposure?: number;
  readonly processing?: number;
  readonly shutter?: number;
  readonly room?: number;
}

/**
 * A client of the camera protocol that shares nothing with the program's own: written down from the description of the protocol alone,
 * in the manner of the scripts that other programs drive the server with. For tests of the stand-in server.
 */
export class IndependentClient {
  private readonly pieces: Buffer[] = [];
  private unread = 0;
  private wake = (): void => {};

  private constructor(
    private readonly socket: Socket,
    private readonly superChunk: number,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (piece) => {
      this.pieces.push(piece);
      this.unread += piece.length;
      this.wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.wake());
  }

  /** @param superChunk bytes of the largest piece of an image that the server sends at once */
  static connect(port: number, superChunk: number): Promise<IndependentClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new IndependentClient(socket, superChunk)));
    });
  }

  /** True when the server has ended the connection. */
  get ended(): boolean {
    return this.socket.destroyed;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Sends a request in one write, and reads the reply of the shape that is due. */
  async call(
    code: number,
    request: Numbers = {},
    reply: { readonly longs?: number; readonly booleans?: number; readonly doubles?: number } = {},
  ) {
    this.socket.write(message(code, request));
    const length = (await this.read(4)).readInt32LE(0);
    const rest = await this.read(length - 4);
    const status = rest.readInt32LE(0);
    const { longs = 0, booleans = 0, doubles = 0 } = reply;
    if (status < 0) return { status, longs: [], booleans: [], doubles: [] };
    if (rest.length !== 4 + 4 * longs + 4 * booleans + 8 * doubles)
      throw new Error(`Code ${code} was answered with ${length} bytes.`);
    return {
      status,
      longs: Array.from({ length: longs }, (_, at) => rest.readInt32LE(4 + 4 * at)),
      booleans: Array.from({ length: booleans }, (_, at) => rest.readInt32LE(4 + 4 * (longs + at)) === 1),
      doubles: Array.from({ length: doubles }, (_, at) => rest.readDoubleLE(4 + 4 * (longs + booleans) + 8 * at)),
    };
  }

  /** Asks for an image, chunk by chunk. */
  async image(code: number, request: Numbers, bytesPerPixel = 2) {
    const { status, longs } = await this.call(code, request, { longs: 4 });
    const [pixels = 0, width = 0, height = 0, chunks = 0] = longs;
    if (status !== 0) return { status, pixels, width, height, chunks, data: Buffer.alloc(0) };
    const bytes = pixels * bytesPerPixel;
    const size = Math.ceil(bytes / chunks);
    const pieces: Buffer[] = [];
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (chunk > 0) this.socket.write(handshake);
      pieces.push(await this.read(Math.min(size, bytes - chunk * size)));
    }
    if (chunks !== Math.ceil(bytes / this.superChunk)) throw new Error(`${bytes} bytes came in ${chunks} chunks.`);
    return { status, pixels, width, height, chunks, data: Buffer.concat(pieces) };
  }

  /** Takes a photograph: code 6, or 7 for a dark one, which has neither processing nor a delay of the shutter. */
  photograph(shot: Shot, dark = false) {
    const { width, height, binning = 1, left = 0, top = 0, exposure = 0.4, processing = 2, shutter = 0 } = shot;
    const { right = left + width, bottom = top + height, room = width * height } = shot;
    const edges = [binning, top, left, bottom, right, shutter];
    const longs = dark ? [room, width, height, ...edges, 0, -1] : [room, width, height, processing, ...edges, 0, 0, -1];
    return this.image(dark ? 7 : 6, { longs, doubles: [exposure, 0] });
  }

  /** Value that a script gives to `Exit`; undefined for one that failed. */
  async script(text: string): Promise<number | undefined> {
    const { status, doubles } = await this.call(1, { booleans: [false], texts: [text] }, { doubles: 1 });
    return status === 0 ? doubles[0] : undefined;
  }

  /** The detail of the last failure, code 32. */
  async lastError(): Promise<number> {
    return (await this.call(32, {}, { longs: 1 })).longs[0]!;
  }

  private async read(count: number): Promise<Buffer> {
    while (this.unread < count) {
      if (this.socket.destroyed) throw new Error('The server closed the connection.');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const all = Buffer.concat(this.pieces.splice(0));
    if (all.length > count) this.pieces.push(all.subarray(count));
    this.unread -= count;
    return all.subarray(0, count);
  }
}

function message(code: number, { longs = [], booleans = [], doubles = [], texts, array }: Numbers): Buffer {
  const characters = Buffer.from((texts ?? []).map((text) => `${text}\0`).join(''), 'latin1');
  const words = array?.length ?? Math.ceil(characters.length / 4);
  const all = texts || array ? [...longs, words] : longs;
  const bytes = Buffer.alloc(8 + 4 * all.length + 4 * booleans.length + 8 * doubles.length + 4 * words);
  let at = bytes.writeInt32LE(code, bytes.writeInt32LE(bytes.length, 0));
  for (const value of [...all, ...booleans.map(Number)]) at = bytes.writeInt32LE(value, at);
  for (const value of doubles) at = bytes.writeDoubleLE(value, at);
  for (const value of array ?? []) at = bytes.writeInt32LE(value, at);
  characters.copy(bytes, at);
  return bytes;
}
