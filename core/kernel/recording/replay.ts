import { readFileSync } from 'node:fs';
import { type Clock, EucentricError, describe, seconds } from '../../base';
import type { WireEntry, WireHeader } from './recorder';
import { type Plain, errorOf, fromPlain, toPlain } from './values';

const advice = 'Run the command that was recorded again, with the same configuration, answers and calibrations.';

/** A recording, to be played back instead of a device: each call has to be the one that was recorded, and gets its answer. */
export class WireReplay {
  private readonly entries: ReadonlyMap<string, readonly WireEntry[]>;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {
    const unreadable = (why: string): EucentricError =>
      new EucentricError({
        code: 'recording/unreadable',
        message: `The recording ${path} cannot be read: ${why}`,
        hint: 'Name a file that was written with --record.',
      });
    let lines: readonly string[];
    try {
      lines = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
    } catch (error) {
      throw unreadable(describe(error));
    }
    const entries = new Map<string, WireEntry[]>();
    for (const [at, line] of lines.entries()) {
      let parsed: WireEntry | WireHeader;
      try {
        parsed = JSON.parse(line) as WireEntry | WireHeader;
      } catch {
        // A program that was killed may have written half a line at the end.
        if (at === lines.length - 1) break;
        throw unreadable(`line ${at + 1} is not whole.`);
      }
      if (at === 0) {
        if (!('recording' in parsed) || parsed.version !== 1)
          throw unreadable('it does not begin as a recording does.');
        continue;
      }
      const entry = parsed as WireEntry;
      entries.set(entry.wire, [...(entries.get(entry.wire) ?? []), entry]);
    }
    // Calls are written when they end, and played back in the order in which they were begun.
    for (const list of entries.values()) list.sort((a, b) => a.n - b.n);
    this.entries = entries;
  }

  /** The wire of a plugin, as it was recorded. */
  wire<Transport extends object>(name: string): Transport {
    const entries = this.entries.get(name);
    if (!entries)
      throw new EucentricError({
        code: 'recording/other-wire',
        message: `The recording ${this.path} holds nothing of the wire of ${name}.`,
        hint: advice,
      });
    const calls = new Set(entries.flatMap(({ call }) => (call === undefined ? [] : [call])));
    const properties = new Set(entries.flatMap(({ get }) => (get === undefined ? [] : [get])));
    const values = new Map<string, unknown>();
    let next = 0;
    const passProperties = (): void => {
      for (let entry = entries[next]; entry?.get !== undefined; entry = entries[++next])
        values.set(entry.get, fromPlain(entry.value));
    };
    const play = async (call: string, given: readonly unknown[]): Promise<unknown> => {
      passProperties();
      const entry = entries[next];
      const asked = textOf(call, toPlain(given, false) as readonly Plain[]);
      if (entry?.call !== call || textOf(call, entry.given ?? []) !== asked) {
        // However the run ended, the wire can be let go.
        if (call === 'close') return undefined;
        throw this.mismatch(name, entry, asked);
      }
      next++;
      // A caller that polls for a certain time then polls as often as in the recording.
      if (entry.took) await this.clock.delay(seconds(entry.took));
      if (entry.error !== undefined) throw errorOf(entry.error);
      return fromPlain(entry.answer);
    };
    return new Proxy({} as Transport, {
      get: (_, property) => {
        if (typeof property === 'symbol' || property === 'then') return undefined;
        if (properties.has(property) && !calls.has(property)) {
          passProperties();
          return values.get(property);
        }
        return (...given: unknown[]): unknown => play(property, given);
      },
    });
  }

  private mismatch(wire: string, entry: WireEntry | undefined, asked: string): EucentricError {
    const recorded = entry
      ? `${textOf(entry.call ?? '', entry.given ?? [])} comes next, as call ${entry.n}`
      : 'it has come to its end';
    return new EucentricError({
      code: 'recording/mismatch',
      message: `The recording ${this.path} does not fit: on the wire of ${wire}, ${asked} was asked for, but in the recording ${recorded}.`,
      hint: advice,
    });
  }
}

/** A call in words. What was left out of it counts as little as what is not there. */
function textOf(call: string, given: readonly Plain[]): string {
  const last = given.findLastIndex((each) => each !== undefined && each !== null);
  return `${call}(${given
    .slice(0, last + 1)
    .map((each) => (each === undefined ? '' : shortened(each)))
    .join(', ')})`;
}

// Hashes identify images; it does not matter whether their bytes were kept.
const shortened = (value: Plain): string =>
  value === null ? '' : JSON.stringify(value, (key, each: unknown) => (key === 'data' ? undefined : each));
