import type { Socket } from 'node:net';
import { ExchangeGuard } from '../exchange-guard';
import { type ConnectionPatience, KeptConnection } from '../kept-connection';
import { type Address, checkServer, openSocket } from '../open-socket';
import { WireError } from '../wire-error';

/** Address of a server that speaks lines of text, and time limits. */
export interface LineClientOptions extends Address, ConnectionPatience {
  /** Milliseconds to wait for a connection. */
  readonly connectLimit: number;
  /** The line end, in both directions. */
  readonly lineEnd: string;
  /** Most bytes of an answer. */
  readonly longestAnswer?: number;
}

/** Options of one exchange. */
export interface ExchangeOptions {
  /** Milliseconds to wait for the whole answer. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  /**
   * True when the line may be sent once more, on a new connection, if the connection proves to be dead. False for
   * actions.
   */
  readonly repeatable?: boolean;
  /**
   * True when a line can be the answer to this one. Any other line shows that lines and answers are out of step, and
   * closes the connection.
   */
  readonly fits?: (answer: string) => boolean;
}

const usualLongestAnswer = 4096;

/**
 * A client of a server that answers each line with one line, both in plain ASCII. Lines are exchanged strictly one
 * after the other, each within its limit. Anything unexpected (a second answer, bytes that are not text, silence)
 * closes the connection, since the next bytes on it could belong to anything; the next line connects again.
 */
export class LineClient {
  private readonly kept: KeptConnection<LineConnection>;

  constructor(private readonly options: LineClientOptions) {
    this.kept = new KeptConnection(
      options.name,
      `The line to ${options.name}`,
      (signal) => openSocket(options, options.connectLimit, signal, (socket) => new LineConnection(socket, options)),
      options,
    );
  }

  /** Connects, unless connected. @throws WireError `wire/connect-failed`, `wire/timeout`, `wire/closed` */
  connect(signal?: AbortSignal): Promise<void> {
    return this.kept.connect(signal);
  }

  /** Sends a line, without its end, and gives the line of the answer, without its end. @throws WireError; the reason of the signal when it fires */
  async exchange(line: string, options: ExchangeOptions): Promise<string> {
    if (/[^\x20-\x7e]/.test(line))
      throw new WireError(
        'wire/bad-request',
        `The line "${line.slice(0, 80)}" holds characters that cannot be sent. Nothing was sent.`,
        'This is a fault of the program. Please keep the log and report it.',
      );
    const { signal, repeatable = false } = options;
    return this.kept.use({ signal, repeatable }, (connection) => this.attempt(line, connection, options));
  }

  /** Closes for good; an exchange under way fails with `wire/closed`. Resolves when the socket is gone. */
  close(): Promise<void> {
    return this.kept.close();
  }

  private async attempt(
    line: string,
    connection: LineConnection,
    { limit, signal, fits }: ExchangeOptions,
  ): Promise<string> {
    const { name } = this.options;
    const guard = new ExchangeGuard((error) => connection.destroy(error), `${name}: ${line}`, signal);
    guard.allow(limit);
    try {
      const answer = await connection.exchange(line);
      if (!fits || fits(answer)) return answer;
      const error = strange(name, `it answered "${line}" with a line that is not an answer to it`, answer);
      connection.destroy(error);
      throw error;
    } finally {
      guard.end();
    }
  }
}

/** One connection; once it has failed it stays closed. */
class LineConnection {
  private received = '';
  private pending:
    { readonly resolve: (answer: string) => void; readonly reject: (error: unknown) => void } | undefined;
  private lost: { readonly error: unknown } | undefined;
  private readonly ended: Promise<void>;

  constructor(
    private readonly socket: Socket,
    private readonly options: LineClientOptions,
  ) {
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    // Each byte becomes one character, so that bytes outside ASCII are noticed.
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.collect(text));
    socket.on('error', (error) => this.destroy(this.lostBecause(error)));
    socket.on('close', () => this.destroy(this.lostBecause(undefined)));
  }

  get usable(): boolean {
    return this.lost === undefined;
  }

  exchange(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.lost) return reject(this.lost.error);
      this.pending = { resolve, reject };
      this.socket.write(line + this.options.lineEnd, 'latin1');
    });
  }

  destroy(error: unknown): void {
    this.lost ??= { error };
    this.pending?.reject(error);
    this.pending = undefined;
    this.socket.destroy();
  }

  async close(): Promise<void> {
    this.destroy(
      new WireError(
        'wire/closed',
        `The connection to ${this.options.name} was closed.`,
        'Start the program again to connect.',
      ),
    );
    await this.ended;
  }

  private collect(text: string): void {
    const { name, lineEnd, longestAnswer = usualLongestAnswer } = this.options;
    this.received += text;
    const at = this.received.indexOf(lineEnd);
    if (!this.pending) return this.destroy(strange(name, 'it sent what nobody asked for', this.received));
    if (at < 0)
      return this.received.length > longestAnswer
        ? this.destroy(strange(name, 'its answer does not end', this.received))
        : undefined;
    const answer = this.received.slice(0, at);
    if (/[^\x20-\x7e]/.test(answer)) return this.destroy(strange(name, 'its answer is not text', answer));
    if (this.received.length > at + lineEnd.length)
      return this.destroy(strange(name, 'it sent more than one answer', this.received));
    this.received = '';
    const { resolve } = this.pending;
    this.pending = undefined;
    resolve(answer);
  }

  private lostBecause(cause: unknown): WireError {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    return new WireError(
      'wire/connection-lost',
      `The connection to ${this.options.name} was lost${why}.`,
      checkServer,
      cause,
    );
  }
}

const strange = (name: string, what: string, text: string): WireError =>
  new WireError(
    'wire/bad-reply',
    `${name}: ${what} ("${text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?')}"); the connection was closed.`,
    'Check that nothing else is connected to the server. The program connects again by itself.',
  );
