import type { FieldType, PropertyDefinition } from '../core/settings';

const SCALARS: Readonly<Record<FieldType, string>> = {
  int: 'number',
  float: 'number',
  boolean: 'boolean',
  token: 'string',
  text: 'string',
};

/** A row as a tuple; the first `sure` values are always present. */
const tuple = (definition: PropertyDefinition, sure: number): string => {
  const fields = definition.fields.map((each, at) => SCALARS[each] + (at < sure ? '' : '?'));
  const rest = definition.rest ? [`...${elementsOf(definition.rest)}`] : [];
  return `readonly [${[...fields, ...rest].join(', ')}]`;
};
const elementsOf = (types: readonly FieldType[]): string => {
  const names = [...new Set(types.map((each) => SCALARS[each]))];
  return `${names.length === 1 ? names[0]! : `(${names.join(' | ')})`}[]`;
};

/** The TypeScript type of a property's value, as `Settings.get` returns it. */
function valueType(definition: PropertyDefinition): string {
  const orNothing = definition.default === undefined ? ' | undefined' : '';
  switch (definition.form) {
    case 'value':
      return SCALARS[definition.fields[0]!] + orNothing;
    case 'values':
      return (
        tuple(definition, Array.isArray(definition.default) ? definition.default.length : definition.required) +
        orNothing
      );
    case 'list':
    case 'append':
      return `readonly ${elementsOf(definition.rest!)}`;
    case 'rows':
      return definition.fields.length === 1 && !definition.rest
        ? `readonly ${elementsOf(definition.fields)}`
        : `readonly (${tuple(definition, definition.required)})[]`;
    case 'table':
      return `readonly (${tuple(definition, definition.required)})[]`;
    default:
      return 'boolean';
  }
}

const words = (file: string): string =>
  file
    .split('-')
    .map((each) => each.charAt(0).toUpperCase() + each.slice(1))
    .join('');
const key = (name: string): string => (/^[A-Za-z0-9]+$/.test(name) ? name : `'${name}'`);

/** The text of a file with one interface: the properties of a part and the types of their values. */
export function typesOf(file: string, definitions: readonly PropertyDefinition[]): string {
  const known = definitions.filter((each) => each.form !== 'ignored');
  return [
    '// Written by scripts/generate-property-definitions.ts; do not edit.',
    `/** The values of the properties in ${file}.json, by name. */`,
    `export interface ${words(file)}Values {`,
    ...known.map((each) => `  readonly ${key(each.name)}: ${valueType(each)};`),
    '}',
    '',
  ].join('\n');
}
