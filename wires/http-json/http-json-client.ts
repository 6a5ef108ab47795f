import type { ClientRequest, IncomingMessage } from 'node:http';
import { ExchangeGuard } from '../exchange-guard';
import { type Address, checkServer } from '../open-socket';
import { Turns } from '../turns';
import { WireError } from '../wire-error';

/** Options of one request. */
export interface HttpJsonOptions {
  /** Milliseconds until the whole answer must have come. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  /** Most bytes of an answer. */
  readonly largest?: number;
}

/** A server's answer: its status, and the value of its body if that is JSON. */
export interface HttpJsonAnswer {
  readonly status: number;
  readonly value: unknown;
}

/** A server's answer in bytes, such as an image; none where the status is not 200. */
export interface HttpBytesAnswer {
  readonly status: number;
  readonly bytes: Buffer;
}

const usualLargest = 1 << 20;
const advice = 'Check that nothing else answers on its port, and take a newer version of the server if this persists.';

/**
 * A client of a server that answers in JSON over plain HTTP and takes one request at a time, each on a connection of its own. An answer
 * counts only when it is whole: as long as it says that it is, and JSON from end to end. No request is ever made twice.
 */
export class HttpJsonClient {
  private readonly turns: Turns;
  private readonly leaving = new AbortController();

  constructor(private readonly address: Address) {
    this.turns = new Turns(`The request to ${address.name}`);
  }

  /** Asks for a value; any status comes back as it is. @throws WireError; the reason of the signal when it fires */
  get(path: string, options: HttpJsonOptions): Promise<HttpJsonAnswer> {
    return this.request('GET', path, undefined, options);
  }

  /** Sends a value; any status comes back as it is. @throws WireError; the reason of the signal when it fires */
  put(path: string, value: unknown, options: HttpJsonOptions): Promise<HttpJsonAnswer> {
    return this.request('PUT', path, JSON.stringify(value), options);
  }

  /**
   * Has something done, with a value where it needs one; any status comes back as it is. An answer without a body has no value.
   * @throws WireError; the reason of the signal when it fires
   */
  post(path: string, value: unknown, options: HttpJsonOptions): Promise<HttpJsonAnswer> {
    return this.request('POST', path, value === undefined ? '' : JSON.stringify(value), options);
  }

  /** Asks for bytes, such as a file; any status comes back as it is. @throws WireError; the reason of the signal when it fires */
  async bytes(path: string, options: HttpJsonOptions): Promise<HttpBytesAnswer> {
    const { response, bytes, what } = await this.whole('GET', path, undefined, options);
    const status = response.statusCode ?? 0;
    if (status !== 200) return { status, bytes: Buffer.alloc(0) };
    checkLength(response, bytes, what);
    return { status, bytes };
  }

  /** Ends what is under way, with `wire/closed`, and refuses what comes later. Resolves when the last socket is gone. */
  async close(): Promise<void> {
    this.leaving.abort(
      new WireError(
        'wire/closed',
        `The connection to ${this.address.name} was closed.`,
        'Start the program again to connect.',
      ),
    );
    await this.turns.settled();
  }

  private async request(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    body: string | undefined,
    options: HttpJsonOptions,
  ): Promise<HttpJsonAnswer> {
    const { response, bytes, what } = await this.whole(method, path, body, options);
    return understood(response, bytes, what, method === 'POST');
  }

