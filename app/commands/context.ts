import type { Instrument, InstrumentOptions } from '../instrument';
import type { Output } from '../output';

/** What every command is given. */
export interface CommandContext {
  /** The configuration named by --config, or the default. */
  readonly configuration: string;
  readonly output: Output;
  /** Builds the instrument without connecting to it. */
  readonly open: (options?: Partial<InstrumentOptions>) => Promise<Instrument>;
}
