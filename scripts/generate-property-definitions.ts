/**
 * Writes the table of SerialEM's properties, core/settings/definitions/*.json and the types beside it, from a list of tab-separated
 * columns: name, scope, type and count, default, units, meaning. Usage: node scripts/run.js scripts/generate-property-definitions LIST.tsv
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FieldType, PropertyDefinition, PropertyForm, PropertyValue } from '../core/settings';
import { typesOf } from './property-types';

// The script runs from build/, so it writes below the working directory.
const FOLDER = path.resolve('core/settings/definitions');

/** Properties whose lines of whole numbers are lists of their own; joined lines would lose the meaning. */
const ONE_LIST_PER_LINE = new Set(['ApertureSizes', 'DetectorBlocks', 'MappedToDSchannel', 'MutuallyExcludeDetectors']);
const NUMBER_TYPES: Readonly<Record<string, FieldType>> = {
  int: 'int',
  float: 'float',
  double: 'float',
  bool: 'boolean',
};

interface Shape {
  readonly form: PropertyForm;
  readonly fields: readonly FieldType[];
  readonly required: number;
  readonly rest?: readonly FieldType[];
  readonly limit?: number;
  readonly restLimit?: number;
}

const repeated = (type: FieldType, count: number): FieldType[] => Array.from({ length: count }, () => type);
const shape = (
  form: PropertyForm,
  fields: readonly FieldType[],
  required = fields.length,
  more: Partial<Shape> = {},
): Shape => ({
  form,
  fields,
  required,
  ...more,
});
const limitOf = (text: string): { limit: number } | object => {
  const limit = /\((?:max )?(\d+)(?: overall)?\)/.exec(text)?.[1];
  return limit === undefined ? {} : { limit: Number(limit) };
};

/** Types that the list describes in words of their own. */
const SPECIAL: Readonly<Record<string, Shape>> = {
  'up to 4 floats': shape('values', repeated('float', 4), 1),
  'int + float': shape('values', ['int', 'float']),
  'int + optional float': shape('values', ['int', 'float'], 1),
  'float + int': shape('values', ['float', 'int']),
  '1-3: float, int, float': shape('values', ['float', 'int', 'float'], 1),
  '1-2: bool, int': shape('values', ['boolean', 'int'], 1),
  'int pairs, up to 20 ints': shape('list', [], 0, { rest: ['int', 'int'], limit: 20 }),
  'float pairs': shape('list', [], 0, { rest: ['float', 'float'] }),
  'number list with ranges and commas': shape('list', [], 0, { rest: ['token'] }),
  'int + float list': shape('rows', ['int'], 1, { rest: ['float'] }),
  'int + string token, repeatable': shape('rows', ['int', 'token']),
  'int + int, repeatable': shape('rows', ['int', 'int']),
  'int + float, repeatable': shape('rows', ['int', 'float']),
  'int + 3 floats, repeatable per mag': shape('rows', ['int', 'float', 'float', 'float']),
  'int + 4 floats, repeatable': shape('rows', ['int', ...repeated('float', 4)]),
  'int, string, repeatable': shape('rows', ['int', 'text']),
  'string token + string, repeatable': shape('rows', ['token', 'text']),
  'token, optional =, string, repeatable': shape('rows', ['token', 'text']),
  'string token + 2 doubles, repeatable (max 6)': shape('rows', ['token', 'float', 'float'], 3, { limit: 6 }),
  '4 floats + optional string, repeatable (max 15)': shape('rows', [...repeated('float', 4), 'text'], 4, { limit: 15 }),
  '3 ints + 3 floats, repeatable': shape('rows', [...repeated('int', 3), ...repeated('float', 3)]),
  '3 ints + up to 6 int/float pairs, repeatable': shape('rows', repeated('int', 3), 3, {
    rest: ['int', 'float'],
    restLimit: 6,
  }),
  '2 ints + up to 4 int/float pairs, repeatable': shape('rows', repeated('int', 2), 2, {
    rest: ['int', 'float'],
    restLimit: 4,
  }),
  '2 ints + double, repeatable (max 10 overall)': shape('rows', ['int', 'int', 'float'], 3, { limit: 10 }),
  '5 ints, repeatable': shape('rows', repeated('int', 5)),
  '4 ints, repeatable (max 10)': shape('rows', repeated('int', 4), 4, { limit: 10 }),
  'exactly 4 ints, repeatable': shape('rows', repeated('int', 4)),
  'int, int, type letter or int, int; repeatable': shape('rows', ['int', 'int', 'token', 'int']),
  'int, int, type letter or int, int, string; repeatable': shape('rows', ['int', 'int', 'token', 'int', 'text']),
  'int, then N rows: int, int, float, optional int, int, float, int': shape(
    'table',
    ['int', 'int', 'float', 'int', 'int', 'float', 'int'],
    3,
    { limit: 119 },
  ),
  'int, then N rows: int, double': shape('table', ['int', 'float'], 2, { limit: 119 }),
  'int, then N rows: int, int, optional float, float': shape('table', ['int', 'int', 'float', 'float'], 2, {
    limit: 59,
  }),
  'int, then N rows: int, int': shape('table', ['int', 'int'], 2, { limit: 119 }),
  'int (max 30), then N rows: float, float': shape('table', ['float', 'float'], 2, { limit: 30 }),
  'int + optional float, then N rows of 2 floats': shape('table', ['float', 'float']),
};

