import { EucentricError } from '../core/base';
import { checkOptions, loadPlugin } from '../core/kernel';
import type { Problem, Settings } from '../core/settings';
import { builtInPlugins } from './built-in-plugins';

/** What is wrong with the plugins that a configuration names: unknown ones, and options that their schemas refuse. Nothing is connected. */
export function checkPlugins(settings: Settings): readonly Problem[] {
  return settings.plugins.flatMap((written) => {
    try {
      return checkOptions(loadPlugin(written.id, builtInPlugins, settings.file, written.place), written);
    } catch (error) {
      if (!(error instanceof EucentricError)) throw error;
      return [{ severity: 'error', code: error.code, message: error.message, hint: error.hint, place: written.place }];
    }
  });
}
