import { type ComNumbers, comTypes } from './automation';

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

/** The reader, the writer and the array class of a type of number; undefined for another type. */
export const numbersOf = (type: number): NumberKind | undefined => numberKinds.get(type);

/** Bytes of one VARIANT on a 64-bit machine. */
export const variantBytes = 24;

/** Bytes of one element in an array of a type. */
export function elementBytesOf(type: number): number {
  const [, , Numbers] = numbersOf(type) ?? [];
  if (Numbers) return Numbers.BYTES_PER_ELEMENT;
  if (type === comTypes.bool) return 2;
  return type === comTypes.variant ? variantBytes : 8;
}
