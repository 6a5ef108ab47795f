import { trim } from '../text/lines';
import type { TextItem, TextSection } from '../text/properties-text';
import type { PropertyDefinition } from '../definitions';
import type { Row } from '../source';
import { EXTRA, type ExtraLine, lineOrder } from './line-order';
import { quoted, yamlComment, yamlValue } from './yaml-values';

type EntryItem = Extract<TextItem, { kind: 'entry' }>;

/** All lines of one property with the comments around them. */
interface Property {
  readonly definition: PropertyDefinition;
  readonly above: readonly string[];
  readonly comment: string | undefined;
  readonly header: Row | undefined;
  readonly rows: { readonly row: Row; readonly above: readonly string[]; readonly comment: string | undefined }[];
}

/** A section of a properties file as YAML; the cameras are in the place of the first of them. */
export interface YamlSection {
  readonly lines: readonly string[];
  readonly extras: readonly ExtraLine[];
}

const adds = ({ form }: PropertyDefinition): boolean => form === 'rows' || form === 'append';

/**
 * The lines of a YAML map for a section. Nothing is dropped: a line that is not a property, or that a later line
 * replaces, becomes an extra line.
 */
export function yamlSection(
  section: TextSection,
  cameras: (
    blocks: readonly { readonly section: TextSection; readonly above: readonly string[] }[],
  ) => readonly string[],
): YamlSection {
  const properties = new Map<string, Property>();
  const blocks: { section: TextSection; above: readonly string[] }[] = [];
  const extras: ExtraLine[] = [];
  const written: string[] = [];
  const keys: string[] = [];
  const lastOf = lastEntries(section.items);
  const above: string[] = [];
  let after: string | undefined;
  const extra = (line: string): void => {
    extras.push({ after, line });
    written.push(EXTRA);
  };
  const taken = (): readonly string[] => above.splice(0);

  for (const item of section.items) {
    if (item.kind === 'blank') above.push('');
    else if (item.kind === 'comment') above.push(yamlComment(item.text));
    else if (item.kind === 'unknown') extra(item.line);
    else if (item.kind === 'camera') {
      if (blocks.length === 0) keys.push('cameras');
      blocks.push({ section: item.section, above: taken() });
    } else if (!adds(item.entry.definition!) && lastOf.get(item.entry.name) !== item) textOf(item).forEach(extra);
    else {
      const { name } = item.entry;
      const property = properties.get(name) ?? newProperty(item, taken());
      if (!properties.has(name)) keys.push(name);
      properties.set(name, property);
      addRows(property, item, taken());
      written.push(name);
      after = name;
    }
  }
  const body = keys.flatMap((key) => (key === 'cameras' ? cameras(blocks) : propertyLines(key, properties.get(key)!)));
  const described = [...properties].map(([name, { definition, rows }]) => ({
    name,
    lines: adds(definition) ? rows.length : 1,
  }));
  const order = lineOrder(described, extras).map(({ name }) => name);
  const reordered = order.some((name, at) => name !== written[at]);
  return { lines: [...body, ...extraLines(extras), ...(reordered ? orderLines(written) : []), ...above], extras };
}

/** The entry of each name that is in effect for SerialEM: the last one. */
function lastEntries(items: readonly TextItem[]): ReadonlyMap<string, EntryItem> {
  return new Map(items.flatMap((item) => (item.kind === 'entry' ? [[item.entry.name, item] as const] : [])));
}

/** The words of an entry with their comments, one text per line. */
function textOf({ entry, comment, rowComments }: EntryItem): readonly string[] {
  const words = (row: Row): string => row.map(({ text }) => text).join(' ');
  const line = (text: string, remark: string | undefined): string =>
    trim(remark === undefined ? text : `${text} ${remark}`);
  if (entry.definition?.form !== 'table') return [line(`${entry.name} ${words(entry.rows[0]!)}`, comment)];
  return [
    line(`${entry.name} ${words(entry.header ?? [])}`, comment),
    ...entry.rows.map((row, at) => line(words(row), rowComments[at])),
  ];
}

function newProperty({ entry, comment }: EntryItem, above: readonly string[]): Property {
  const surplus =
    entry.definition?.form === 'table'
      ? entry.header?.slice(entry.definition.name === 'DoseRateTable' ? 2 : 1)
      : undefined;
  const behind =
    surplus && surplus.length > 0 ? trim(`# ${surplus.map(({ text }) => text).join(' ')} ${comment ?? ''}`) : comment;
  const own = adds(entry.definition!) ? undefined : behind;
  return { definition: entry.definition!, above, comment: own, header: entry.header, rows: [] };
}

function addRows(property: Property, { entry, comment, rowComments }: EntryItem, above: readonly string[]): void {
  const many = adds(property.definition);
  for (const [at, row] of entry.rows.entries())
    property.rows.push({ row, above: at === 0 ? above : [], comment: many ? comment : rowComments[at] });
}

const behind = (comment: string | undefined): string => (comment === undefined ? '' : `  ${yamlComment(comment)}`);

function propertyLines(name: string, { definition, above, comment, header, rows }: Property): readonly string[] {
  const value = yamlValue(
    definition,
    rows.map(({ row }) => row),
    header,
  );
  if (value.rows.length === 0) {
    const rowComment = adds(definition) ? rows[0]?.comment : undefined;
    return [
      ...above,
      ...rows.flatMap((row) => row.above),
      `${name}:${value.inline === '' ? '' : ` ${value.inline}`}${behind(comment ?? rowComment)}`,
    ];
  }
  const indent = value.rowsKey === undefined ? '  ' : '    ';
  const between = value.rowsKey === undefined ? [] : [`  ${value.rowsKey}`, '  rows:'];
  const own = value.rows.flatMap((row, at) => [
    ...rows[at]!.above.map((each) => (each === '' ? '' : indent + each)),
    `${indent}- ${row}${behind(rows[at]!.comment)}`,
  ]);
  return [...above, `${name}:${behind(comment)}`, ...between, ...own];
}

const extraLines = (extras: readonly ExtraLine[]): readonly string[] =>
  extras.length === 0
    ? []
    : [
        `${EXTRA}:`,
        ...extras.map(
          ({ after, line }) => `  - { ${after === undefined ? '' : `after: ${after}, `}line: ${quoted(line)} }`,
        ),
      ];

/** The names in file order, several per line. */
function orderLines(names: readonly string[]): readonly string[] {
  const lines = ['properties-order:', '  ['];
  for (let at = 0; at < names.length; at += 6) lines.push(`    ${names.slice(at, at + 6).join(', ')},`);
  return [...lines, '  ]'];
}
