import type { Socket } from 'node:net';
import { FrameError, FrameReader, FrameWriter } from './frames';
import { DeviceCallError, hostErrors } from './host-error';
import { type SentError, type Reply, type Request, isReply } from './messages';

/** Dependencies of a connection to a device's process. */
export interface LinkSurroundings {
  /** Name of the device in messages. */
  readonly name: string;
  /** Milliseconds after which a process that says nothing counts as dead. */
  readonly silence: number;
  /** Called when the connection has ended; the process must end too. */
  end(): void;
}

type Asked = Request extends infer Each ? (Each extends { id: number } ? Omit<Each, 'id'> : never) : never;

interface Pending {
  readonly id: number;
  readonly call: string;
  succeed(value: unknown): void;
  fail(error: Error): void;
}

/** Milliseconds that a process may take to be seen to end after its connection has. */
const lastWordsLimit = 500;

/**
 * The program's end of the connection to a device's process. One request is under way at a time. Whatever goes wrong ends the
 * connection, and fails the request that is under way with one error; nothing that came halfway is handed on.
 */
export class HostLink {
  private readonly writer = new FrameWriter();
  private pending: Pending | undefined;
  private requests = 0;
  private heard = performance.now();
  private looked = performance.now();
  private readonly watch: NodeJS.Timeout;
  private closing: NodeJS.Timeout | undefined;
  private failure: Error | undefined;

  /** Takes over a connection over which the process has said who it is. */
  constructor(
    private readonly socket: Socket,
    private readonly reader: FrameReader,
    private readonly surroundings: LinkSurroundings,
  ) {
    this.watch = setInterval(() => this.look(), surroundings.silence / 4);
    socket.on('data', (piece: Buffer) => this.receive(piece));
    socket.on('error', () => {});
    socket.on('close', () => {
      // Nobody waits any more: a timer would only keep the program alive.
      if (this.failure) return;
      const how = this.reader.midway ? 'its connection was lost in the middle of an answer' : 'its connection was lost';
      // The end of the process, which is noticed a little later, says more.
      this.closing = setTimeout(
        () => this.fail(hostErrors.crashed(surroundings.name, how, this.during())),
        lastWordsLimit,
      );
    });
  }

  /** Reason why the connection has ended; undefined while it is open. */
  get ended(): Error | undefined {
    return this.failure;
  }

  /**
   * Makes a request and waits for its end. When the signal fires, the process gets an abort; the request still has to
   * end before the next.
   * @param limit milliseconds
   */
  ask(request: Asked, call: string, limit: number, signal?: AbortSignal): Promise<unknown> {
    if (this.failure) return Promise.reject(this.failure);
    const id = ++this.requests;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(hostErrors.noAnswer(this.surroundings.name, call, limit)), limit);
      const abort = (): void => this.send({ kind: 'abort', id });
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.pending = undefined;
      };
      this.pending = {
        id,
        call,
        succeed: (value) => {
          settle();
          resolve(value);
        },
        fail: (error) => {
          settle();
          reject(error);
        },
      };
      try {
        this.send({ ...request, id });
      } catch (error) {
        // Nothing of a request that cannot be written has been sent.
        this.pending.fail(error as Error);
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Ends the connection; a request that is under way fails with the reason. */
  fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    clearInterval(this.watch);
    clearTimeout(this.closing);
    this.socket.destroy();
    this.pending?.fail(error);
    this.surroundings.end();
  }

  /** Words that say during which request something happened. */
  during(): string {
    return this.pending ? ` during ${this.pending.call}` : '';
  }

  private send(request: Request): void {
    for (const piece of this.writer.write(request)) if (piece.length > 0) this.socket.write(piece);
  }

  private receive(piece: Buffer): void {
    this.heard = performance.now();
    try {
      for (const message of this.reader.read(piece)) {
        if (this.failure) return;
        if (!isReply(message)) throw new FrameError('no reply');
        this.take(message);
      }
    } catch (error) {
      this.fail(
        hostErrors.garbled(
          this.surroundings.name,
          error instanceof Error ? error.message : String(error),
          this.during(),
        ),
      );
    }
  }

  private take(reply: Reply): void {
    if (reply.kind === 'alive') return;
    const { pending } = this;
    if (reply.kind === 'hello' || reply.id !== pending?.id) throw new FrameError('a reply that nobody asked for');
    if (reply.kind === 'done') pending.succeed(reply.value);
    else pending.fail(callError(reply.error, this.surroundings.name, pending.call));
  }

  private look(): void {
    const { silence, name } = this.surroundings;
    const now = performance.now();
    // When this program itself was held up, what has arrived meanwhile is still to be read.
    if (now - this.looked > silence / 2) this.heard = now;
    this.looked = now;
    if (now - this.heard > silence) this.fail(hostErrors.silent(name, silence, this.during()));
  }
}

function callError({ message, code, hint, details }: SentError, name: string, call: string): Error {
  if (code !== undefined && hint !== undefined) return new DeviceCallError(code, message, hint, details);
  return new DeviceCallError(
    'host/call-failed',
    `${name}: ${call} failed: ${message}`,
    'Look for a message on the microscope computer. If there is none, please keep the log and report it.',
    details,
  );
}
