import type { Server, Socket } from 'node:net';
import { chunkHandshake, chunksOf, superChunk } from './image-transfer';
import { type AnyValues, decodeMessage, encodeMessage } from './message';
import { type PacketFunction, fixedLength, hasArray } from './packet-function';

/** Answer of a server's function: a status above 0 is an error; omitted values are 0 or false. */
export interface PacketAnswer {
  readonly status?: number;
  readonly values?: Readonly<Record<string, number | boolean>>;
  /** Bytes of the image, of which the values give the header apart from the chunks. Sent only with status 0. */
  readonly image?: Uint8Array;
}

/**
 * Does what a request asks for. The signal fires when the server is closed, not when the client goes away: a command
 * runs to its end in any case.
 */
export type PacketHandler = (packet: PacketFunction, values: AnyValues, signal: AbortSignal) => Promise<PacketAnswer>;

/** Options of a server. */
export interface PacketServerOptions {
  readonly functions: readonly PacketFunction[];
  readonly handle: PacketHandler;
  /** Bytes up to which an image is sent in one piece. */
  readonly superChunk?: number;
  /** Milliseconds between the header and the image, for clients that cannot take both at once. */
  readonly headerPause?: number;
  /** Least milliseconds to wait for the handshake between chunks; it grows with the size of the chunk. */
  readonly handshakeLimit?: number;
  /** Called with every request as it came, such as for a recording. */
  readonly onRequest?: (request: Buffer) => void;
}

/** Statuses of the transport itself, each an eight-byte reply. */
const refused = { unknown: -1, exception: -2, tooShort: -4, wrongLength: -6 } as const;
const bytesPerMillisecond = 5000;

/**
 * A server of SerialEM packets for one client: a new connection closes the one before, once that one's command has ended. Each request is
 * answered before the next is read, what comes along with a request beyond its length is thrown away, and lengths are checked exactly.
 */
export class PacketServer {
  private server: Server | undefined;
  private client: ClientConnection | undefined;
  /** Requests of the client that have come and are not answered yet. */
  private requests: Buffer[] = [];
  /** Connections that were made while a command ran. */
  private readonly knocking: Socket[] = [];
  private running: Promise<void> | undefined;
  private readonly ending = new AbortController();
  private readonly functions: ReadonlyMap<number, PacketFunction>;

  constructor(private readonly options: PacketServerOptions) {
    this.functions = new Map(options.functions.map((packet) => [packet.code, packet]));
  }

  /** Starts to listen. @returns the port, which the system chooses for port 0 */
  listen(port = 0, host = '127.0.0.1'): Promise<number> {
    const { createServer } = require('node:net') as typeof import('node:net');
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.removeListener('error', reject);
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Closes everything and waits until the work under way has ended. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.ending.abort();
    this.client?.drop();
    for (const socket of this.knocking) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
    await this.running;
  }

  private accept(socket: Socket): void {
    socket.on('error', () => {});
    this.knocking.push(socket);
    this.next();
  }

  /** The next command of the client; when there is none, the next connection, which ends the client's. */
  private next(): void {
    if (this.running || !this.server) return;
    const [client, request] = [this.client, this.requests.shift()];
    if (client && request) {
      this.running = this.answer(client, request)
        .catch(() => client.drop())
        .then(() => {
          this.running = undefined;
          this.next();
        });
      return;
    }
    const socket = this.knocking.shift();
    if (!socket) return;
    client?.drop();
    this.requests = [];
    const following = new ClientConnection(socket, (bytes) => {
      if (this.client !== following) return;
      this.requests.push(bytes);
      this.next();
    });
    this.client = following;
    // What this client has sent already comes before the next connection.
    if (this.knocking.length > 0) setImmediate(() => this.next());
  }

