import type { FieldType, PropertyDefinition } from '../definitions';
import { isNumber, type Row } from '../source';
import { trimEnd } from '../text/lines';
import { fieldAt } from '../values';

// Characters that end a line, or that YAML text cannot hold.

const UNSAFE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/;

/** A string in quotes. */
export function quoted(text: string): string {
  if (!UNSAFE.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, escape);
}

/** A text as a comment of a YAML file, which cannot hold control characters. */
export const yamlComment = (text: string): string =>
  trimEnd(text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, ' '));

const scalar = (text: string, type: FieldType | undefined): string =>
  type === 'text' || type === 'token' || !isNumber(text) ? quoted(text) : text;

const flow = (definition: PropertyDefinition, row: Row): string =>
  `[${row.map((written, at) => scalar(written.text, fieldAt(definition, at))).join(', ')}]`;

/** Text of a property's value: on the line of its name, or as a block of rows below it. */
export interface YamlValue {
  readonly inline: string;
  /** One text per row, without the dash. */
  readonly rows: readonly string[];
  /** A key between the name and the rows. */
  readonly rowsKey?: string;
}

const inline = (text: string): YamlValue => ({ inline: text, rows: [] });
const block = (rows: readonly string[]): YamlValue => (rows.length === 0 ? inline('[]') : { inline: '', rows });

/** The YAML form of all lines of one property. */
export function yamlValue(definition: PropertyDefinition, rows: readonly Row[], header: Row | undefined): YamlValue {
  const [first = []] = rows;
  switch (definition.form) {
    case 'flag':
      if (first.length === 0) return inline('true');
      return inline(
        first.length === 1 && isNumber(first[0]!.text) && Number.parseInt(first[0]!.text, 10) !== 0
          ? first[0]!.text
          : flow(definition, first),
      );
    case 'value':
    case 'values':
    case 'ignored':
      if (first.length === 0) return inline('');
      return inline(first.length === 1 ? scalar(first[0]!.text, fieldAt(definition, 0)) : flow(definition, first));
    case 'list':
      return inline(flow(definition, first));
    case 'append':
      return rows.length === 1 && first.length > 0
        ? inline(flow(definition, first))
        : block(rows.map((row) => flow(definition, row)));
    case 'table': {
      const value = block(rows.map((row) => flow(definition, row)));
      const scaling = header?.[1];
      return definition.name === 'DoseRateTable' && scaling && isNumber(scaling.text) && rows.length > 0
        ? { ...value, rowsKey: `scaling: ${scaling.text}` }
        : value;
    }
    default: {
      const single = definition.fields.length === 1 && !definition.rest;
      return block(
        rows.map((row) =>
          single && row.length === 1 ? scalar(row[0]!.text, definition.fields[0]) : flow(definition, row),
        ),
      );
    }
  }
}
