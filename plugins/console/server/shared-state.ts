import type { ConsoleState, LogEntry, Part } from '../protocol';
import { jsonForReading } from '../../../core/base';

const maxLines = 2000;
const longestLine = 4000;

/**
 * State that all browsers see, in parts, and the log. It does not know browsers: each of them registers for changes.
 */
export class SharedState {
  private readonly parts = new Map<Part, { readonly value: unknown; readonly text: string }>();
  private readonly lines: LogEntry[] = [];
  private readonly listeners = new Set<(part: Part | 'log') => void>();
  private count = 0;

  constructor(private readonly now: () => Date) {}

  /** Replaces a part; an equal part is not reported. */
  set<Name extends Part>(part: Name, value: ConsoleState[Name]): void {
    const text = jsonForReading(value);
    if (this.parts.get(part)?.text === text) return;
    this.parts.set(part, { value, text });
    this.tell(part);
  }

  /** A part as it is now; undefined before it was set. */
  get<Name extends Part>(part: Name): ConsoleState[Name] | undefined {
    return this.parts.get(part)?.value as ConsoleState[Name] | undefined;
  }

  /** A part as JSON. */
  textOf(part: Part): string {
    return this.parts.get(part)?.text ?? 'null';
  }

  /** Names of the existing parts. */
  get names(): readonly Part[] {
    return [...this.parts.keys()];
  }

  /** Adds a line to the log, and removes the oldest ones. */
  log(level: LogEntry['level'], text: string): void {
    this.count += 1;
    const shown = text.length > longestLine ? `${text.slice(0, longestLine)}...` : text;
    this.lines.push({ number: this.count, level, time: this.now().toTimeString().slice(0, 8), text: shown });
    if (this.lines.length > maxLines) this.lines.splice(0, this.lines.length - maxLines);
    this.tell('log');
  }

  /** The lines after a number, at most `most`; the newest ones if there are more. */
  linesAfter(number: number, most: number): readonly LogEntry[] {
    return this.lines.filter((line) => line.number > number).slice(-most);
  }

  /** Calls after each change; the returned function ends that. */
  onChange(listen: (part: Part | 'log') => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  private tell(part: Part | 'log'): void {
    for (const listen of this.listeners) listen(part);
  }
}
