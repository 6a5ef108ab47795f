import type { LogLine } from '../../../core/base';
import type { Instrument, InstrumentOptions } from '../../instrument/instrument';
import type { Output } from '../../output';

/** Input of every command. */
export interface CommandContext {
  /** The configuration named by --config, or the default. */
  readonly configuration: string;
  readonly output: Output;
  /** Builds the instrument without connecting to it. */
  readonly open: (options?: Partial<InstrumentOptions>) => Promise<Instrument>;
}

/** A log without remarks, for commands to whose answer the remarks of the start do not belong. */
export const warningsOnly =
  (output: Output) =>
  (line: LogLine): void => {
    if (line.level !== 'info') output.log(line);
  };
