import { createHash } from 'node:crypto';

/** A value of a call in a form that JSON can hold. */
export type Plain = string | number | boolean | undefined | readonly Plain[] | { readonly [name: string]: Plain };

const arrays = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
} as const;
type ArrayName = keyof typeof arrays;
/** Arrays of more elements than this are images, or as large. */
const maxElements = 256;
/** Numbers that JSON cannot write. */
const oddNumbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

/**
 * Writes a value plainly: large arrays as a reference with a hash, or completely with `images`; signals and functions
 * are left out.
 */
export function toPlain(value: unknown, images: boolean): Plain {
  if (value === undefined || value === null || typeof value === 'function' || value instanceof AbortSignal)
    return undefined;
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (ArrayBuffer.isView(value)) return plainArray(value, images);
  if (value instanceof Set) return { $set: [...value].map((each) => toPlain(each, images)) };
  if (Array.isArray(value)) return value.map((each) => toPlain(each, images));
  if (value instanceof Error) return plainError(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const plain = toPlain(each, images);
      return plain === undefined ? [] : [[name, plain]];
    }),
  );
}

/** Makes a value of its plain form again. An image of which only the hash was kept comes back black. */
export function fromPlain(plain: Plain): unknown {
  if (typeof plain !== 'object') return plain;
  if (Array.isArray(plain)) return plain.map((each: Plain) => fromPlain(each));
  const { $number, $set, $array, length, data } = plain as Record<string, Plain>;
  if (typeof $number === 'string') return $number === '-0' ? -0 : oddNumbers[$number];
  if (Array.isArray($set)) return new Set($set.map((each: Plain) => fromPlain(each)));
  if (typeof $array === 'string') {
    const Type = arrays[$array as ArrayName] ?? Uint8Array;
    if (typeof data !== 'string') return new Type(length as number);
    const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
    return new Type(bytes.buffer, 0, length as number);
  }
  return Object.fromEntries(Object.entries(plain as object).map(([name, each]) => [name, fromPlain(each as Plain)]));
}

/** The parts of an error that are needed to throw it again. */
export function plainError(error: unknown): Plain {
  const { name, message, code, hint } = error as Partial<Record<'name' | 'message' | 'code' | 'hint', unknown>>;
  return Object.fromEntries(
    Object.entries({ name, message: message ?? String(error), code, hint }).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  );
}

/** The error that was recorded. */
export function errorOf(plain: Plain): Error {
  const { message, ...rest } = plain as Record<string, string>;
  return Object.assign(new Error(message), rest);
}

function plainArray(view: ArrayBufferView, images: boolean): Plain {
  const array = view as Uint8Array;
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  // A Buffer comes back as the array that it is.
  const name = array.constructor.name in arrays ? array.constructor.name : 'Uint8Array';
  const whole = images || array.length <= maxElements;
  return {
    $array: name,
    length: array.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...(whole && { data: bytes.toString('base64') }),
  };
}
