import { isDeepStrictEqual } from 'node:util';
import { type Pair, type YAMLMap, isMap, isScalar } from 'yaml';
import { isPropertiesText } from '../load';
import type { ParameterSetChange } from '../parameter-sets-in-force';
import { keyOf, readYamlText, type YamlText } from '../yaml/nodes';
import { editErrors } from './edit-errors';
import { type Splice, addPair, fillEmpty, removePair, spliced } from './splices';

/** One value at its place: the keys from the top of the file. A value of undefined has no place in the file. */
interface PlacedValue {
  readonly keys: readonly string[];
  readonly value: unknown;
}

/**
 * The text of a YAML configuration with some fields of parameter sets changed, added or, where their value is undefined, taken out. Every other
 * character stays. Throws `settings/not-yaml`,
 * `settings/not-valid` or `settings/not-editable`.
 */
export function editParameterSets(text: string, file: string, changes: readonly ParameterSetChange[]): string {
  if (isPropertiesText(text, file)) throw editErrors.notYaml(file);
  const values = changes.flatMap(({ camera, name, fields }) =>
    Object.entries(fields).map(([field, value]): PlacedValue => ({
      keys: ['parameterSets', String(camera), name, field],
      value,
    })),
  );
  const edited = values.reduce((before, value) => editOne(before, file, value), text);
  if (edited !== text) check(text, edited, file, values);
  return edited;
}

function editOne(text: string, file: string, { keys, value }: PlacedValue): string {
  const { yaml, root } = read(text, file);
  if (value === undefined) return removed(text, yaml, root, keys);
  let map = root;
  for (const [depth, key] of keys.entries()) {
    const rest = inlineText(nested(keys.slice(depth + 1), value));
    const pair = map.items.find((each) => keyOf(each) === key);
    if (!pair) return applied(text, yaml, key, map, addPair(text, map, map.items, key, { inline: rest }));
    const node = pair.value;
    if (node === null || (isScalar(node) && node.value === null && node.source === ''))
      return spliced(text, fillEmpty(text, pair, { inline: rest }));
    if (depth === keys.length - 1) return replaced(text, yaml, key, node, value);
    if (!isMap(node)) throw editErrors.notEditable(yaml.placeOf(pair.key), keys.join('.'));
    map = node;
  }
  return text;
}

/** Takes a value out, and with it every section that would be empty then. */
function removed(text: string, yaml: YamlText, root: YAMLMap, keys: readonly string[]): string {
  let map: unknown = root;
  let taken: { readonly map: YAMLMap; readonly pair: Pair } | undefined;
  for (const key of keys) {
    if (!isMap(map)) return text;
    const within: YAMLMap = map;
    const pair = within.items.find((each) => keyOf(each) === key);
    if (!pair) return text;
    if (!taken || within.items.length > 1) taken = { map: within, pair };
    map = pair.value;
  }
  return taken ? applied(text, yaml, keys.at(-1)!, taken.map, removePair(text, taken.map, taken.pair)) : text;
}

function applied(text: string, yaml: YamlText, key: string, map: YAMLMap, splice: Splice | undefined): string {
  if (!splice) throw editErrors.notEditable(yaml.placeOf(map), key);
  return spliced(text, splice);
}

function replaced(text: string, yaml: YamlText, key: string, node: unknown, value: unknown): string {
  const written = (node as { toJS?(document: unknown): unknown }).toJS?.(yaml.document);
  if (isDeepStrictEqual(written, plain(value))) return text;
  const range = (node as { range?: readonly [number, number, number] }).range;
  const inFlow = !isMap(node) || node.flow === true;
  if (!range || !inFlow || text.slice(range[0], range[1]).includes('\n'))
    throw editErrors.notEditable(yaml.placeOf(node), key);
  return spliced(text, { at: range[0], removed: range[1] - range[0], inserted: inlineText(value) });
}

const nested = (keys: readonly string[], value: unknown): unknown =>
  keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

/** A value on one line, as people write it. */
function inlineText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inlineText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${inlineText(each)}`)
      .join(', ')} }`;
  return typeof value === 'string' && !/^[A-Za-z][\w -]*$/.test(value) ? JSON.stringify(value) : String(value);
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

function read(text: string, file: string): { readonly yaml: YamlText; readonly root: YAMLMap } {
  const { yaml, problems } = readYamlText(text, file);
  const root = yaml?.document.contents;
  if (!yaml || problems.length > 0 || !isMap(root)) throw editErrors.notValid(file, problems[0]);
  return { yaml, root };
}

/** Reads the new text again and throws unless it has the values and is otherwise the same. */
function check(before: string, after: string, file: string, values: readonly PlacedValue[]): void {
  const contentOf = (text: string): Record<string, unknown> => {
    const { yaml, root } = read(text, file);
    return root.toJS(yaml.document) as Record<string, unknown>;
  };
  const wanted = contentOf(before);
  for (const { keys, value } of values) {
    if (value === undefined) {
      withoutValue(wanted, keys);
      continue;
    }
    let at: Record<string, unknown> = wanted;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1)!] = plain(value);
  }
  if (!isDeepStrictEqual(contentOf(after), wanted))
    throw editErrors.notEditable({ file, line: 1, column: 1 }, 'parameterSets');
}

/** Takes a value out of a tree, and what is empty after that. */
function withoutValue(tree: Record<string, unknown>, [key, ...rest]: readonly string[]): void {
  if (key === undefined || !(key in tree)) return;
  const inner = tree[key];
  if (rest.length > 0) {
    if (typeof inner !== 'object' || inner === null) return;
    const own = inner as Record<string, unknown>;
    const before = Object.keys(own).length;
    withoutValue(own, rest);
    if (Object.keys(own).length > 0 || before === 0) return;
  }
  delete tree[key];
}
