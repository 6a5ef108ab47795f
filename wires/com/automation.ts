/** Windows' numbers of the types that a value may have on its way to a server. */
export const comTypes = {
  empty: 0,
  null: 1,
  i2: 2,
  i4: 3,
  r4: 4,
  r8: 5,
  date: 7,
  text: 8,
  object: 9,
  error: 10,
  bool: 11,
  variant: 12,
  unknown: 13,
  i1: 16,
  u1: 17,
  u2: 18,
  u4: 19,
  i8: 20,
  u8: 21,
  int: 22,
  uint: 23,
} as const;
/** One of Windows' numbers of types. */
export type ComType = (typeof comTypes)[keyof typeof comTypes];

/** Numbers as they lie in memory, in an array of a server. */
export type ComNumbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array from or for a server. Elements lie with the first index running fastest. */
export class ComArray {
  /**
   * @param type of the elements
   * @param lengths of the dimensions, in the order of the indexes
   * @param lowest index of each dimension; 0 by default
   */
  constructor(
    readonly type: ComType,
    readonly lengths: readonly number[],
    readonly elements: ComNumbers | readonly ComResult[],
    readonly lowest: readonly number[] = lengths.map(() => 0),
  ) {}
}

/** A value with an explicit type, for a server that is strict about it. */
export class Typed {
  constructor(
    readonly type: ComType,
    readonly value: ComPlain,
  ) {}
}

/** An argument that the server writes its answer into; `value` holds it after the call. */
export class ByReference {
  constructor(
    readonly type: ComType,
    public value: ComResult = undefined,
  ) {}
}

/** A status code that a server handed over as a value, as an unsigned number. */
export class ComStatus {
  constructor(readonly result: number) {}
}

type ComPlain = number | bigint | string | boolean | undefined;
/** An answer of a server; undefined for nothing. */
export type ComResult = ComPlain | AutomationObject | ComArray | ComStatus;
/**
 * A value that can be sent: a whole number that fits as 32-bit integer, another number as double, and undefined as a
 * missing argument.
 */
export type ComValue = ComResult | Typed | ByReference;

/** An object of an automation server. All members go by the names that the server gives them; capitals do not matter. */
export interface AutomationObject {
  /** Name of the object in messages. */
  readonly name: string;
  /** Reads a property, with indexes where it has some. */
  get(member: string, ...indexes: readonly ComValue[]): ComResult;
  /** Writes a property; an object is handed over by reference where the server takes it in no other way. */
  put(member: string, value: ComValue, ...indexes: readonly ComValue[]): void;
  /** Makes a property refer to another object. */
  putReference(member: string, value: ComValue): void;
  /** Calls a method. */
  call(member: string, ...given: readonly ComValue[]): ComResult;
  /** True when the server knows a member of that name. */
  has(member: string): boolean;
  /** The elements of a collection, in its own order. */
  items(): readonly ComResult[];
  /** Lets the object go; it must not be used afterwards. Letting go twice does nothing. */
  release(): void;
}

/** True when an answer is an object of a server. */
export const isObject = (value: ComValue): value is AutomationObject =>
  typeof value === 'object' && 'putReference' in value;

/** Sends a number as 16-bit integer. */
export const asShort = (value: number): Typed => new Typed(comTypes.i2, value);
/** Sends a number as 32-bit integer. */
export const asLong = (value: number): Typed => new Typed(comTypes.i4, value);
/** Sends a number as 32-bit float. */
export const asFloat = (value: number): Typed => new Typed(comTypes.r4, value);
/** Sends a number as double, whole or not. */
export const asDouble = (value: number): Typed => new Typed(comTypes.r8, value);
