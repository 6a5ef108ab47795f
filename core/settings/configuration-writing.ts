import { service } from '../base';
import type { ParameterSetChange } from './parameter-sets-in-force';

/** A change of the text of the configuration that is worked out and not yet written. */
export interface PreparedText {
  /** Unified, with the changed lines alone. */
  readonly diff: string;
  /** Writes the file whole, the old one becoming its .bak. Throws `properties/changed-meanwhile` when it is not what the diff was made from, or `store/write-failed`. */
  write(): Promise<void>;
}

/** Writing of parameter sets into the site's configuration, for a console that shows the difference first. */
export interface ConfigurationWriting {
  /** Path of the configuration. */
  readonly file: string;
  /** Works out the text with these parameter sets; undefined where it holds them already. Throws what keeps the file from being edited. */
  prepareParameterSets(changes: readonly ParameterSetChange[]): Promise<PreparedText | undefined>;
}
/** The token of the writing of the configuration. */
export const ConfigurationWriting = service<ConfigurationWriting>('ConfigurationWriting');
