import { readFileSync, statSync } from 'node:fs';
import { type Node, isMap, isNode, isScalar } from 'yaml';
import { errorAt, type Problem, sorted } from './problem';
import {
  calibrationFilesSchema,
  checkSection,
  type ConfigSection,
  limitsSchema,
  userSettingsFileSchema,
  type PluginSettings,
  sectionOf,
} from './yaml/sections';
import { parameterSetsSchema } from './parameter-sets';
import { makeSettings, type Settings, startOf } from './settings';
import type { PropertySource, Section } from './source';
import { checkProperties } from './check/check-properties';
import { decodeText, LARGEST_FILE } from './text/decode';
import { readPropertiesText } from './text/read-properties-text';
import { checkExtraLines } from './yaml/extra-lines';
import { keyOf, readYamlText, type YamlText } from './yaml/nodes';
import { readCameras, readProperties, SECTION_NAMES } from './yaml/read-properties';

/** Settings with all problems of their file; usable when no problem is an error. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly problems: readonly Problem[];
}

/** Reads an instrument's YAML file, or a SerialEMproperties.txt. Never throws: an unreadable file is a problem, too. */
export function loadSettings(file: string): LoadedSettings {
  try {
    if (statSync(file).size > LARGEST_FILE) {
      return empty(
        file,
        errorAt(
          'too-large',
          startOf(file),
          `${file} is larger than ${LARGEST_FILE / 1e6} MB.`,
          'Check that this is the right file.',
        ),
      );
    }
    const decoded = decodeText(readFileSync(file), file);
    return decoded.text === undefined ? empty(file, ...decoded.problems) : parseSettings(decoded.text, file);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    return empty(
      file,
      errorAt(
        'unreadable',
        startOf(file),
        `${file} could not be read: ${reason}.`,
        'Check the path and the permissions; name a configuration with --config FILE.',
      ),
    );
  }
}

/** True when a text is a SerialEMproperties.txt rather than YAML. */
export const isPropertiesText = (text: string, file: string): boolean =>
  /^\ufeff?\s*SerialEMProperties\b(?!\s*:)/i.test(text) ||
  (/\.txt$/i.test(file) && !/^\s*(#[^\n]*\n\s*)*[A-Za-z][\w-]*\s*:/.test(text));

/** Reads settings from the text of a YAML file, or of a SerialEMproperties.txt. */
export function parseSettings(text: string, file: string): LoadedSettings {
  if (isPropertiesText(text, file)) {
    const read = readPropertiesText(text, file);
    const settings = makeSettings({ source: read.source });
    return { settings, problems: sorted([...read.problems, ...checkProperties(read.source, settings)]) };
  }
  const { yaml, problems } = readYamlText(text.replace(/^\ufeff/, ''), file);
  // Half-parsed YAML would only add consequences of the first mistake, and aliases may unfold without end.
  if (!yaml || problems.length > 0) return empty(file, ...problems);
  const found: Problem[] = [];
  const root = yaml.document.contents;
  if (!isMap(root)) {
    return empty(
      file,
      errorAt(
        'wrong-shape',
        startOf(file),
        'The file holds no settings.',
        'A configuration is a map: lines of "Name: value".',
      ),
    );
  }
  const report = (problem: Problem): void => void found.push(problem);
  const general: Section = {
    scope: 'general',
    entries: readProperties(yaml, root, 'general', SECTION_NAMES, report),
    place: startOf(file),
  };
  const pairOf = (name: string): { node: Node | undefined; place: ReturnType<typeof startOf> } | undefined => {
    const pair = root.items.find((item) => keyOf(item) === name);
    return pair && { node: isNode(pair.value) ? pair.value : undefined, place: yaml.placeOf(pair.key) };
  };
  const cameraPart = pairOf('cameras');
  const source: PropertySource = {
    file,
    general,
    cameras: cameraPart ? readCameras(yaml, cameraPart.node, cameraPart.place, report) : [],
  };
  const sections = new Map<string, ConfigSection>();
  for (const name of ['parameterSets', 'plugins', 'calibrations', 'userSettings', 'limits', 'simulator']) {
    const part = pairOf(name);
    if (part) sections.set(name, sectionOf(yaml, name, part.node, part.place));
  }
  for (const [name, schema] of [
    ['parameterSets', parameterSetsSchema],
    ['calibrations', calibrationFilesSchema],
    ['userSettings', userSettingsFileSchema],
    ['limits', limitsSchema],
  ] as const) {
    const section = sections.get(name);
    if (section?.value !== undefined) checkSection(schema, section).forEach(report);
  }
  const pluginPart = pairOf('plugins');
  const plugins = pluginPart ? readPlugins(yaml, pluginPart.node, pluginPart.place, report) : [];
  checkExtraLines(yaml, root).forEach(report);
  const settings = makeSettings({ source, plugins, sections });
  return { settings, problems: sorted([...found, ...checkProperties(source, settings)]) };
}

function readPlugins(
  yaml: YamlText,
  node: Node | undefined,
  place: PluginSettings['place'],
  report: (problem: Problem) => void,
): readonly PluginSettings[] {
  if (node === undefined || (isScalar(node) && node.value === null)) return [];
  if (!isMap(node)) {
    report(
      errorAt(
        'wrong-shape',
        place,
        'plugins should be a map from the name of a plugin to its options.',
        'Write each plugin as "name: {}".',
      ),
    );
    return [];
  }
  const plugins = new Map<string, PluginSettings>();
  for (const pair of node.items) {
    const id = keyOf(pair);
    const at = yaml.placeOf(pair.key);
    const value = isNode(pair.value) ? pair.value : undefined;
    if (plugins.has(id))
      report(errorAt('duplicate-key', at, `The plugin ${id} is switched on twice.`, 'Keep one of the two.'));
    if (isScalar(value) && value.value !== null) {
      report(
        errorAt(
          'wrong-shape',
          yaml.placeOf(value),
          `The options of the plugin ${id} should be a map.`,
          `Write "${id}: {}" for a plugin without options.`,
        ),
      );
    }
    const section = sectionOf(yaml, `plugins.${id}`, value, at);
    plugins.set(id, {
      id,
      options: section.value ?? {},
      place: at,
      section: { ...section, value: section.value ?? {} },
    });
  }
  return [...plugins.values()];
}

const empty = (file: string, ...problems: readonly Problem[]): LoadedSettings => ({
  settings: makeSettings({
    source: { file, general: { scope: 'general', entries: [], place: startOf(file) }, cameras: [] },
  }),
  problems,
});
