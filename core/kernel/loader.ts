import { createRequire } from 'node:module';
import path from 'node:path';
import { type Place, EucentricError, otherCopyOf } from '../base';
import { nearestName } from '../settings';
import { kernelErrors } from './errors';
import type { Plugin } from './plugin';

/** Loaders of the plugins that come with the program; called only for those that the site names. */
export type BuiltInPlugins = Readonly<Record<string, () => unknown>>;

/**
 * Loads a plugin by the name that stands in the configuration: the id of a built-in one, a path starting with `.` or `/` (from the
 * folder of the configuration file), or an npm package. Throws `plugin/not-found`, `plugin/not-built`,
 * `plugin/broken` or `plugin/other-copy`.
 */
export function loadPlugin(
  name: string,
  builtIn: BuiltInPlugins,
  configurationFile: string | undefined,
  place?: Place,
): Plugin {
  const load = builtIn[name] ?? foreign(name, Object.keys(builtIn), configurationFile, place);
  let loaded: unknown;
  try {
    loaded = load();
  } catch (error) {
    if (error instanceof EucentricError) throw error;
    throw kernelErrors.pluginBroken(name, error instanceof Error ? error.message : String(error), error);
  }
  const plugin = ((loaded as { default?: unknown } | null | undefined)?.default ?? loaded) as
    Partial<Plugin> | null | undefined;
  if (typeof plugin?.id !== 'string' || typeof plugin.apply !== 'function' || typeof plugin.summary !== 'string')
    throw kernelErrors.pluginBroken(
      name,
      'its main file does not export a plugin (an object with id, summary and apply, made by definePlugin)',
    );
  const copy = otherCopyOf(plugin);
  if (copy) throw kernelErrors.otherCopy(name, copy);
  if (builtIn[name] && plugin.id !== name) throw kernelErrors.pluginBroken(name, `it calls itself ${plugin.id}`);
  return plugin as Plugin;
}

/** Finds a plugin that does not come with the program; one that is found but cannot be loaded is another matter. */
function foreign(
  name: string,
  known: readonly string[],
  configurationFile: string | undefined,
  place: Place | undefined,
): () => unknown {
  const folder = configurationFile === undefined ? process.cwd() : path.dirname(path.resolve(configurationFile));
  const local = /^\.{0,2}[/\\]/.test(name) || path.isAbsolute(name);
  const require = createRequire(path.join(folder, 'configuration'));
  try {
    const file = require.resolve(local ? path.resolve(folder, name) : name);
    return () => require(file) as unknown;
  } catch (error) {
    const { code, path: found, message } = error as NodeJS.ErrnoException;
    // The package itself was found then, and only what it names to be loaded is missing.
    if (found !== undefined || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
      throw kernelErrors.pluginNotBuilt(name, message.split('\n')[0]!, error, place);
    throw kernelErrors.pluginNotFound(name, nearestName(name, known), error, place);
  }
}
