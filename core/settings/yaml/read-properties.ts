import { type YAMLMap, isMap, isScalar, isSeq } from 'yaml';
import type { Place } from '../../base';
import { definitions, findDefinition, type PropertyDefinition } from '../definitions';
import { errorAt, MAX_PROBLEMS, nearestName, type Problem } from '../problem';
import { type Entry, type Row, type Section, isNumber, readInteger } from '../source';
import { checkExtraLines } from './extra-lines';
import { keyOf, rowOf, writtenOf, type YamlText } from './nodes';

type Report = (problem: Problem) => void;

/** Keys of the top level that are not SerialEM properties. */
export const SECTION_NAMES: readonly string[] = [
  'cameras',
  'parameterSets',
  'plugins',
  'calibrations',
  'userSettings',
  'limits',
  'simulator',
  'properties-file',
  'properties-extra',
  'properties-order',
];
/** Highest number of a camera. */
export const HIGHEST_CAMERA = 5;
/** Keys of a camera that are not SerialEM properties. */
export const CAMERA_KEYS: readonly string[] = ['index', 'properties-extra', 'properties-order'];

/** Reads the properties of a map, leaving out the keys in `others`. */
export function readProperties(
  yaml: YamlText,
  map: YAMLMap,
  scope: PropertyDefinition['scope'],
  others: readonly string[],
  report: Report,
): readonly Entry[] {
  const entries: Entry[] = [];
  const first = new Map<string, Place>();
  let unknown = 0;
  for (const pair of map.items) {
    const key = keyOf(pair);
    const place = yaml.placeOf(pair.key);
    const definition = findDefinition(scope, key);
    const name = definition?.name ?? key;
    const earlier = first.get(name);
    if (earlier) {
      report(
        errorAt(
          'duplicate-key',
          place,
          `${name} is entered twice; line ${earlier.line} has it already.`,
          'Keep one of the two. A property with several lines is written as one list of rows.',
        ),
      );
    }
    first.set(name, earlier ?? place);
    if (others.includes(key)) continue;
    if (!definition) {
      report(unknownKey(scope, key, place, others, ++unknown <= MAX_PROBLEMS));
      continue;
    }
    const rows = readRows(yaml, definition, pair.value, place, report);
    if (rows) entries.push({ name, definition, place, ...rows });
  }
  return entries;
}

/**
 * The problem for a name that is not a property of its scope. Without `suggest` it does not look for the most similar
 * name: that takes time, which a long list of wrong names is not worth.
 */
export function unknownKey(
  scope: PropertyDefinition['scope'],
  key: string,
  place: Place,
  others: readonly string[] = [],
  suggest = true,
): Problem {
  const elsewhere = findDefinition(scope === 'general' ? 'camera' : 'general', key);
  if (elsewhere && scope === 'general') {
    return errorAt(
      'camera-key-outside',
      place,
      `${elsewhere.name} is a property of a camera and has no effect here.`,
      'Move it into the camera that it belongs to.',
    );
  }
  if (elsewhere)
    return errorAt(
      'general-key-in-camera',
      place,
      `${elsewhere.name} is not a property of a camera and has no effect here.`,
      'Move it out of the camera.',
    );
  if (/^(End)?CameraProperties$/i.test(key))
    return errorAt(
      'unknown-key',
      place,
      `${key} opens or closes a camera in a properties file only.`,
      'Describe each camera as an element of the list "cameras:", beginning with "- index: 0".',
    );
  if (/^SerialEMProperties$/i.test(key))
    return errorAt(
      'unknown-key',
      place,
      `${key} is the header of a properties file and has no place here.`,
      'Remove it.',
    );
  const near = suggest ? nearestName(key, [...definitions[scope].map((each) => each.name), ...others]) : undefined;
  const hint =
    near === undefined
      ? 'Correct or remove it; a line that SerialEM of another version needs can be kept under properties-extra.'
      : `Did you mean ${near}?`;
  return errorAt(
    'unknown-key',
    place,
    `"${key}" is not a property that is known${scope === 'camera' ? ' for a camera' : ''}.`,
    hint,
  );
}

type Rows = { readonly rows: readonly Row[]; readonly header?: Row };

function readRows(
  yaml: YamlText,
  definition: PropertyDefinition,
  node: unknown,
  place: Place,
  report: Report,
): Rows | undefined {
  const wrongShape = (wanted: string): undefined => {
    report(
      errorAt(
        'wrong-shape',
        node ? yaml.placeOf(node) : place,
        `${definition.name} should be ${wanted}.`,
        shapeHint(definition),
      ),
    );
    return undefined;
  };
  const scalar = writtenOf(yaml, node, place);
  if (definition.form === 'flag') return readFlag(yaml, definition, node, place, report);
  if (scalar) {
    if (scalar.type === 'empty') return { rows: [[]] };
    return definition.form === 'table' ? wrongShape('a list of rows') : { rows: [[scalar]] };
  }
  if (isMap(node) && definition.name === 'DoseRateTable') return readScaledTable(yaml, node, place, wrongShape);
  if (!isSeq(node)) return wrongShape(shapeOf(definition));
  const flat = rowOf(yaml, node, place);
  const manyRows = definition.form === 'table' || definition.form === 'rows' || definition.form === 'append';
  if (!manyRows) return flat ? { rows: [flat] } : wrongShape(shapeOf(definition));
  if (flat && definition.form === 'append') return flat.length === 0 ? { rows: [] } : { rows: [flat] };
  const oneField = definition.fields.length === 1 && !definition.rest;
  const rows: Row[] = [];
  for (const item of node.items) {
    const row = rowOf(yaml, item, place);
    const single = writtenOf(yaml, item, place);
    if (row) rows.push(row);
    else if (single && (oneField || definition.form === 'append')) rows.push([single]);
    else {
      report(
        errorAt(
          'wrong-shape',
          isScalar(item) || isSeq(item) || isMap(item) ? yaml.placeOf(item) : place,
          `Each row of ${definition.name} should be a list of values.`,
          shapeHint(definition),
        ),
      );
    }
  }
  return { rows };
}

