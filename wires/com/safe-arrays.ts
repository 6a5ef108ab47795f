import { ComArray, type ComNumbers, type ComResult, type ComType, comTypes } from './automation';
import { comErrors } from './com-error';
import type { Address } from './native';
import { type Variants, checkResult, variantBytes } from './variants';

type ReadNumber = (from: Buffer, at: number) => number | bigint;
type WriteNumber = (into: Buffer, at: number, value: number | bigint) => void;
type NumbersClass = { new (length: number): ComNumbers; readonly BYTES_PER_ELEMENT: number };

const asBig = (value: number | bigint): bigint => BigInt(value);
const int = [
  (from, at) => from.readInt32LE(at),
  (into, at, value) => into.writeInt32LE(Number(value), at),
  Int32Array,
] as const satisfies NumberKind;
const uint = [
  (from, at) => from.readUInt32LE(at),
  (into, at, value) => into.writeUInt32LE(Number(value), at),
  Uint32Array,
] as const satisfies NumberKind;
const double = [
  (from, at) => from.readDoubleLE(at),
  (into, at, value) => into.writeDoubleLE(Number(value), at),
  Float64Array,
] as const satisfies NumberKind;
type NumberKind = readonly [ReadNumber, WriteNumber, NumbersClass];

const numberKinds: ReadonlyMap<number, NumberKind> = new Map<number, NumberKind>([
  [comTypes.i1, [(from, at) => from.readInt8(at), (into, at, value) => into.writeInt8(Number(value), at), Int8Array]],
  [
    comTypes.u1,
    [(from, at) => from.readUInt8(at), (into, at, value) => into.writeUInt8(Number(value), at), Uint8Array],
  ],
  [
    comTypes.i2,
    [(from, at) => from.readInt16LE(at), (into, at, value) => into.writeInt16LE(Number(value), at), Int16Array],
  ],
  [
    comTypes.u2,
    [(from, at) => from.readUInt16LE(at), (into, at, value) => into.writeUInt16LE(Number(value), at), Uint16Array],
  ],
  [comTypes.i4, int],
  [comTypes.int, int],
  [comTypes.u4, uint],
  [comTypes.uint, uint],
  [
    comTypes.i8,
    [(from, at) => from.readBigInt64LE(at), (into, at, value) => into.writeBigInt64LE(asBig(value), at), BigInt64Array],
  ],
  [
    comTypes.u8,
    [
      (from, at) => from.readBigUInt64LE(at),
      (into, at, value) => into.writeBigUInt64LE(asBig(value), at),
      BigUint64Array,
    ],
  ],
  [
    comTypes.r4,
    [(from, at) => from.readFloatLE(at), (into, at, value) => into.writeFloatLE(Number(value), at), Float32Array],
  ],
  [comTypes.r8, double],
  [comTypes.date, double],
]);

/** How a number of one type is read and written, and the class of an array of them; undefined for what is no number. */
export const numbersOf = (type: number): NumberKind | undefined => numberKinds.get(type);

const headBytes = 24;
const mostDimensions = 16;
/** No server has a reason to send more than this in one array. */
const mostBytes = 2 ** 31;

/** Copies an array of a server. Throws `com/bad-value` when it is of a type that this program does not know. */
export function readArray(variants: Variants, call: string, array: Address, type: ComType): ComArray {
  const { native } = variants;
  const head = Buffer.alloc(headBytes);
  native.read(array, head, headBytes);
  const dimensions = head.readUInt16LE(0);
  const elementBytes = head.readUInt32LE(4);
  if (dimensions < 1 || dimensions > mostDimensions)
    throw comErrors.unknownType(call, `an array of ${dimensions} dimensions`);
  const bounds = Buffer.alloc(8 * dimensions);
  native.read(array + BigInt(headBytes), bounds, bounds.length);
  // The last index stands first.
  const places = Array.from({ length: dimensions }, (_, dimension) => 8 * (dimensions - 1 - dimension));
  const lengths = places.map((at) => bounds.readUInt32LE(at));
  const lowest = places.map((at) => bounds.readInt32LE(at + 4));
  const count = lengths.reduce((product, length) => product * length, 1);
  const kind = numbersOf(type);
  const expected = kind
    ? kind[2].BYTES_PER_ELEMENT
    : type === comTypes.bool
      ? 2
      : type === comTypes.variant
        ? variantBytes
        : 8;
  if (elementBytes !== expected || count * elementBytes > mostBytes)
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
  const elements = Array.from({ length: count }, (_, at): ComResult =>
    type === comTypes.variant
      ? variants.read(call, raw, variantBytes * at)
      : variants.readCell(call, raw, elementBytes * at, type),
  );
  return new ComArray(type, lengths, elements, lowest);
}

/** Makes an array of Windows; it belongs to whoever clears the value that it is put into. */
export function writeArray(variants: Variants, call: string, { type, lengths, elements, lowest }: ComArray): Address {
  const { native } = variants;
  const count = lengths.reduce((product, length) => product * length, 1);
  if (elements.length !== count || lowest.length !== lengths.length)
    throw comErrors.badValue(call, `an array of ${lengths.join(' x ')} has ${elements.length} elements`);
  const raw = rawElements(variants, call, type, elements);
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
  variants: Variants,
  call: string,
  type: ComType,
  elements: ComArray['elements'],
): NodeJS.ArrayBufferView {
  const kind = numbersOf(type);
  if (kind && elements instanceof kind[2]) return elements;
  if (ArrayBuffer.isView(elements)) throw comErrors.badValue(call, `these numbers are not of type ${type}`);
  const elementBytes = kind
    ? kind[2].BYTES_PER_ELEMENT
    : type === comTypes.bool
      ? 2
      : type === comTypes.variant
        ? variantBytes
        : 8;
  const raw = Buffer.alloc(elements.length * elementBytes);
  for (const [at, element] of elements.entries()) {
    if (type === comTypes.variant) variants.write(call, raw, variantBytes * at, element);
    else variants.writeValue(call, raw, elementBytes * at, type, element);
  }
  return raw;
}
