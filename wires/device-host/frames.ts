import { Deserializer, Serializer } from 'node:v8';
import { crc32 } from 'node:zlib';

/** Bytes that go over the connection between a program and the process of a device went wrong. */
export class FrameError extends Error {}

const magic = 0x45754872;
/** Magic, number, bytes of the body, number of parts, bytes of all parts, checksum of the parts, checksum of the head and the body. */
const headBytes = 28;
const maxBody = 2 ** 28;
const maxParts = 4096;
const maxBytes = 2 ** 32 - 1;

const kinds = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
] as const;

/** Writes arrays of numbers beside the message, so that large ones are not copied. */
class MessageWriter extends Serializer {
  readonly parts: Uint8Array[] = [];

  constructor() {
    super();
    (
      this as unknown as { _setTreatArrayBufferViewsAsHostObjects(on: boolean): void }
    )._setTreatArrayBufferViewsAsHostObjects(true);
  }

  _writeHostObject(view: object): void {
    if (!ArrayBuffer.isView(view)) throw new FrameError('an object that cannot be sent');
    const kind = kinds.findIndex((each) => view instanceof each);
    this.writeUint32(kind);
    this.writeUint32(this.parts.length);
    this.parts.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }
}

class MessageReader extends Deserializer {
  constructor(
    body: Buffer,
    private readonly parts: readonly ArrayBuffer[],
  ) {
    super(body);
  }

  _readHostObject(): ArrayBufferView {
    const kind = kinds[this.readUint32()];
    const part = this.parts[this.readUint32()];
    if (!kind || !part) throw new FrameError('a part that is not there');
    return new (kind as new (memory: ArrayBuffer) => ArrayBufferView)(part);
  }
}

/** Writes messages: any plain value, with arrays of numbers of any size. Each carries its place in the order, and checksums. */
export class FrameWriter {
  private number = 0;

  /** The bytes of a message, to be sent one after the other. */
  write(message: unknown): readonly Uint8Array[] {
    const writer = new MessageWriter();
    writer.writeHeader();
    writer.writeValue(message);
    const body = writer.releaseBuffer();
    const { parts } = writer;
    const total = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (body.length > maxBody || parts.length > maxParts || total > maxBytes)
      throw new FrameError(`a message of ${body.length + total} bytes is too long`);
    const head = Buffer.alloc(headBytes + 4 * parts.length);
    head.writeUInt32LE(magic, 0);
    head.writeUInt32LE(this.number++ >>> 0, 4);
    head.writeUInt32LE(body.length, 8);
    head.writeUInt32LE(parts.length, 12);
    head.writeUInt32LE(total, 16);
    head.writeUInt32LE(
      parts.reduce((sum, part) => crc32(part, sum), 0),
      20,
    );
    for (const [at, { byteLength }] of parts.entries()) head.writeUInt32LE(byteLength, headBytes + 4 * at);
    // The place of the checksum itself counts as 0.
    head.writeUInt32LE(crc32(body, crc32(head)), 24);
    return [head, body, ...parts];
  }
}

/** Reads messages from whatever pieces arrive, and throws `FrameError` at the first byte that shows that something went wrong. */
export class FrameReader {
  private number = 0;
  private target: Uint8Array = new Uint8Array(headBytes);
  private filled = 0;
  private take: () => unknown;
  private readonly nothing = Symbol('nothing yet');

  constructor() {
    this.take = this.takeHead;
  }

  /** True in the middle of a message. */
  get midway(): boolean {
    return this.filled > 0 || this.take !== this.takeHead;
  }

  /** The messages that end in a piece. */
  *read(piece: Uint8Array): Generator<unknown> {
    let at = 0;
    while (at < piece.length) {
      const count = Math.min(piece.length - at, this.target.length - this.filled);
      this.target.set(piece.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      while (this.filled === this.target.length) {
        const message = this.take();
        if (message === this.nothing) continue;
        yield message;
        break;
      }
    }
  }

  private expect(target: Uint8Array, take: () => unknown): symbol {
    this.target = target;
    this.filled = 0;
    this.take = take;
    return this.nothing;
  }

  private readonly takeHead = (): unknown => {
    const head = Buffer.from(this.target);
    if (head.readUInt32LE(0) !== magic) throw new FrameError('no beginning of a message');
    if (head.readUInt32LE(4) !== this.number) throw new FrameError('a message out of order');
    const [body, parts, total] = [head.readUInt32LE(8), head.readUInt32LE(12), head.readUInt32LE(16)];
    if (body > maxBody || parts > maxParts) throw new FrameError('a message of impossible length');
    return this.expect(new Uint8Array(4 * parts + body), () => this.takeBody(head, parts, total));
  };

  private takeBody(head: Buffer, count: number, total: number): unknown {
    const rest = Buffer.from(this.target.buffer, this.target.byteOffset, this.target.byteLength);
    const wanted = head.readUInt32LE(24);
    head.writeUInt32LE(0, 24);
    if (crc32(rest, crc32(head)) !== wanted) throw new FrameError('a checksum that is wrong');
    const lengths = Array.from({ length: count }, (_, at) => rest.readUInt32LE(4 * at));
    if (lengths.reduce((sum, length) => sum + length, 0) !== total) throw new FrameError('parts of impossible length');
    const parts = lengths.map((length) => new ArrayBuffer(length));
    const body = rest.subarray(4 * count);
    return this.takeParts(head.readUInt32LE(20), body, parts, 0, 0);
  }

  private takeParts(wanted: number, body: Buffer, parts: readonly ArrayBuffer[], at: number, sum: number): unknown {
    if (at < parts.length) {
      const part = new Uint8Array(parts[at]!);
      return this.expect(part, () => this.takeParts(wanted, body, parts, at + 1, crc32(part, sum)));
    }
    if (sum !== wanted) throw new FrameError('a checksum of numbers that is wrong');
    this.number = (this.number + 1) >>> 0;
    this.expect(new Uint8Array(headBytes), this.takeHead);
    const reader = new MessageReader(body, parts);
    reader.readHeader();
    return reader.readValue() as unknown;
  }
}