function readScaledTable(
  yaml: YamlText,
  node: YAMLMap,
  place: Place,
  wrongShape: (wanted: string) => undefined,
): Rows | undefined {
  const scaling = writtenOf(yaml, node.get('scaling', true), place);
  const rows = node.get('rows', true);
  if (!scaling || !isNumber(scaling.text) || !isSeq(rows) || node.items.length !== 2)
    return wrongShape('a list of rows, or a map of scaling and rows');
  const read = rows.items.map((item) => rowOf(yaml, item, place));
  if (read.some((row) => row === undefined)) return wrongShape('a map of scaling and a list of rows');
  return { rows: read as Row[], header: [{ text: String(read.length), type: 'plain', place }, scaling] };
}

/** A flag is on when its line exists; `1` keeps the usual value after it. */
function readFlag(
  yaml: YamlText,
  definition: PropertyDefinition,
  node: unknown,
  place: Place,
  report: Report,
): Rows | undefined {
  const row = rowOf(yaml, node, place);
  if (row) return { rows: [row] };
  const scalar = writtenOf(yaml, node, place);
  if (scalar?.type === 'boolean') return /^false$/i.test(scalar.text) ? undefined : { rows: [[]] };
  if (scalar && isNumber(scalar.text) && readInteger(scalar.text) !== 0) return { rows: [[scalar]] };
  report(
    errorAt(
      'wrong-type',
      scalar?.place ?? place,
      `${definition.name} should be true or false.`,
      'SerialEM switches it on whenever its line is there, whatever the value; leave it out to switch it off.',
    ),
  );
  return undefined;
}

/** The expected form of a property's value, in words. */
export function shapeOf(definition: PropertyDefinition): string {
  switch (definition.form) {
    case 'value':
      return 'one value';
    case 'values':
      return definition.required === definition.fields.length
        ? `a list of ${definition.required} values`
        : `a list of ${definition.required} to ${definition.fields.length} values`;
    case 'list':
    case 'append':
      return 'a list of values';
    default:
      return definition.fields.length === 1 && !definition.rest ? 'a list' : 'a list of rows';
  }
}

const shapeHint = (definition: PropertyDefinition): string => {
  const row = [...definition.fields, ...(definition.rest ?? [])]
    .map((type) => (type === 'token' || type === 'text' ? `'...'` : type === 'boolean' ? '1' : '0'))
    .join(', ');
  if (definition.form === 'value') return `Write ${definition.name}: ${row}`;
  return definition.form === 'rows' || definition.form === 'table'
    ? `Write each row below ${definition.name} as "- [${row}]".`
    : `Write ${definition.name}: [${row}]`;
};

/** Reads the list of cameras. */
export function readCameras(yaml: YamlText, node: unknown, place: Place, report: Report): readonly Section[] {
  if (!isSeq(node)) {
    report(
      errorAt(
        'wrong-shape',
        place,
        'cameras should be a list, one camera an element.',
        'Write each camera as "- index: 0" with its properties below.',
      ),
    );
    return [];
  }
  const sections: Section[] = [];
  for (const item of node.items) {
    const at = isMap(item) || isScalar(item) || isSeq(item) ? yaml.placeOf(item) : place;
    if (!isMap(item)) {
      report(
        errorAt(
          'wrong-shape',
          at,
          'A camera should be a map of its properties.',
          'Write "- index: 0" with the properties below it.',
        ),
      );
      continue;
    }
    const index = writtenOf(yaml, item.get('index', true), at);
    if (!index || !/^[+-]?\d+$/.test(index.text)) {
      report(
        errorAt(
          'camera-index',
          index?.place ?? at,
          'A camera needs its number.',
          'Write "index: 0" (0 to 5) as its first line; a negative number parks it.',
        ),
      );
    }
    const number = index && /^[+-]?\d+$/.test(index.text) ? Number(index.text) : undefined;
    if (number !== undefined && number > HIGHEST_CAMERA) {
      report(
        errorAt(
          'camera-index',
          index!.place,
          `A camera cannot have the number ${number}.`,
          `Write 0 to ${HIGHEST_CAMERA}; a negative number parks it.`,
        ),
      );
    }
    if (number !== undefined && number >= 0 && sections.some((section) => section.index === number)) {
      report(
        errorAt(
          'duplicate-camera',
          index!.place,
          `Camera ${number} is described twice.`,
          'Join the two, or give this one its own number.',
        ),
      );
    }
    const entries = readProperties(yaml, item, 'camera', CAMERA_KEYS, report);
    checkExtraLines(yaml, item).forEach(report);
    sections.push({ scope: 'camera', index: number ?? sections.length, entries, place: index?.place ?? at });
  }
  return sections;
}