  private whole(
    method: string,
    path: string,
    body: string | undefined,
    options: HttpJsonOptions,
  ): Promise<WholeAnswer> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.leaving.signal]) : this.leaving.signal;
    return this.turns.take(signal, () => this.exchange(method, path, body, { ...options, signal }));
  }

  private async exchange(
    method: string,
    path: string,
    body: string | undefined,
    { limit, signal, largest = usualLargest }: HttpJsonOptions,
  ): Promise<WholeAnswer> {
    // Loaded here, so that a program that never connects never loads it.
    const { request: open } = require('node:http') as typeof import('node:http');
    const { name, host, port } = this.address;
    const what = `${name} at ${host}:${port}: ${method} ${path}`;
    const headers = {
      Accept: 'application/json',
      ...(body !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(body)),
      }),
    };
    const request = open({ host, port, method, path, headers, agent: false, insecureHTTPParser: false });
    const closed = new Promise<void>((resolve) => request.once('close', () => resolve()));
    const guard = new ExchangeGuard((error) => void request.destroy(error), what, signal);
    guard.allow(limit);
    try {
      return await this.answered(request, body, what, largest);
    } finally {
      guard.end();
      request.destroy();
      await closed;
    }
  }

  private answered(
    request: ClientRequest,
    body: string | undefined,
    what: string,
    largest: number,
  ): Promise<WholeAnswer> {
    return new Promise((resolve, reject) => {
      let connected = false;
      const fail = (error: unknown): void => reject(asWireError(error, what, connected));
      request.on('socket', (socket) => socket.once('connect', () => (connected = true)));
      request.on('error', fail);
      request.on('close', () => fail(undefined));
      request.on('response', (response) => {
        collect(response, largest)
          .then((bytes) => resolve({ response, bytes, what }), fail)
          .catch(reject);
      });
      request.end(body);
    });
  }
}

/** An answer whose body has ended, and the request in words. */
interface WholeAnswer {
  readonly response: IncomingMessage;
  readonly bytes: Buffer;
  readonly what: string;
}

/** The body of an answer, as long as it was announced to be. */
function collect(response: IncomingMessage, largest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    response.on('error', reject);
    response.on('data', (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      if (length > largest)
        response.destroy(
          new WireError('wire/bad-reply', `The answer has more than the ${largest} bytes that were expected.`, advice),
        );
    });
    response.on('close', () => reject(new Error('the answer broke off')));
    response.on('end', () => resolve(Buffer.concat(pieces)));
  });
}

/** Throws for an answer that is not whole. A page of an error says nothing but its status. */
function understood(response: IncomingMessage, bytes: Buffer, what: string, mayBeEmpty: boolean): HttpJsonAnswer {
  const status = response.statusCode ?? 0;
  if (status !== 200) return { status, value: undefined };
  checkLength(response, bytes, what);
  if (mayBeEmpty && bytes.length === 0) return { status, value: undefined };
  if (bytes.some((byte) => byte >= 0x80)) throw badReply(what, 'the answer holds bytes that are not text');
  try {
    return { status, value: JSON.parse(bytes.toString('latin1')) as unknown };
  } catch {
    throw badReply(what, `"${bytes.toString('latin1', 0, 60)}" is not JSON`);
  }
}

const badReply = (what: string, why: string): WireError => new WireError('wire/bad-reply', `${what}: ${why}.`, advice);

/** Throws where it is not known that an answer is whole: it has the announced length, or came in chunks of which the last one ends it. */
function checkLength({ headers, complete }: IncomingMessage, bytes: Buffer, what: string): void {
  if (complete && headers['transfer-encoding'] === 'chunked') return;
  const announced = headers['content-length'];
  if (announced === undefined || Number(announced) !== bytes.length)
    throw badReply(
      what,
      `an answer of ${bytes.length} bytes came where ${announced ?? 'an unknown number'} were announced`,
    );
}

function asWireError(error: unknown, what: string, connected: boolean): unknown {
  // An error of this program, or of the code that stopped the request, is passed on unchanged.
  if (error instanceof WireError) return error;
  const { code, message = 'it ended early' } = (error ?? {}) as { code?: string; message?: string };
  if (code?.startsWith('HPE_'))
    return new WireError('wire/bad-reply', `${what}: the answer is not HTTP: ${message}.`, advice, error);
  if (error instanceof Error && code !== undefined && code.includes('/')) return error;
  return connected
    ? new WireError('wire/connection-lost', `${what}: the connection was lost: ${message}.`, checkServer, error)
    : new WireError('wire/connect-failed', `${what}: it could not be reached: ${message}.`, checkServer, error);
}
