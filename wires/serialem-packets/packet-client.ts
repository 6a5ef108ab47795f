import { ExchangeGuard } from '../exchange-guard';
import { type ConnectionPatience, KeptConnection } from '../kept-connection';
import type { Address } from '../open-socket';
import { WireError } from '../wire-error';
import { type ImageHeader, checkImageHeader, chunkHandshake, handshakeOf } from './image-transfer';
import { decodeMessage, encodeMessage, largestArray } from './message';
import { PacketConnection } from './packet-connection';
import { type PacketFunction, type ReplyOf, type RequestOf, fixedLength, hasArray } from './packet-function';

/** Address of a server, and time limits. */
export interface PacketClientOptions extends Address, ConnectionPatience {
  /** Milliseconds to wait for a connection. */
  readonly connectLimit: number;
  /** Bytes per millisecond below which a transfer of an image counts as stuck. */
  readonly slowestTransfer?: number;
}

/** Options of one call. */
export interface CallOptions {
  /** Milliseconds to wait for the reply to begin. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  /** Milliseconds in which the server is busy with the call and cannot be interrupted; after a stop, the next call waits that much longer. */
  readonly occupies?: number;
  /** Makes the call only on this connection, because what was set before it may be gone on another. */
  readonly onConnection?: number;
  /** Most bytes of an image in the reply. */
  readonly largestImage?: number;
}

/** A server's answer. */
export interface PacketReply<Function extends PacketFunction> {
  /** 0 for done, above 0 for a failure of the function. */
  readonly status: number;
  readonly values: ReplyOf<Function>;
  /** Bytes of the image, whole; undefined without one. */
  readonly image: Uint8Array<ArrayBuffer> | undefined;
  /** Number of the connection that it came over. */
  readonly connection: number;
}

/** Meanings of the server's negative statuses. */
const refusals: Readonly<Record<number, string>> = {
  [-1]: 'it does not know this function',
  [-2]: 'the function ended with an exception inside the server',
  [-3]: 'the reply would have been too big',
  [-4]: 'the request was too short',
  [-5]: 'the request was too big',
  [-6]: 'the request had the wrong length',
  [-9]: 'it is busy or does not let itself be controlled from outside',
  [-10]: 'its user pressed STOP',
};
/** Hints for them, where a look at the log does not help. */
const refusalHints: Readonly<Record<number, string>> = {
  [-1]: 'Install a newer version of the plugin in the server.',
  [-9]: 'Wait until the server is idle, switch on its control from outside, then try again.',
  [-10]: 'Start again when its user agrees.',
};

/** Milliseconds that a chunk may take beyond its bytes. */
const chunkPatience = 5000;
const defaultSlowestTransfer = 500;

/**
 * A client of a SerialEM packet server. Calls are made strictly one after the other, each within its limit. After a failure in the middle
 * of a call the connection is closed, since what comes next on it could belong to anything; the next call connects again.
 */
export class PacketClient {
  private readonly kept: KeptConnection<PacketConnection>;
  private busyUntil = 0;

  constructor(private readonly options: PacketClientOptions) {
    this.kept = new KeptConnection(
      options.name,
      `The call to ${options.name}`,
      (signal) => PacketConnection.open(options, options.connectLimit, signal),
      options,
    );
  }

  /** Number of the present or last connection, from 1; a change says that the server may have forgotten what was set. */
  get connectionNumber(): number {
    return this.kept.number;
  }

  /** Connects, unless connected. @throws WireError `wire/connect-failed`, `wire/timeout`, `wire/closed` */
  connect(signal?: AbortSignal): Promise<void> {
    return this.kept.connect(signal);
  }

  /**
   * Calls a function of the server and waits for its reply, and its image if it has one.
   * A call that breaks is repeated once, on a new connection, only when the function is declared to be repeatable and the connection
   * seems to have been dead already; an exposure that may have run is never asked for twice.
   * @throws WireError; the reason of the signal when it fires
   */
  async call<Function extends PacketFunction>(
    packet: Function,
    values: RequestOf<Function>,
    options: CallOptions,
  ): Promise<PacketReply<Function>> {
    const request = encodeMessage(packet.name, packet.code, packet.request, values);
    const repeatable = packet.repeatable && options.onConnection === undefined;
    return this.kept.use({ signal: options.signal, repeatable }, (connection) =>
      this.attempt(packet, request, connection, options),
    );
  }

