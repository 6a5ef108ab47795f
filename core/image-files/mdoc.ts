/** Fields of one section of an mdoc file, by their names. */
export type MdocFields = Readonly<Record<string, string>>;

/** The sections of an mdoc file, and what stands above them. */
export interface Mdoc {
  readonly global: MdocFields;
  readonly sections: readonly MdocFields[];
}

/** The text of an mdoc file. */
export const renderMdoc = ({ global, sections }: Mdoc): string =>
  [
    ...linesOf(global),
    ...sections.flatMap((fields, section) => ['', `[ZValue = ${section}]`, ...linesOf(fields)]),
    '',
  ].join('\n');

/** Reads an mdoc file; lines that are not fields are left out. */
export function parseMdoc(text: string): Mdoc {
  const global: Record<string, string> = {};
  const sections: Record<string, string>[] = [];
  let present = global;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\[ZValue = (\d+)\]/.exec(line);
    const [, name, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (section) present = sections[Number(section[1])] = {};
    else if (name !== undefined && value !== undefined) present[name] = value.trim();
  }
  return { global, sections: Array.from(sections, (each) => each ?? {}) };
}

const linesOf = (fields: MdocFields): readonly string[] =>
  Object.entries(fields).map(([name, value]) => `${name} = ${value}`);
