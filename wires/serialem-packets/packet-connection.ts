import type { Socket } from 'node:net';
import { WireError, reasonOf } from '../wire-error';
import { StreamReader } from './stream-reader';

/** Where a server listens. */
export interface Address {
  /** What to call the server in messages, such as `DigitalMicrograph`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const checkServer = 'Check that the camera computer is on, that its server program is running, and that address and port in the configuration are right.';

/** One connection to a server; once it has failed it stays closed. */
export class PacketConnection {
  readonly reader = new StreamReader();
  /** Whether somebody waits for bytes; others that come are a fault of the server. */
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
      this.destroy(new WireError('wire/bad-reply', `${address.name} sent ${chunk.length} bytes that nobody asked for; the connection was closed.`, 'Check that nothing else answers on its port. The next image connects again by itself.'));
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
    // Loaded here, so that a program that never connects never loads it.
    const { connect } = require('node:net') as typeof import('node:net');
    const where = `${address.name} at ${address.host}:${address.port}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reasonOf(signal, `Connecting to ${where}`));
      const socket = connect({ host: address.host, port: address.port, noDelay: true });
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        socket.off('error', fail).off('connect', succeed);
        finish();
      };
      const refuse = (error: Error): void =>
        settle(() => {
          // A socket on its way down may still report an error, which nobody needs any more.
          socket.on('error', () => {});
          socket.destroy();
          reject(error);
        });
      const stop = (): void => refuse(reasonOf(signal!, `Connecting to ${where}`));
      const fail = (error: Error): void => refuse(new WireError('wire/connect-failed', `${where} could not be reached: ${error.message}`, checkServer, error));
      const succeed = (): void => settle(() => resolve(new PacketConnection(socket, address)));
      const timer = setTimeout(() => refuse(new WireError('wire/timeout', `${where} did not answer within ${limit / 1000} s.`, checkServer)), limit);
      signal?.addEventListener('abort', stop, { once: true });
      socket.on('error', fail).on('connect', succeed);
    });
  }

  /** Whether it can be used. */
  get usable(): boolean {
    return this.lost === undefined;
  }

  /** Sends bytes in one piece, as the server needs it. When the connection is gone, the next read says why. */
  send(bytes: Buffer): void {
    if (!this.lost) this.socket.write(bytes);
  }

  /** Closes at once; whoever reads gets the error. */
  destroy(error: unknown): void {
    this.lost ??= error instanceof WireError && error.code !== 'wire/stopped' ? error : this.lostBecause(error);
    this.reader.fail(error);
    this.socket.destroy();
  }

  /** Closes and waits until the system has taken the socket back. */
  async close(): Promise<void> {
    this.destroy(new WireError('wire/closed', `The connection to ${this.address.name} was closed.`, 'Start the program again to connect.'));
    await this.ended;
  }

  private lostBecause(cause: unknown): WireError {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    return new WireError('wire/connection-lost', `The connection to ${this.address.name} was lost${why}.`, `${checkServer} Nothing of an image under way is used; take it again.`, cause);
  }
}