function shapeOf(name: string, type: string, fallback: string): Shape {
  if (SPECIAL[type]) return SPECIAL[type];
  // SerialEM takes one value as well.
  if (name === 'STEMdefocusToDeltaZ') return shape('values', ['float', 'float'], 1);
  if (name === 'EndIfVersionBelow') return shape('append', [], 0, { rest: ['int'] });
  // Addresses are words, commands and their arguments run to the end of the line.
  if (type === 'int + string, repeatable') return shape('rows', ['int', name.startsWith('Tool') ? 'text' : 'token']);
  if (type === 'ignored') return shape('ignored', [], 0);
  if (type.startsWith('flag')) return shape('flag', [], 0);
  if (type.startsWith('string token')) return shape('value', ['token']);
  if (type.startsWith('string'))
    return type.includes('repeatable') ? shape('rows', ['text'], 1, limitOf(type)) : shape('value', ['text']);
  if (/^X Y int pairs/.test(type)) return shape('append', [], 0, { rest: ['int', 'int'], ...limitOf(type) });
  if (/^(int|float) list/.test(type)) {
    const element = NUMBER_TYPES[type.split(' ')[0]!]!;
    if (ONE_LIST_PER_LINE.has(name)) return shape('rows', [element], 1, { rest: [element] });
    return shape(/repeatable|appends/.test(type) ? 'append' : 'list', [], 0, { rest: [element], ...limitOf(type) });
  }
  const counted = /^(\d)(?:(-| or )(\d))? (int|float|double)s/.exec(type);
  if (counted)
    return shape('values', repeated(NUMBER_TYPES[counted[4]!]!, Number(counted[3] ?? counted[1])), Number(counted[1]));
  const single = NUMBER_TYPES[/^[a-z]+/.exec(type)?.[0] ?? ''];
  if (single === undefined) throw new Error(`${name}: the type "${type}" is not understood`);
  // A switch whose default is -1 has a third state, "decided by the program", so it stays a number.
  return shape('value', [single === 'boolean' && !/^[01]?$/.test(fallback) ? 'int' : single]);
}

const withoutDefault = (given: Shape): Pick<PropertyDefinition, 'default'> => {
  if (given.form === 'flag') return { default: false };
  return ['list', 'append', 'rows', 'table'].includes(given.form) ? { default: [] } : {};
};

/** The default that is valid for every microscope, if there is one. */
function defaultOf(name: string, given: Shape, text: string): Pick<PropertyDefinition, 'default'> {
  if (name === 'ImageShiftDelays') return { default: [[0, 0], [1, 1]] }; // prettier-ignore
  if (given.form === 'ignored') return {};
  if (['append', 'rows', 'table', 'flag'].includes(given.form)) return withoutDefault(given);
  const plain = text.replace(/\([^)]*\)/g, '').trim();
  const kind = given.fields[0] ?? given.rest?.[0];
  if (kind === 'token' || kind === 'text') {
    return /^(|empty|none|search|default|built in|by DPI|system folder|Plugins folder|Default Camera N)$/.test(plain)
      ? withoutDefault(given)
      : { default: plain };
  }
  const numbers = plain
    .replaceAll('..', '')
    .split(/\s+/)
    .filter((each) => each !== '')
    .map(Number);
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return withoutDefault(given);
  if (given.form === 'value') return { default: kind === 'boolean' ? numbers[0] !== 0 : numbers[0]! };
  const values: PropertyValue[] = numbers.map((value, at) => (given.fields[at] === 'boolean' ? value !== 0 : value));
  return { default: given.form === 'values' ? values : numbers };
}

