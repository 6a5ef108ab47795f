import { closeSync, openSync, writeSync } from 'node:fs';
import { type Clock, EucentricError, describe } from '../../base';
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
}

/** Writes down every call and answer of every wire, one JSON object a line, each at once, so that a crash loses nothing. */
export class WireRecorder {
  private readonly file: number;
  private count = 0;

  /** @param images whether images are kept whole, and not only their hash */
  constructor(
    path: string,
    private readonly images: boolean,
    private readonly clock: Clock,
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
    this.write({ recording: 'eucentric wires', version: 1, images } satisfies WireHeader);
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
        const value = toPlain(member, this.images);
        const text = JSON.stringify(value) ?? '';
        if (told.get(name) !== text)
          this.write({ n: ++this.count, wire, get: name, ...(value !== undefined && { value }), at: this.now() });
        told.set(name, text);
        return member;
      },
    });
  }

  /** Ends the recording. */
  close(): void {
    closeSync(this.file);
  }

  private call(wire: string, name: string, given: readonly unknown[], make: () => unknown): unknown {
    const entry = {
      n: ++this.count,
      wire,
      call: name,
      given: toPlain(given, this.images) as readonly Plain[],
      at: this.now(),
    };
    const ended = (end: Pick<WireEntry, 'answer' | 'error'>): void =>
      this.write({ ...entry, ...end, took: Number((this.now() - entry.at).toFixed(6)) });
    const answered = (answer: unknown): void => {
      const plain = toPlain(answer, this.images);
      ended(plain === undefined ? {} : { answer: plain });
    };
    try {
      const result = make();
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
          ended({ error: plainError(error) });
          throw error;
        },
      );
    } catch (error) {
      ended({ error: plainError(error) });
      throw error;
    }
  }

  private now(): number {
    return Number(this.clock.now().toFixed(6));
  }

  private write(line: WireEntry | WireHeader): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
  }
}
