import { findDefinition } from '../../../core/settings';

/** A section of a properties file as a list of its lines, from a reader that is independent of the program's own. */
export interface PlainSection {
  readonly name: string;
  readonly lines: (readonly string[])[];
}

/** Names that take the rest of their line, after a number of words. */
function textAt(scope: 'general' | 'camera', keyword: string): number | undefined {
  const at = findDefinition(scope, keyword)?.fields.indexOf('text') ?? -1;
  return at < 0 ? undefined : at;
}

/** Splits a properties file into sections of lines of words; names of properties in lower case, comments dropped. */
export function sectionsOf(text: string): readonly PlainSection[] {
  const general: PlainSection = { name: 'general', lines: [] };
  const sections = [general];
  let open = general;
  let inComment = false;
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (!inComment && open === general && line.trimStart().startsWith('/*')) inComment = true;
    if (inComment) {
      inComment = !line.includes('*/');
      continue;
    }
    const all = line.split(/[ \t]+/).filter((word) => word !== '');
    const [keyword = '#'] = all;
    if (keyword.startsWith('#') || keyword === 'SerialEMProperties') continue;
    const scope = open === general ? 'general' : 'camera';
    const limit = textAt(scope, keyword);
    const comment = all.findIndex((word) => word.startsWith('#'));
    const words = limit === undefined && comment >= 0 ? all.slice(0, comment) : all;
    const plain =
      limit === undefined
        ? words
        : [...words.slice(0, limit + 1), words.slice(limit + 1).join(' ')].filter((word) => word !== '');
    if (/^CameraProperties$/i.test(keyword)) {
      open = { name: `camera ${Number(words[1])}`, lines: [] };
      sections.push(open);
    } else if (/^EndCameraProperties$/i.test(keyword)) open = general;
    else open.lines.push([keyword.toLowerCase(), ...plain.slice(1)]);
  }
  return sections;
}
