import { type Token, token } from '../base';
import type { CalibrationResult } from '../store';
import type { ImageBuffers } from './image-buffers';
import type { MenuEntry } from './menu';
import type { RunOptions } from './runner';

/** A connected instrument with its menu, as a console sees it. */
export interface Session {
  /** The name of the instrument, for a title. */
  readonly title: string;
  menu(): readonly MenuEntry[];
  /** The label of the item that is running; undefined when idle. */
  readonly running: string | undefined;
  run(item: string, options: RunOptions): Promise<CalibrationResult | undefined>;
  /** Stops what is running; harmless when nothing is. */
  stop(): void;
  readonly buffers: ImageBuffers;
  /** The state of column, stage and camera in words, each with its unit. */
  status(): Promise<readonly { readonly name: string; readonly value: string }[]>;
  /** What is to be asked before the program ends, if anything is unsaved that matters. */
  unsaved(): { readonly question: string; readonly canSave: boolean } | undefined;
  /** What one of the plugins provides, for a console that shows more. */
  find<T>(key: Token<T>): T | undefined;
}
/** The token of the session. */
export const Session = token<Session>('Session');

/** A place where an operator sits: a terminal or a browser. */
export interface OperatorConsole {
  /** Serves the operator until it is left or the signal fires. */
  serve(session: Session, signal: AbortSignal): Promise<void>;
}
/** The token of the console that `start` opens. */
export const OperatorConsole = token<OperatorConsole>('OperatorConsole');
