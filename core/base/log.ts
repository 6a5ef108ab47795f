import { service } from './di';

/** Importance of a log line; `debug` lines appear only when their key letter is on. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line of the log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly source: string;
  readonly text: string;
}

/** Writes to the program's log; every line names who wrote it. */
export interface Logger {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /** Writes only when the debug output includes the key letter (see Set Debug Output). */
  debug(key: string, text: string): void;
  /** A logger for a part, such as a plugin. */
  child(source: string): Logger;
}

/** The active debug key letters. `''` and `'0'` switch everything off; any other string also switches on `1`. */
export interface DebugKeys {
  /** Replaces the key letters. */
  set(keys: string): void;
  /** The key letters as entered; `0` when there are none. */
  get(): string;
  /** True when output for a letter is on; case-sensitive. */
  has(key: string): boolean;
}
/** The token of the debug key letters. */
export const DebugKeys = service<DebugKeys>('DebugKeys');

/** Key letters in memory. */
export class KeyLetters implements DebugKeys {
  private keys = '';

  constructor(initial = '') {
    this.set(initial);
  }

  set(keys: string): void {
    const trimmed = keys.trim();
    this.keys = trimmed === '0' ? '' : trimmed;
  }

  get(): string {
    return this.keys === '' ? '0' : this.keys;
  }

  has(key: string): boolean {
    return this.keys !== '' && (key === '1' || this.keys.includes(key));
  }
}

/** A logger that hands its lines to one receiver and filters debug lines by key. */
export class FilteredLogger implements Logger {
  constructor(
    private readonly receive: (line: LogLine) => void,
    readonly keys: DebugKeys = new KeyLetters(),
    private readonly source = 'eucentric',
  ) {}

  info(text: string): void {
    this.receive({ level: 'info', source: this.source, text });
  }
  warn(text: string): void {
    this.receive({ level: 'warn', source: this.source, text });
  }
  error(text: string): void {
    this.receive({ level: 'error', source: this.source, text });
  }
  debug(key: string, text: string): void {
    if (this.keys.has(key)) this.receive({ level: 'debug', source: this.source, text });
  }
  child(source: string): Logger {
    return new FilteredLogger(this.receive, this.keys, source);
  }
}
