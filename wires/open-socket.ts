import type { Socket } from 'node:net';
import { WireError, reasonOf } from './wire-error';

/** Address of a server. */
export interface Address {
  /** Name of the server in messages, such as `DigitalMicrograph`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Hint for a server that cannot be reached. */
export const checkServer =
  'Check that the computer at the other end is on, that its server program is running, and that address and port in the configuration are right.';

/**
 * Opens a TCP connection and hands the socket over in the same turn in which it is connected, so that no byte of it is missed.
 * @param limit milliseconds
 * @throws WireError `wire/connect-failed` or `wire/timeout`; the reason of the signal when it fires
 */
export function openSocket<Connection>(
  address: Address,
  limit: number,
  signal: AbortSignal | undefined,
  take: (socket: Socket) => Connection,
): Promise<Connection> {
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
    const fail = (error: Error): void =>
      refuse(
        new WireError('wire/connect-failed', `${where} could not be reached: ${error.message}`, checkServer, error),
      );
    const succeed = (): void => settle(() => resolve(take(socket)));
    const timer = setTimeout(
      () => refuse(new WireError('wire/timeout', `${where} did not answer within ${limit / 1000} s.`, checkServer)),
      limit,
    );
    signal?.addEventListener('abort', stop, { once: true });
    socket.on('error', fail).on('connect', succeed);
  });
}
