import type { FieldType, PropertyDefinition, PropertyValue } from './definitions';
import { type Row, type Section, type Written, readInteger, readReal, rowsOf } from './source';

/** A property's value as `Settings.get` returns it. */
export type TypedValue = PropertyValue | readonly PropertyValue[] | readonly (readonly PropertyValue[])[] | undefined;

function valueOf(type: FieldType, written: Written): PropertyValue {
  if (type === 'text' || type === 'token') return written.text;
  const text = written.type === 'boolean' ? (/^true$/i.test(written.text) ? '1' : '0') : written.text;
  if (type === 'float') return readReal(text);
  return type === 'int' ? readInteger(text) : readInteger(text) !== 0;
}

/** The type of the value at a position of a row; undefined after the last one. */
export function fieldAt(definition: PropertyDefinition, position: number): FieldType | undefined {
  const { fields, rest } = definition;
  if (position < fields.length) return fields[position];
  return rest ? rest[(position - fields.length) % rest.length] : undefined;
}

/** The typed values of a row; like SerialEM, it leaves out surplus ones. */
function rowValues(definition: PropertyDefinition, row: Row): readonly PropertyValue[] {
  const values: PropertyValue[] = [];
  for (const [position, written] of row.entries()) {
    const type = fieldAt(definition, position);
    if (type !== undefined) values.push(valueOf(type, written));
  }
  return values;
}

/** Adds missing trailing numbers as 0, as SerialEM does. */
function completed(definition: PropertyDefinition, values: readonly PropertyValue[]): readonly PropertyValue[] {
  const missing = definition.fields.slice(values.length, definition.required);
  return [
    ...values,
    ...missing.map((type) => (type === 'boolean' ? false : type === 'int' || type === 'float' ? 0 : '')),
  ];
}

function withDefaults(definition: PropertyDefinition, values: readonly PropertyValue[]): readonly PropertyValue[] {
  const defaults = Array.isArray(definition.default) ? (definition.default as readonly PropertyValue[]) : [];
  const missing = defaults.slice(values.length);
  // SerialEM reads the second value as 0 when only the first one is there.
  const filled = [...values, ...(definition.name === 'STEMdefocusToDeltaZ' ? missing.map(() => 0) : missing)];
  // SerialEM understands a stage limit of 0 as "no further limit".
  return definition.name === 'StageLimits' ? filled.map((value, at) => (value === 0 ? defaults[at]! : value)) : filled;
}

/** The value of a property after SerialEM has read the section; undefined when it is not entered and has no default. */
export function typedValue(section: Section, definition: PropertyDefinition): TypedValue {
  const rows = rowsOf(section, definition.name);
  if (rows.length === 0) return definition.default;
  const last = rows.at(-1)!;
  switch (definition.form) {
    case 'flag':
      return true;
    case 'value':
      return completed(definition, rowValues(definition, last))[0];
    case 'values':
      return withDefaults(definition, completed(definition, rowValues(definition, last)));
    case 'list':
      return rowValues(definition, last);
    case 'append':
      return rows.flatMap((row) => rowValues(definition, row));
    default: {
      const values = rows.map((row) => completed(definition, rowValues(definition, row)));
      return definition.form === 'rows' && definition.fields.length === 1 && !definition.rest
        ? values.map((row) => row[0]!)
        : values;
    }
  }
}
