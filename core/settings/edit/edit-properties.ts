import { isDeepStrictEqual } from 'node:util';
import { type YAMLMap, isMap, isSeq } from 'yaml';
import { type PropertyDefinition, findDefinition } from '../definitions';
import { isPropertiesText } from '../load';
import { isNumber } from '../source';
import { CAMERA_KEYS, SECTION_NAMES } from '../yaml/read-properties';
import { keyOf, readYamlText, writtenOf, type YamlText } from '../yaml/nodes';
import { editErrors } from './edit-errors';
import { type Splice, addItem, addPair, addRow, fillEmpty, replaceScalar, spliced } from './splices';

/** One number for a configuration, in the unit of the property. */
export interface PropertyChange {
  readonly property: string;
  /** Number of the camera; left out for a property of the whole instrument. */
  readonly camera?: number;
  /** For a property with rows: the first value of the row, such as the mag index. */
  readonly row?: number;
  /** For a property with several values in a line or row: the position of the value, from 0. */
  readonly field?: number;
  readonly value: number;
}

/** Values of the other fields of a new row, from the second: SerialEM's codes for unknown. */
const unknownFields: Readonly<Record<string, readonly number[]>> = { RotationAndPixel: [999, 999, 0] };

/**
 * The text of a YAML configuration with some values changed or added. Every other character stays: comments, order,
 * quotes, indentation and line endings. A number that is already right keeps its digits. Throws `settings/not-yaml`,
 * `settings/not-valid`, `settings/no-such-place` or `settings/not-editable`.
 */
export function editProperties(text: string, file: string, changes: readonly PropertyChange[]): string {
  const read = yamlReader(text, file);
  let edited = text;
  for (const change of changes) edited = editOne(read, edited, change);
  if (edited !== text) check(read, text, edited, changes);
  return edited;
}

/** The changes whose values a YAML configuration does not have yet. Throws as `editProperties` does. */
export function missingChanges<Change extends PropertyChange>(
  text: string,
  file: string,
  changes: readonly Change[],
): readonly Change[] {
  const read = yamlReader(text, file);
  return changes.filter((change) => editOne(read, text, change) !== text);
}

interface Parsed {
  readonly yaml: YamlText;
  readonly root: YAMLMap;
}
type Reader = ((text: string) => Parsed) & { readonly file: string };

/** Parser of the texts of one edit. */
function yamlReader(first: string, file: string): Reader {
  if (isPropertiesText(first, file)) throw editErrors.notYaml(file);
  const read = (text: string): Parsed => {
    const { yaml, problems } = readYamlText(text, file);
    const root = yaml?.document.contents;
    if (!yaml || problems.length > 0 || !isMap(root)) throw editErrors.notValid(file, problems[0]);
    return { yaml, root };
  };
  return Object.assign(read, { file });
}

function editOne(read: Reader, text: string, change: PropertyChange): string {
  const { yaml, map, definition } = find(read, text, change);
  const splice = spliceFor(text, yaml, map, definition, change);
  return splice ? spliced(text, splice) : text;
}

function find(
  read: Reader,
  text: string,
  { property, camera }: PropertyChange,
): { readonly yaml: YamlText; readonly map: YAMLMap; readonly definition: PropertyDefinition } {
  const { yaml, root } = read(text);
  const definition = findDefinition(camera === undefined ? 'general' : 'camera', property);
  if (!definition)
    throw editErrors.noSuchPlace(
      read.file,
      `${property} is not a property ${camera === undefined ? 'of the instrument' : 'of a camera'}`,
    );
  if (camera === undefined) return { yaml, map: root, definition };
  const map = cameraMap(yaml, root, camera);
  if (!map) throw editErrors.noSuchPlace(read.file, `there is no camera ${camera}`);
  return { yaml, map, definition };
}

function cameraMap(yaml: YamlText, root: YAMLMap, camera: number): YAMLMap | undefined {
  const cameras = root.items.find((pair) => keyOf(pair) === 'cameras')?.value;
  if (!isSeq(cameras)) return undefined;
  return cameras.items.find(
    (item): item is YAMLMap =>
      isMap(item) && Number(writtenOf(yaml, item.get('index', true), yaml.placeAt(0))?.text) === camera,
  );
}

