import { type LogLine, type Token, service } from '../base';
import type { ProvidedSetting } from '../devices';
import type { Problem } from '../settings';
import type { CalibrationResult } from '../store';
import type { SettingListener } from './guards/guarding';
import type { ImageBuffers } from './operator/image-buffers';
import type { MenuEntry } from './menu/menu';
import type { Forecast } from './menu/forecast';
import type { RunOptions } from './run/runner';

/** A connected instrument with its menu, as a console sees it. */
export interface Session {
  /** The name of the instrument, for a title. */
  readonly title: string;
  /** True when a virtual microscope, or a recording, stands in for the instrument. */
  readonly simulated: boolean;
  menu(): readonly MenuEntry[];
  /** The routines beside the menu, in their order. */
  tasks(): readonly MenuEntry[];
  /** The item or task that a run of this name would start. Throws `menu/unknown-item` or `menu/ambiguous-item`. */
  findItem(name: string): MenuEntry;
  /** The label of the item that is running; undefined when idle. */
  readonly running: string | undefined;
  run(item: string, options: RunOptions): Promise<CalibrationResult | undefined>;
  /** Stops what is running; harmless when nothing is. */
  stop(): void;
  /** Effects of a run of an item now; undefined where the item does not declare them. */
  forecast(item: string, signal: AbortSignal): Promise<Forecast | undefined>;
  readonly buffers: ImageBuffers;
  /** The state of column, stage and camera in words, each with its unit. */
  status(): Promise<readonly { readonly name: string; readonly value: string }[]>;
  /** Question before the program ends, if anything unsaved matters. */
  unsaved(): { readonly question: string; readonly canSave: boolean } | undefined;
  /** Message on values that are in use though nobody saved them: at the start those of an earlier session, at the end those for the next one. */
  unsavedInUse(at: 'start' | 'end'): string | undefined;
  /** The plugins that are switched on, each with the sentence that describes it. */
  plugins(): readonly { readonly id: string; readonly summary: string }[];
  /** Problems of the configuration as it is on the disk now. */
  check(): readonly Problem[];
  /** Calls with every line of the program's log; what it returns ends that. */
  onLog(listen: (line: LogLine) => void): () => void;
  /** The settings of all devices, each with what it is. */
  deviceSettings(): readonly ProvidedSetting[];
  /** Calls with every value that the program reads from a setting or writes to it, by whatever part; what it returns ends that. */
  onSetting(listen: SettingListener): () => void;
  /** A capability of one of the plugins, for a console that shows more. */
  find<T>(key: Token<T>): T | undefined;
}
/** The token of the session. */
export const Session = service<Session>('Session');

/** A place where an operator sits: a terminal or a browser. */
export interface OperatorConsole {
  /** Serves the operator until it is left or the signal fires. */
  serve(session: Session, signal: AbortSignal): Promise<void>;
}
/** The token of the console in the terminal that `start` runs in. */
export const OperatorConsole = service<OperatorConsole>('OperatorConsole');
/** The token of the console in a browser, which `start` opens unless a terminal is asked for. */
export const BrowserConsole = service<BrowserConsole>('BrowserConsole');
/** A console in a browser. */
export interface BrowserConsole {
  /** Serves browsers until the signal fires. */
  serve(session: Session, signal: AbortSignal, options?: BrowserConsoleOptions): Promise<void>;
}
/** Options of a console in a browser. */
export interface BrowserConsoleOptions {
  /** Starts a browser, if there is a screen for it. */
  readonly open?: boolean;
  /** Receiver of the address and of messages about the preparation. */
  readonly tell?: (text: string) => void;
}
