import { counted } from '../../base';
import type { FieldType, PropertyDefinition } from '../definitions';
import { errorAt, type Problem, warningAt } from '../problem';
import { type Entry, isNumber, readInteger, readReal, type Row, type Written } from '../source';
import { fieldAt } from '../values';

/** Problems in the values of one property. */
export function checkEntry(entry: Entry): readonly Problem[] {
  const { definition, rows } = entry;
  if (!definition || definition.form === 'ignored' || definition.form === 'flag') return [];
  const found = rows.flatMap((row) => checkRow(entry, definition, row));
  const lines = definition.form === 'rows' || definition.form === 'table' ? rows.length : 0;
  if (definition.limit !== undefined && lines > definition.limit) {
    found.push(
      errorAt(
        'too-many-rows',
        entry.place,
        `${definition.name} has ${lines} rows; SerialEM takes ${definition.limit}.`,
        'Remove the rows that are not needed.',
      ),
    );
  }
  return found;
}

function checkRow(entry: Entry, definition: PropertyDefinition, row: Row): readonly Problem[] {
  const found = row.flatMap((written, position) => {
    const type = fieldAt(definition, position);
    return type === undefined ? [] : checkValue(definition, type, written, position);
  });
  return found.length > 0 ? [...found, ...checkCount(entry, definition, row)] : checkCount(entry, definition, row);
}

function checkCount(entry: Entry, definition: PropertyDefinition, row: Row): readonly Problem[] {
  const { name, fields, rest, required } = definition;
  const place = row[0]?.place ?? entry.place;
  const inTable = definition.form === 'table';
  const least = Math.max(required, definition.form === 'list' || definition.form === 'append' ? 1 : 0);
  if (row.length === 0 && least > 0) {
    const text = fields[0] === 'text' || fields[0] === 'token';
    return [
      (text ? warningAt : errorAt)(
        'missing-value',
        place,
        `${name} has no value.`,
        text ? 'Write its value, or remove it.' : 'Write its value, or remove it; SerialEM reads 0.',
      ),
    ];
  }
  if (row.length < least) {
    const message = `${inTable ? `A row of ${name}` : name} needs ${least} values, but has ${row.length}.`;
    return [errorAt(inTable ? 'table-row' : 'wrong-count', place, message, `The values are: ${definition.meaning}`)];
  }
  const extra = rest ? (row.length - fields.length) % rest.length : row.length - fields.length;
  const most =
    definition.form === 'list' || definition.form === 'append'
      ? definition.limit
      : definition.restLimit && fields.length + definition.restLimit * rest!.length;
  if (rest && extra > 0)
    return [
      errorAt(
        'wrong-count',
        place,
        `${name} takes its values in groups of ${rest.length}.`,
        'Complete or remove the last group.',
      ),
    ];
  if (rest && most !== undefined && row.length > most)
    return [
      errorAt(
        'wrong-count',
        row[most]!.place,
        `${name} has ${counted(row.length, 'value')}; SerialEM takes ${most}.`,
        'Remove the last ones.',
      ),
    ];
  if (!rest && extra > 0) {
    const surplus = row[fields.length]!;
    const message = `${inTable ? `A row of ${name}` : name} takes ${fields.length === 1 ? 'one value' : `${fields.length} values`}, but has ${row.length}.`;
    const hint = `Remove what follows "${row[fields.length - 1]!.text}", or put a # before it if it is a comment.`;
    // Words after numbers are a comment whose # was forgotten; SerialEM ignores them.
    return [(isNumber(surplus.text) ? errorAt : warningAt)('wrong-count', surplus.place, message, hint)];
  }
  return [];
}

