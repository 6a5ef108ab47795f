import { FilteredLogger, KeyLetters, RealClock } from '../core/base';
import { Kernel, type MenuEntry } from '../core/kernel';
import { parseSettings } from '../core/settings';
import { builtInPlugins } from './built-in-plugins';

/** The items of the Calibration menu as they declare themselves, without an instrument; none of them can run. */
export function declaredMenu(): readonly MenuEntry[] {
  const { settings } = parseSettings('plugins:\n  calibrations: {}\n', 'declarations.yaml');
  const log = new FilteredLogger(() => {}, new KeyLetters(''));
  return new Kernel({ settings, clock: new RealClock(), log, builtIn: builtInPlugins }).menu.entries();
}