  private async answer(client: ClientConnection, request: Buffer): Promise<void> {
    if (client.gone.aborted) return;
    this.options.onRequest?.(request);
    const packet = this.functions.get(request.length < 8 ? 0 : request.readInt32LE(4));
    const refuse = (status: number): void => client.send(encodeMessage('refusal', status, {}, {}));
    if (request.length < 8) return refuse(refused.tooShort);
    // What is never answered belongs inside a transfer.
    if (packet?.reply === undefined) return refuse(refused.unknown);
    if (request.length < fixedLength(packet.request)) return refuse(refused.tooShort);
    if (!rightLength(packet, request)) return refuse(refused.wrongLength);
    let answer: PacketAnswer;
    try {
      const values = decodeMessage(packet.name, request, packet.request, Infinity);
      answer = await this.options.handle(packet, values, this.ending.signal);
    } catch {
      return refuse(refused.exception);
    }
    await this.reply(client, packet, answer);
  }

  private async reply(
    client: ClientConnection,
    packet: PacketFunction,
    { status = 0, values = {}, image }: PacketAnswer,
  ): Promise<void> {
    const fields = packet.reply ?? {};
    const chunking = chunksOf(image?.length ?? 0, this.options.superChunk ?? superChunk);
    const zeros = Object.fromEntries([...(fields.longs ?? []), ...(fields.doubles ?? [])].map((name) => [name, 0]));
    const falses = Object.fromEntries((fields.booleans ?? []).map((name) => [name, false]));
    client.send(
      encodeMessage(packet.name, status, fields, {
        ...zeros,
        ...falses,
        ...(packet.image && image && { chunks: chunking.count }),
        ...values,
      }),
    );
    if (status !== 0 || !image) return;
    if (this.options.headerPause) await new Promise((resolve) => setTimeout(resolve, this.options.headerPause));
    for (let chunk = 0; chunk < chunking.count; chunk++) {
      const piece = image.subarray(chunk * chunking.size, Math.min(image.length, (chunk + 1) * chunking.size));
      if (chunk > 0)
        await client.handshake(Math.max(this.options.handshakeLimit ?? 1000, chunking.size / bytesPerMillisecond));
      client.send(piece);
    }
  }
}

/** True when a request has exactly the length that its function needs. */
function rightLength({ request: fields }: PacketFunction, request: Buffer): boolean {
  const least = fixedLength(fields);
  const array = hasArray(fields) ? request.readInt32LE(4 + 4 * fields.longs!.length) : 0;
  return array >= 0 && request.length === least + 4 * array;
}

/** The client of the moment: cuts what it sends into requests, or waits for its handshake. */
class ClientConnection {
  private readonly leaving = new AbortController();
  private received: Buffer[] = [];
  private awaited: ((bytes: Buffer) => void) | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly onRequest: (request: Buffer) => void,
  ) {
    socket.on('data', (chunk) => (this.awaited ? this.awaited(chunk) : this.collect(chunk)));
    socket.on('error', () => this.drop());
    socket.on('close', () => this.drop());
  }

  /** Fires when the client has gone. */
  get gone(): AbortSignal {
    return this.leaving.signal;
  }

  drop(): void {
    this.leaving.abort();
    this.socket.destroy();
  }

  send(bytes: Uint8Array): void {
    if (!this.gone.aborted) this.socket.write(bytes);
  }

  /** Waits for the eight bytes that ask for the next chunk; the connection is closed when others come, or none in time. */
  handshake(limit: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.awaited = undefined;
        this.gone.removeEventListener('abort', left);
        if (error) reject(error);
        else resolve();
      };
      const left = (): void => end(new Error('The client has gone.'));
      const timer = setTimeout(() => end(new Error('No handshake came.')), limit);
      let bytes = Buffer.alloc(0);
      this.awaited = (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.length >= chunkHandshake.length)
          end(bytes.equals(chunkHandshake) ? undefined : new Error('Not a handshake.'));
      };
      this.gone.addEventListener('abort', left, { once: true });
      if (this.gone.aborted) left();
    });
  }

  private collect(chunk: Buffer): void {
    this.received.push(chunk);
    const first = this.received[0]!;
    // The real server reads the length from the first piece that arrives, whatever that is, and waits for as much.
    const length = first.length < 4 ? 0 : first.readInt32LE(0);
    const total = this.received.reduce((sum, piece) => sum + piece.length, 0);
    if (total < length) return;
    const request = Buffer.concat(this.received).subarray(0, Math.max(0, length));
    this.received = [];
    this.onRequest(request);
  }
}
