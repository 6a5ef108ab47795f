import { checkProperties } from '../check/check-properties';
import { type Problem, sorted } from '../problem';
import { makeSettings } from '../settings';
import { decodeText } from '../text/decode';
import type { TextSection } from '../text/properties-text';
import { readPropertiesText } from '../text/read-properties-text';
import type { ExtraLine } from './line-order';
import { quoted } from './yaml-values';
import { yamlSection } from './yaml-section';

/** A properties file turned into YAML. */
export interface ImportedProperties {
  readonly yaml: string;
  /** What SerialEM would stumble over, or read differently from what was meant. */
  readonly problems: readonly Problem[];
  /** Lines that stand for no property, or that a later line replaces; the YAML keeps them under `properties-extra`. */
  readonly unknownLines: readonly string[];
}

/**
 * Turns the text (or the bytes) of a SerialEMproperties.txt into YAML with the same names, in the same order, with its comments.
 * Never throws; a file that is no text at all gives an empty YAML and a problem that says so.
 */
export function importProperties(content: string | Uint8Array, fileName: string): ImportedProperties {
  const { text, problems } = decodeText(
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
    fileName,
  );
  if (text === undefined) return { yaml: '', problems, unknownLines: [] };
  const read = readPropertiesText(text, fileName);
  let inCameras: readonly ExtraLine[] = [];
  const general = yamlSection(read.general, (blocks) => {
    return blocks.flatMap(({ section, above }, at) => {
      const { lines: own, extras } = cameraLines(section);
      inCameras = [...inCameras, ...extras];
      // What stands above the first camera stands above the list as well.
      return at === 0
        ? [...above, 'cameras:', ...own]
        : [...above.map((line) => (line === '' ? '' : `  ${line}`)), ...own];
    });
  });
  const unknownLines = [...general.extras, ...inCameras].map(({ line }) => line);
  const yaml = tidied(general.lines);
  return {
    yaml,
    problems: sorted([...read.problems, ...checkProperties(read.source, makeSettings({ source: read.source }))]),
    unknownLines,
  };
}

function cameraLines(section: TextSection): ReturnType<typeof yamlSection> {
  const { lines, extras } = yamlSection(section, () => []);
  const index =
    section.indexText === undefined || /^[+-]?\d+$/.test(section.indexText)
      ? String(section.index)
      : quoted(section.indexText);
  const indented = lines.map((line) => (line === '' ? '' : `    ${line}`));
  return {
    lines: [`  - index: ${index}${section.comment === undefined ? '' : `  ${section.comment}`}`, ...indented],
    extras,
  };
}

/** No more than one empty line at a time, and none at either end. */
function tidied(lines: readonly string[]): string {
  const empty = lines.every((line) => line === '' || line.startsWith('#'));
  const text = [...lines, ...(empty ? ['{}'] : [])]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '');
  return `${text}\n`;
}