  /** Closes the connection for good; calls under way fail with `wire/closed`. Resolves when the socket is gone. */
  close(): Promise<void> {
    return this.kept.close();
  }

  private async attempt<Function extends PacketFunction>(
    packet: Function,
    request: Buffer,
    connection: PacketConnection,
    options: CallOptions,
  ): Promise<PacketReply<Function>> {
    const { name } = this.options;
    const { number } = this.kept;
    if (options.onConnection !== undefined && options.onConnection !== number)
      throw new WireError(
        'wire/connection-changed',
        `${name} was connected to again before ${packet.name}, which was not sent.`,
        'Try again.',
      );
    const began = performance.now();
    const guard = new ExchangeGuard((error) => connection.destroy(error), `${name}: ${packet.name}`, options.signal);
    try {
      guard.allow(options.limit + Math.max(0, this.busyUntil - began));
      connection.expecting = true;
      connection.send(request);
      const reply = await this.receive(packet, connection, guard, options);
      if (connection.reader.unread > 0)
        throw new WireError(
          'wire/bad-reply',
          `${name} sent ${connection.reader.unread} bytes more than the reply to ${packet.name} has.`,
          'Restart the camera server if this persists.',
        );
      this.busyUntil = 0;
      return { ...reply, connection: number };
    } catch (error) {
      // A refusal is a whole reply: the connection is in step and can be used further.
      if (error instanceof WireError && error.code === 'wire/refused') throw error;
      this.busyUntil = Math.max(this.busyUntil, began + (options.occupies ?? 0));
      connection.destroy(error);
      throw error;
    } finally {
      connection.expecting = false;
      guard.end();
    }
  }

  private async receive<Function extends PacketFunction>(
    packet: Function,
    connection: PacketConnection,
    guard: ExchangeGuard,
    options: CallOptions,
  ): Promise<Omit<PacketReply<Function>, 'connection'>> {
    const { reader } = connection;
    const fields = packet.reply ?? {};
    const head = await reader.read(8);
    const [length, status] = [head.readInt32LE(0), head.readInt32LE(4)];
    const expected = status < 0 ? 8 : fixedLength(fields);
    // How many integers follow is checked once the message is whole.
    const more = status >= 0 && hasArray(fields) ? length - expected : 0;
    if (length !== expected + more || more < 0 || more % 4 !== 0 || more > 4 * largestArray)
      throw new WireError(
        'wire/bad-reply',
        `${guard.what}: a reply of ${length} bytes came where ${expected} bytes were due.`,
        'Check that the server is of a version that this program knows, and that nothing else answers on its port.',
      );
    if (status < 0)
      throw new WireError(
        'wire/refused',
        `${guard.what}: the server refused it: ${refusals[status] ?? `status ${status}`}.`,
        refusalHints[status] ?? 'Look at the log of the server; restart it if this persists.',
      );
    const rest = await reader.read(length - 8);
    const values = decodeMessage(packet.name, Buffer.concat([head, rest]), fields) as ReplyOf<Function>;
    const image =
      packet.image && status === 0
        ? await this.receiveImage(values as unknown as ImageHeader, packet, connection, guard, options)
        : undefined;
    return { status, values, image };
  }

  private async receiveImage(
    header: ImageHeader,
    { image: bytesPerPixel = 2, handshake }: PacketFunction,
    connection: PacketConnection,
    guard: ExchangeGuard,
    options: CallOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, chunking } = checkImageHeader(guard.what, header, bytesPerPixel, options.largestImage ?? 0);
    const image = new Uint8Array(bytes);
    for (let chunk = 0; chunk < chunking.count; chunk++) {
      const piece = image.subarray(chunk * chunking.size, Math.min(bytes, (chunk + 1) * chunking.size));
      guard.allow(chunkPatience + piece.length / (this.options.slowestTransfer ?? defaultSlowestTransfer));
      if (chunk > 0) connection.send(handshake === undefined ? chunkHandshake : handshakeOf(handshake));
      await connection.reader.readInto(piece);
    }
    return image;
  }
}
