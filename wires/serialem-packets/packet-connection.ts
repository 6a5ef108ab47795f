import type { Socket } from 'node:net';
import { type Address, checkServer, openSocket } from '../open-socket';
import { WireError } from '../wire-error';
import { StreamReader } from './stream-reader';

/** One connection to a server; once it has failed it stays closed. */
export class PacketConnection {
  readonly reader = new StreamReader();
  /** True while a call waits for bytes; bytes at any other time are an error of the server. */
  expecting = false;
  private lost: WireError | undefined;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly socket: Socket,
    private readonly address: Address,
  ) {
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => {
      if (this.expecting) return this.reader.push(chunk);
      this.destroy(
        new WireError(
          'wire/bad-reply',
          `${address.name} sent ${chunk.length} bytes that were not requested; the connection was closed.`,
          'Check that nothing else answers on its port. The next image connects again by itself.',
        ),
      );
    });
    socket.on('error', (error) => this.destroy(this.lostBecause(error)));
    socket.on('close', () => this.destroy(this.lostBecause(undefined)));
  }

  /**
   * Connects.
   * @param limit milliseconds
   * @throws WireError `wire/connect-failed` or `wire/timeout`; the reason of the signal when it fires
   */
  static open(address: Address, limit: number, signal?: AbortSignal): Promise<PacketConnection> {
    return openSocket(address, limit, signal, (socket) => new PacketConnection(socket, address));
  }

  /** True when the connection can be used. */
  get usable(): boolean {
    return this.lost === undefined;
  }

  /** Sends bytes in one piece, as the server needs it. When the connection is gone, the next read says why. */
  send(bytes: Buffer): void {
    if (!this.lost) this.socket.write(bytes);
  }

  /** Closes at once; the present reader gets the error. */
  destroy(error: unknown): void {
    this.lost ??= error instanceof WireError && error.code !== 'wire/stopped' ? error : this.lostBecause(error);
    this.reader.fail(error);
    this.socket.destroy();
  }

  /** Closes and waits until the system has taken the socket back. */
  async close(): Promise<void> {
    this.destroy(
      new WireError(
        'wire/closed',
        `The connection to ${this.address.name} was closed.`,
        'Start the program again to connect.',
      ),
    );
    await this.ended;
  }

  private lostBecause(cause: unknown): WireError {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    return new WireError(
      'wire/connection-lost',
      `The connection to ${this.address.name} was lost${why}.`,
      `${checkServer} Nothing of an image under way is used; take it again.`,
      cause,
    );
  }
}
