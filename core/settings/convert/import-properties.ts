import { checkProperties } from '../check/check-properties';
import { type Problem, sorted } from '../problem';
import { makeSettings } from '../settings';
import { decodeText } from '../text/decode';
import type { TextItem, TextSection } from '../text/properties-text';
import { readPropertiesText } from '../text/read-properties-text';
import { foreignKind } from './foreign-kind';
import type { ExtraLine } from './line-order';
import { quoted } from './yaml-values';
import { yamlSection } from './yaml-section';

/** YAML made from a properties file. */
export interface ImportedProperties {
  readonly yaml: string;
  /** Problems for SerialEM itself, and lines that it reads differently from their probable meaning. */
  readonly problems: readonly Problem[];
  /** Lines that are not a property, or that a later line replaces; the YAML keeps them under `properties-extra`. */
  readonly unknownLines: readonly string[];
}

/**
 * Turns the text (or the bytes) of a SerialEMproperties.txt into YAML with the same names, in the same order, with its
 * comments. Never throws: a file that is not text gives an empty YAML and a problem.
 */
export function importProperties(content: string | Uint8Array, fileName: string): ImportedProperties {
  const { text, problems } = decodeText(
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
    fileName,
  );
  if (text === undefined) return { yaml: '', problems, unknownLines: [] };
  const read = readPropertiesText(text, fileName);
  const foreign = foreignKind(text, read, fileName);
  if (foreign) return { yaml: '', problems: [foreign], unknownLines: [] };
  let inCameras: readonly ExtraLine[] = [];
  const general = yamlSection(joinedCameras(read.general), (blocks) => {
    return blocks.flatMap(({ section, above }, at) => {
      const { lines: own, extras } = cameraLines(section);
      inCameras = [...inCameras, ...extras];
      // Comments above the first camera go above the list.
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

/**
 * Puts sections of a configuration above imported properties. A file without properties is imported as an empty map,
 * which cannot stand below other keys.
 */
export const belowSections = (sections: string, imported: string): string =>
  `${sections}\n${imported.replace(/^\{\}\n/m, '')}`;

/** Joins the blocks of one camera into the first, as SerialEM does; parked blocks stay apart. */
function joinedCameras(general: TextSection): TextSection {
  const joined = new Map<number, TextItem[]>();
  const items = general.items.flatMap((item): readonly TextItem[] => {
    if (item.kind !== 'camera' || item.section.index! < 0 || !/^[+-]?\d+$/.test(item.section.indexText ?? ''))
      return [item];
    const { section } = item;
    const earlier = joined.get(section.index!);
    if (earlier) {
      if (section.comment !== undefined) earlier.push({ kind: 'comment', text: section.comment });
      earlier.push(...section.items);
      return [];
    }
    const own = [...section.items];
    joined.set(section.index!, own);
    return [{ kind: 'camera', section: { ...section, items: own } }];
  });
  return { ...general, items };
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

/** Reduces several empty lines to one, and removes them at both ends. */
function tidied(lines: readonly string[]): string {
  const empty = lines.every((line) => line === '' || line.startsWith('#'));
  const text = [...lines, ...(empty ? ['{}'] : [])]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '');
  return `${text}\n`;
}
