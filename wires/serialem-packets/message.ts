import { WireError } from '../wire-error';
import { type Fields, type ValuesOf, fixedLength, hasArray } from './packet-function';

/** The numbers of a message whose names are not known to the compiler. */
export type AnyValues = Readonly<Record<string, number | boolean | Int32Array>>;

/** Most integers of an array: far more than any string or defect list needs. */
export const largestArray = 1 << 22;

/**
 * Writes a message: total length, head, longs, booleans, doubles, array; all little-endian and without gaps.
 * @param head code of a request, or status of a reply
 * @throws WireError `wire/bad-request` for a value that is missing, not a number or out of the range of its type
 */
export function encodeMessage(name: string, head: number, fields: Fields, values: AnyValues): Buffer {
  const array = hasArray(fields) ? arrayOf(name, values) : undefined;
  const total = fixedLength(fields) + 4 * (array?.length ?? 0);
  const buffer = Buffer.allocUnsafe(total);
  buffer.writeInt32LE(total, 0);
  buffer.writeInt32LE(head, 4);
  let at = 8;
  for (const field of fields.longs ?? []) {
    const value = field === 'arraySize' && array ? array.length : values[field];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff)
      throw badValue(name, field, value, 'a whole number of 32 bits');
    at = buffer.writeInt32LE(value, at);
  }
  for (const field of fields.booleans ?? []) {
    const value = values[field];
    if (typeof value !== 'boolean') throw badValue(name, field, value, 'true or false');
    at = buffer.writeInt32LE(value ? 1 : 0, at);
  }
  for (const field of fields.doubles ?? []) {
    const value = values[field];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw badValue(name, field, value, 'a finite number');
    at = buffer.writeDoubleLE(value, at);
  }
  for (const value of array ?? []) at = buffer.writeInt32LE(value, at);
  return buffer;
}

/**
 * Reads the numbers of a whole message whose length has been read already.
 * @param mostIntegers that its array may have
 * @throws WireError `wire/bad-reply` when the length is not the one that the fields ask for
 */
export function decodeMessage<F extends Fields>(
  name: string,
  message: Buffer,
  fields: F,
  mostIntegers = largestArray,
): ValuesOf<F> {
  const least = fixedLength(fields);
  if (message.length < least) throw wrongLength(name, message.length, least);
  const values: Record<string, number | boolean | Int32Array> = {};
  let at = 8;
  for (const field of fields.longs ?? []) {
    values[field] = message.readInt32LE(at);
    at += 4;
  }
  for (const field of fields.booleans ?? []) {
    values[field] = message.readInt32LE(at) !== 0;
    at += 4;
  }
  for (const field of fields.doubles ?? []) {
    values[field] = message.readDoubleLE(at);
    at += 8;
  }
  const count = hasArray(fields) ? (values.arraySize as number) : 0;
  if (count < 0 || count > mostIntegers || message.length !== least + 4 * count)
    throw wrongLength(name, message.length, least + 4 * count);
  if (hasArray(fields)) {
    delete values.arraySize;
    values.array = Int32Array.from({ length: count }, (_, index) => message.readInt32LE(at + 4 * index));
  }
  return values as ValuesOf<F>;
}

function arrayOf(name: string, { array }: AnyValues): Int32Array {
  if (!(array instanceof Int32Array) || array.length > largestArray)
    throw badValue(name, 'array', array, `an array of at most ${largestArray} integers`);
  return array;
}

const badValue = (name: string, field: string, value: unknown, wanted: string): WireError =>
  new WireError(
    'wire/bad-request',
    `${name}: ${field} cannot be ${String(value)}; it must be ${wanted}. Nothing was sent.`,
    'This is a fault of the program. Please keep the log and report it.',
  );

const wrongLength = (name: string, is: number, wanted: number): WireError =>
  new WireError(
    'wire/bad-reply',
    `${name}: a message of ${is} bytes came where ${wanted} bytes were due.`,
    'Check that the server is of a version that this program knows, and that nothing else answers on its port.',
  );