function checkValue(
  definition: PropertyDefinition,
  type: FieldType,
  written: Written,
  position: number,
): readonly Problem[] {
  const { name } = definition;
  const { text, place } = written;
  if (written.type === 'empty')
    return [errorAt('missing-value', place, `A value of ${name} is missing.`, 'Write the value.')];
  if (type === 'text') return checkText(name, written);
  if (type === 'token') {
    return /[ \t]/.test(text)
      ? [
          errorAt(
            'wrong-type',
            place,
            `${name} takes one word, but "${text}" has blanks in it.`,
            'Write it without blanks.',
          ),
        ]
      : [];
  }
  if (written.type === 'boolean')
    return type === 'boolean' || isSwitch(definition)
      ? []
      : [errorAt('wrong-type', place, `${name} is a number, but "${text}" is written.`, 'Write the number.')];
  if (!isNumber(text)) return [notANumber(definition, type, written)];
  if (type === 'int' && !/^[+-]?\d+\.?0*$/.test(text)) {
    return [
      warningAt(
        'not-whole',
        place,
        `${name} is a whole number; SerialEM reads ${readInteger(text)} from ${text}.`,
        'Write a whole number.',
      ),
    ];
  }
  return [...(position === 0 ? checkAllowed(definition, type, written) : []), ...checkRange(definition, written)];
}

const isSwitch = (definition: PropertyDefinition): boolean =>
  definition.codes !== undefined && definition.codes.includes(0) && definition.codes.includes(1);

function checkText(name: string, { text, place }: Written): readonly Problem[] {
  const comment = /(^|[ \t])#/.exec(text);
  if (!comment) return [];
  const column = place.column + comment.index + comment[1]!.length;
  return [
    warningAt(
      'comment-in-text',
      { ...place, column },
      `"${text.slice(comment.index).trim()}" is not a comment here, but part of the value of ${name}.`,
      'Remove it, or move it to a line of its own.',
    ),
  ];
}

function notANumber(definition: PropertyDefinition, type: FieldType, { text, place }: Written): Problem {
  const { name } = definition;
  const read = type === 'float' ? readReal(text) : readInteger(text);
  if (/^[-+.\de]+(, *[-+.\de]*)+$/i.test(text)) {
    return errorAt(
      'comma',
      place,
      `Commas do not separate values: of "${text}" ${name} takes only ${read}.`,
      'Separate the values by blanks, or in YAML write a list: [1, 2].',
    );
  }
  if (/^(yes|no|true|false|on|off)$/i.test(text)) {
    return errorAt(
      'wrong-type',
      place,
      `${name} is a number; SerialEM reads "${text}" as 0.`,
      type === 'boolean' || isSwitch(definition) ? 'Write 1 or 0.' : 'Write the number.',
    );
  }
  if (/^[^#]+#/.test(text) && isNumber(text.slice(0, text.indexOf('#')))) {
    return warningAt(
      'comment-sticks',
      place,
      `"${text}" is one word; ${name} is read as ${read}.`,
      'Put a blank before the #.',
    );
  }
  return errorAt(
    'wrong-type',
    place,
    `${name} is a number, but "${text}" is written; SerialEM reads ${read}.`,
    'Write the number.',
  );
}

function checkAllowed(definition: PropertyDefinition, type: FieldType, { text, place }: Written): readonly Problem[] {
  const { name, codes } = definition;
  const value = readReal(text);
  if (type === 'boolean' && value !== 0 && value !== 1)
    return [warningAt('out-of-range', place, `${name} is 0 or 1; ${text} counts as 1.`, 'Write 0 or 1.')];
  if (codes && !codes.includes(value))
    return [
      errorAt(
        'out-of-range',
        place,
        `${name} cannot be ${text}.`,
        `Allowed: ${codes.join(', ')}. ${definition.meaning}`,
      ),
    ];
  return [];
}

function checkRange({ name, range, units, meaning }: PropertyDefinition, { text, place }: Written): readonly Problem[] {
  const value = readReal(text);
  if (!range || (value >= range[0] && value <= range[1])) return [];
  // Some units in the table of the properties are the limits themselves.
  const unit = units === undefined || /\d/.test(units) || units === 'ratio' || units === 'factor' ? '' : ` ${units}`;
  return [
    errorAt(
      'out-of-range',
      place,
      `${name} cannot be ${text}.`,
      `Allowed: ${range[0]} to ${range[1]}${unit}. ${meaning}`,
    ),
  ];
}
