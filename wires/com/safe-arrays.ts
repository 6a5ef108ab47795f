import { ComArray, type ComResult, type ComType } from './automation';
import { checkResult, comErrors } from './com-error';
import type { Address, Native } from './native';
import { elementBytesOf, numbersOf } from './number-kinds';

/** Reads and writes the elements of arrays that are not numbers. */
export interface ElementValues {
  readonly native: Native;
  readCell(call: string, from: Buffer, at: number, type: ComType): ComResult;
  writeCell(call: string, into: Buffer, at: number, type: ComType, value: ComResult): void;
}

const headBytes = 24;
const maxDimensions = 16;
/** Limit of one array; no server has a reason to send more. */
const maxBytes = 2 ** 31;

/** Copies an array of a server. Throws `com/bad-value` when it is of a type that this program does not know. */
export function readArray(values: ElementValues, call: string, array: Address, type: ComType): ComArray {
  const { native } = values;
  const head = Buffer.alloc(headBytes);
  native.read(array, head, headBytes);
  const dimensions = head.readUInt16LE(0);
  const elementBytes = head.readUInt32LE(4);
  if (dimensions < 1 || dimensions > maxDimensions)
    throw comErrors.unknownType(call, `an array of ${dimensions} dimensions`);
  const bounds = Buffer.alloc(8 * dimensions);
  native.read(array + BigInt(headBytes), bounds, bounds.length);
  // The last index stands first.
  const places = Array.from({ length: dimensions }, (_, dimension) => 8 * (dimensions - 1 - dimension));
  const lengths = places.map((at) => bounds.readUInt32LE(at));
  const lowest = places.map((at) => bounds.readInt32LE(at + 4));
  const count = lengths.reduce((product, length) => product * length, 1);
  const kind = numbersOf(type);
  if (elementBytes !== elementBytesOf(type) || count * elementBytes > maxBytes)
    throw comErrors.unknownType(call, `an array of ${count} elements of ${elementBytes} bytes as type ${type}`);
  const data = (into: NodeJS.ArrayBufferView): void => {
    if (count === 0) return;
    const place = Buffer.allocUnsafeSlow(8);
    checkResult(call, native.SafeArrayAccessData(array, native.addressOf(place)));
    try {
      native.read(place.readBigUInt64LE(0), into, count * elementBytes);
    } finally {
      native.SafeArrayUnaccessData(array);
    }
  };
  if (kind) {
    const elements = new kind[2](count);
    data(elements);
    return new ComArray(type, lengths, elements, lowest);
  }
  const raw = Buffer.alloc(count * elementBytes);
  data(raw);
  const elements = Array.from({ length: count }, (_, at) => values.readCell(call, raw, elementBytes * at, type));
  return new ComArray(type, lengths, elements, lowest);
}

/** Makes an array of Windows. Clearing the value that holds it frees it. */
export function writeArray(
  values: ElementValues,
  call: string,
  { type, lengths, elements, lowest }: ComArray,
): Address {
  const { native } = values;
  const count = lengths.reduce((product, length) => product * length, 1);
  if (elements.length !== count || lowest.length !== lengths.length)
    throw comErrors.badValue(call, `an array of ${lengths.join(' x ')} has ${elements.length} elements`);
  const raw = rawElements(values, call, type, elements);
  const bounds = Buffer.alloc(8 * lengths.length);
  for (const [dimension, length] of lengths.entries()) {
    bounds.writeUInt32LE(length, 8 * dimension);
    bounds.writeInt32LE(lowest[dimension]!, 8 * dimension + 4);
  }
  const array = native.SafeArrayCreate(type, lengths.length, bounds);
  if (!array) throw comErrors.badValue(call, `Windows cannot make an array of ${lengths.join(' x ')} of type ${type}`);
  if (count === 0) return array;
  const place = Buffer.allocUnsafeSlow(8);
  checkResult(call, native.SafeArrayAccessData(array, native.addressOf(place)));
  native.write(place.readBigUInt64LE(0), raw, raw.byteLength);
  native.SafeArrayUnaccessData(array);
  return array;
}

function rawElements(
  values: ElementValues,
  call: string,
  type: ComType,
  elements: ComArray['elements'],
): NodeJS.ArrayBufferView {
  const kind = numbersOf(type);
  if (kind && elements instanceof kind[2]) return elements;
  if (ArrayBuffer.isView(elements)) throw comErrors.badValue(call, `these numbers are not of type ${type}`);
  const elementBytes = elementBytesOf(type);
  const raw = Buffer.alloc(elements.length * elementBytes);
  for (const [at, element] of elements.entries()) values.writeCell(call, raw, elementBytes * at, type, element);
  return raw;
}