/** The codes or limits in the units and type columns. */
function allowedOf(
  given: Shape,
  type: string,
  units: string,
  defaults: PropertyDefinition['default'],
): Partial<PropertyDefinition> {
  if (given.form !== 'value' || !['int', 'float'].includes(given.fields[0]!)) return {};
  const base = typeof defaults === 'number' ? [defaults] : [];
  const codes = /^-?\d(\/-?\d)+$/.test(units) ? units.split('/').map(Number) : undefined;
  const range =
    /^(-?\d+)(?:-|\.\.)(\d+)$/.exec(units) ?? /\((\d+)-(\d+)\)/.exec(type) ?? /clamped (\d)-(\d)/.exec(type);
  if (codes) return { codes: [...new Set([...base, ...codes])].sort((a, b) => a - b) };
  if (!range) return {};
  const [low, high] = [Number(range[1]), Number(range[2])];
  if (given.fields[0] === 'int' && high - low <= 20) {
    return {
      codes: [...new Set([...base, ...Array.from({ length: high - low + 1 }, (_, at) => low + at)])].sort(
        (a, b) => a - b,
      ),
    };
  }
  return { range: [Math.min(0, low, ...base), Math.max(high, ...base)] };
}

function definitionOf(columns: readonly string[]): PropertyDefinition | undefined {
  const [name, place, type, fallback, units, meaning] = columns as [string, string, string, string, string, string];
  if (name === 'SerialEMProperties' || name === 'CameraProperties' || name === 'EndCameraProperties') return undefined;
  const given = shapeOf(name, type, fallback);
  const [scope, ...topic] = place.split('/');
  const defaults = defaultOf(name, given, fallback);
  return {
    name,
    scope: scope === 'camera' ? 'camera' : 'general',
    ...(topic.length > 0 ? { topic: topic.join('/') } : {}),
    ...given,
    ...defaults,
    ...(units === '' ? {} : { units }),
    ...allowedOf(given, type, units, defaults.default),
    meaning: sentence(meaning),
  };
}

const sentence = (meaning: string): string =>
  meaning.charAt(0).toUpperCase() + meaning.slice(1) + (meaning.endsWith('.') ? '' : '.');

/** The files of the table; several, so that each stays readable. */
const PARTS: readonly { readonly file: string; readonly holds: (each: PropertyDefinition) => boolean }[] = [
  { file: 'camera', holds: (each) => each.scope === 'camera' },
  { file: 'general-by-vendor', holds: (each) => each.scope === 'general' && each.topic !== undefined },
  {
    file: 'general-a-to-l',
    holds: (each) => each.scope === 'general' && each.topic === undefined && /^[a-l]/i.test(each.name),
  },
  {
    file: 'general-m-to-z',
    holds: (each) => each.scope === 'general' && each.topic === undefined && /^[m-z]/i.test(each.name),
  },
];

/** The texts of the files in core/settings/definitions by name, from the text of the list. */
export function definitionFiles(list: string): Readonly<Record<string, string>> {
  const lines = list
    .split('\n')
    .slice(1)
    .filter((line) => line !== '');
  const definitions = lines.map((line) => definitionOf(line.split('\t'))).filter((each) => each !== undefined);
  definitions.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const files = PARTS.map(({ file, holds }): [string, string][] => {
    const own = definitions.filter(holds);
    return [
      [`${file}.json`, `[\n${own.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`],
      [`${file}.types.ts`, typesOf(file, own)],
    ];
  });
  return Object.fromEntries(files.flat());
}

if (process.argv[1] && path.basename(process.argv[1]).startsWith('generate-property-definitions')) {
  const list = process.argv[2];
  if (list === undefined) throw new Error('Usage: node scripts/run.js scripts/generate-property-definitions LIST.tsv');
  for (const [name, text] of Object.entries(definitionFiles(readFileSync(list, 'utf8'))))
    writeFileSync(path.join(FOLDER, name), text);
}