/** The change of the text for a change of a value; undefined when the text already has the value. */
function spliceFor(
  text: string,
  yaml: YamlText,
  map: YAMLMap,
  definition: PropertyDefinition,
  change: PropertyChange,
): Splice | undefined {
  const { name, form } = definition;
  const { row, field = 0, value } = change;
  const pair = map.items.find((each) => findDefinition(definition.scope, keyOf(each))?.name === name);
  const node = pair?.value;
  const place = yaml.placeOf(pair?.key);
  const numberOf = (each: unknown): number | undefined => {
    const written = writtenOf(yaml, each, place);
    if (written?.type === 'boolean') return Number(/^true$/i.test(written.text));
    return written && isNumber(written.text) ? Number(written.text) : undefined;
  };
  const replaced = (each: unknown): Splice | undefined => {
    if (numberOf(each) === value) return undefined;
    const splice = replaceScalar(text, each, value);
    if (!splice) throw editErrors.notEditable(place, name);
    return splice;
  };
  const otherKeys = definition.scope === 'general' ? SECTION_NAMES : CAMERA_KEYS.filter((key) => key !== 'index');
  const ownKeys = map.items.filter((each) => !otherKeys.includes(keyOf(each)));
  const isEmpty = pair !== undefined && writtenOf(yaml, node, place)?.type === 'empty';
  const orRefuse = (splice: Splice | undefined): Splice => {
    if (!splice) throw editErrors.notEditable(place, name);
    return splice;
  };

  switch (form) {
    case 'value':
    case 'values':
    case 'list': {
      if (!pair && field === 0) return orRefuse(addPair(text, map, ownKeys, name, { inline: String(value) }));
      if (isEmpty && field === 0) return fillEmpty(text, pair, { inline: String(value) });
      if (isSeq(node)) return replaced(node.items[field] ?? throwNotEditable());
      return field === 0 ? replaced(node) : throwNotEditable();
    }
    case 'append': {
      if (!pair) return orRefuse(addPair(text, map, ownKeys, name, { inline: `[${value}]` }));
      if (isEmpty) return fillEmpty(text, pair, { inline: `[${value}]` });
      if (!isSeq(node)) return throwNotEditable();
      const held = node.items.flatMap((item): readonly unknown[] => (isSeq(item) ? item.items : [item]));
      if (held.some((item) => numberOf(item) === value)) return undefined;
      return orRefuse(addItem(text, node, isSeq(node.items[0]) ? `[${value}]` : String(value)));
    }
    case 'rows': {
      const others = unknownFields[name];
      if (row === undefined || !others || field < 1 || field > others.length) return throwNotEditable();
      const newRow = `[${[row, ...others.with(field - 1, value)].join(', ')}]`;
      if (!pair) return orRefuse(addPair(text, map, ownKeys, name, { row: newRow }));
      if (isEmpty) return fillEmpty(text, pair, { row: newRow });
      if (!isSeq(node)) return throwNotEditable();
      const rowNumbers = node.items.map((item) => (isSeq(item) ? numberOf(item.items[0]) : undefined));
      const at = rowNumbers.lastIndexOf(row);
      if (at < 0)
        return orRefuse(
          addRow(
            text,
            node,
            newRow,
            rowNumbers.findLastIndex((each) => each !== undefined && each < row),
          ),
        );
      const found = node.items[at];
      return replaced((isSeq(found) ? found.items[field] : undefined) ?? throwNotEditable());
    }
    default:
      return throwNotEditable();
  }

  function throwNotEditable(): never {
    throw editErrors.notEditable(place, name);
  }
}

/** Reads the new text again and throws unless it has the values and is otherwise the same. */
function check(read: Reader, before: string, after: string, changes: readonly PropertyChange[]): void {
  const wasChanged = (scope: PropertyDefinition['scope'], key: string, camera?: number): boolean =>
    changes.some(
      (change) =>
        change.camera === camera &&
        findDefinition(scope, key)?.name === findDefinition(scope, change.property)?.name &&
        findDefinition(scope, key) !== undefined,
    );
  const others = (text: string): unknown => {
    const { yaml, root } = read(text);
    const content = root.toJS(yaml.document) as Record<string, unknown>;
    const cameras = Array.isArray(content['cameras']) ? (content['cameras'] as Record<string, unknown>[]) : undefined;
    const without = (map: Record<string, unknown>, scope: PropertyDefinition['scope'], camera?: number) =>
      Object.entries(map).filter(([key]) => !wasChanged(scope, key, camera));
    return [
      without({ ...content, cameras: undefined }, 'general'),
      cameras?.map((each) => without(each, 'camera', Number(each['index']))),
    ];
  };
  const written = changes.every((change) => editOne(read, after, change) === after);
  if (!written || !isDeepStrictEqual(others(before), others(after)))
    throw editErrors.notEditable(
      { file: read.file, line: 1, column: 1 },
      changes.map(({ property }) => property).join(', '),
    );
}
