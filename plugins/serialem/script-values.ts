import type { ScriptValue } from './transport';

const bytesOfLong = 4;
const bytesOfDouble = 8;

/** Packs the arguments of a command: integers, doubles, and texts that each end in a NUL, all from place 0, which is not used. */
export function packArguments(given: readonly ScriptValue[]): Int32Array {
  const items: readonly ScriptValue[] = ['', ...given];
  const numbers = items.map((item) => (typeof item === 'number' ? item : Number(item) || 0));
  const texts = Buffer.from(items.map((item) => `${item}\0`).join(''), 'latin1');
  const bytes = Buffer.alloc(
    items.length * (bytesOfLong + bytesOfDouble) + bytesOfLong * Math.ceil(texts.length / bytesOfLong),
  );
  numbers.forEach((value, at) => {
    bytes.writeInt32LE(Math.max(-0x80000000, Math.min(0x7fffffff, Math.trunc(value))), bytesOfLong * at);
    bytes.writeDoubleLE(value, bytesOfLong * items.length + bytesOfDouble * at);
  });
  texts.copy(bytes, items.length * (bytesOfLong + bytesOfDouble));
  return longsOf(bytes);
}

/** Longest filling in bytes after the last value of a report; SerialEM rounds up generously, and its first byte is a NUL. */
const maxFilling = 5;

/**
 * The report of a command: flags that mark the texts, then the numbers, then the texts, then filling; undefined for
 * anything else.
 */
export function unpackReport(array: Int32Array, last: number): readonly ScriptValue[] | undefined {
  const count = last + 1;
  const bytes = Buffer.alloc(bytesOfLong * array.length);
  array.forEach((value, at) => bytes.writeInt32LE(value, bytesOfLong * at));
  const textsAt = count * (bytesOfLong + bytesOfDouble);
  if (count < 0 || bytes.length < textsAt) return undefined;
  const flags = Array.from({ length: count }, (_, at) => bytes.readInt32LE(bytesOfLong * at));
  if (flags.some((flag) => flag !== 0 && flag !== 1)) return undefined;
  const values: ScriptValue[] = [];
  let at = textsAt;
  for (const [place, flag] of flags.entries()) {
    if (flag === 0) {
      values.push(bytes.readDoubleLE(bytesOfLong * count + bytesOfDouble * place));
      continue;
    }
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    values.push(bytes.toString('latin1', at, end));
    at = end + 1;
  }
  const filling = bytes.subarray(at);
  return filling.length > maxFilling || (filling.length > 0 && filling[0] !== 0) ? undefined : values;
}

const longsOf = (bytes: Buffer): Int32Array =>
  Int32Array.from({ length: bytes.length / bytesOfLong }, (_, at) => bytes.readInt32LE(bytesOfLong * at));
