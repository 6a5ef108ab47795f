import { WireError } from '../wire-error';

/** Bytes that may wait unread before the sender is taken to be out of step. */
const maxWaiting = 8 << 20;

interface Pending {
  readonly target: Uint8Array;
  filled: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Puts messages together again from a stream of bytes that may be cut anywhere. One read at a time. */
export class StreamReader {
  private readonly waiting: Buffer[] = [];
  private pending: Pending | undefined;
  private failure: { readonly error: unknown } | undefined;
  private waitingBytes = 0;

  /** Bytes that have come and that nobody has read. */
  get unread(): number {
    return this.waitingBytes;
  }

  /** Takes what has come. Fails the reader when far more comes than was asked for. */
  push(chunk: Buffer): void {
    if (this.failure) return;
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    this.serve();
    if (this.waitingBytes > maxWaiting)
      this.fail(
        new WireError(
          'wire/bad-reply',
          `The server sent ${this.waitingBytes} bytes that were not requested.`,
          'Check that nothing else answers on its port.',
        ),
      );
  }

  /** Ends all reading, now and later, with an error; the first one counts. */
  fail(error: unknown): void {
    if (this.failure) return;
    this.failure = { error };
    this.waiting.length = 0;
    this.waitingBytes = 0;
    this.pending?.reject(error);
    this.pending = undefined;
  }

  /** Reads exactly this many bytes. */
  async read(length: number): Promise<Buffer> {
    const target = Buffer.allocUnsafe(length);
    await this.readInto(target);
    return target;
  }

  /** Fills an array of bytes, without a copy in between. */
  readInto(target: Uint8Array): Promise<void> {
    if (this.pending) return Promise.reject(new Error('Two reads at a time from one stream.'));
    if (this.failure) return Promise.reject(this.failure.error);
    return new Promise((resolve, reject) => {
      this.pending = { target, filled: 0, resolve, reject };
      this.serve();
    });
  }

  private serve(): void {
    const { pending } = this;
    if (!pending) return;
    while (pending.filled < pending.target.length) {
      const chunk = this.waiting.shift();
      if (!chunk) return;
      const used = Math.min(chunk.length, pending.target.length - pending.filled);
      pending.target.set(used === chunk.length ? chunk : chunk.subarray(0, used), pending.filled);
      pending.filled += used;
      this.waitingBytes -= used;
      if (used < chunk.length) this.waiting.unshift(chunk.subarray(used));
    }
    this.pending = undefined;
    pending.resolve();
  }
}
