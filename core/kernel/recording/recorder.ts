import { closeSync, openSync, writeSync } from 'node:fs';
import { type Clock, EucentricError, type Logger, describe } from '../../base';
import { type Plain, plainError, toPlain } from './values';

/** One recorded event: a call with its answer or its error, or the value of a property of the wire when it was read. */
export interface WireEntry {
  /** In which order the calls were begun. */
  readonly n: number;
  /** The plugin whose wire it is. */
  readonly wire: string;
  readonly call?: string;
  readonly given?: readonly Plain[];
  readonly answer?: Plain;
  readonly error?: Plain;
  readonly get?: string;
  readonly value?: Plain;
  /** Seconds on the program's clock, at the beginning of the call, and that it took. */
  readonly at: number;
  readonly took?: number;
}

/** Beginning of a recording. */
export interface WireHeader {
  readonly recording: 'eucentric wires';
  readonly version: 1;
  readonly images: boolean;
  /** Present where a virtual microscope answered. */
  readonly simulated?: true;
}

/**
 * Writes down every call and answer of every wire, one JSON object a line, each at once, so that a crash loses nothing.
 * An error of the recording, such as a full disk, never reaches a call: the log names it once and the recording ends there.
 */
export class WireRecorder {
  private readonly file: number;
  private count = 0;
  private broken = false;

  /** @param images whether images are kept whole, and not only their hash */
  constructor(
    private readonly path: string,
    private readonly images: boolean,
    private readonly clock: Clock,
    private readonly log: Pick<Logger, 'warn'>,
    simulated = false,
  ) {
    try {
      this.file = openSync(path, 'w');
    } catch (error) {
      throw new EucentricError({
        code: 'recording/not-written',
        message: `${path} cannot be written: ${describe(error)}`,
        hint: 'Give --record the name of a file in a folder where you may write.',
        cause: error,
      });
    }
    this.note(() => this.write({ recording: 'eucentric wires', version: 1, images, ...(simulated && { simulated }) }));
  }

  /** The wire, with everything that passes over it written down. */
  record<Transport extends object>(wire: string, transport: Transport): Transport {
    const told = new Map<string, string>();
    return new Proxy(transport, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof name === 'symbol' || name === 'then') return member;
        if (typeof member === 'function')
          return (...given: unknown[]): unknown =>
            this.call(wire, name, given, () => Reflect.apply(member, target, given) as unknown);
        this.note(() => {
          const value = toPlain(member, this.images);
          const text = JSON.stringify(value) ?? '';
          if (told.get(name) !== text)
            this.write({ n: ++this.count, wire, get: name, ...(value !== undefined && { value }), at: this.now() });
          told.set(name, text);
        });
        return member;
      },
    });
  }

  /** Ends the recording. The log says so when it is not complete. */
  close(): void {
    try {
      closeSync(this.file);
    } catch (error) {
      this.endBy(error);
    }
    if (this.broken) this.log.warn(`The recording ${this.path} is not complete.`);
  }

  private call(wire: string, name: string, given: readonly unknown[], make: () => unknown): unknown {
    const n = ++this.count;
    const at = this.now();
    let plainGiven: readonly Plain[] = [];
    this.note(() => (plainGiven = toPlain(given, this.images) as readonly Plain[]));
    const ended = (end: () => Pick<WireEntry, 'answer' | 'error'>): void =>
      this.note(() => {
        const took = Number((this.now() - at).toFixed(6));
        this.write({ n, wire, call: name, given: plainGiven, at, ...end(), took });
      });
    const answered = (answer: unknown): void =>
      ended(() => {
        const plain = toPlain(answer, this.images);
        return plain === undefined ? {} : { answer: plain };
      });
    const failed = (error: unknown): void => ended(() => ({ error: plainError(error) }));
    let result: unknown;
    try {
      result = make();
    } catch (error) {
      failed(error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      answered(result);
      return result;
    }
    return result.then(
      (answer: unknown) => {
        answered(answer);
        return answer;
      },
      (error: unknown) => {
        failed(error);
        throw error;
      },
    );
  }

  private now(): number {
    return Number(this.clock.now().toFixed(6));
  }

  /** Does a part of the recording. The first failure ends the recording, and the log says so. */
  private note(write: () => unknown): void {
    if (this.broken) return;
    try {
      write();
    } catch (error) {
      this.endBy(error);
    }
  }

  private endBy(error: unknown): void {
    if (!this.broken) this.log.warn(`The recording ${this.path} ends here, and the run goes on: ${describe(error)}`);
    this.broken = true;
  }

  private write(line: WireEntry | WireHeader): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    // A disk that fills up takes a part of a line without an error.
    if (writeSync(this.file, bytes) < bytes.length) throw new Error('only a part of a line could be written');
  }
}
