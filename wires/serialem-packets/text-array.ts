import { WireError } from '../wire-error';

/**
 * Packs strings into the array of a message: each ends in a NUL, the last integer is filled up with NULs.
 * @throws WireError `wire/bad-request` for characters that are not ASCII, and for a NUL
 */
export function packText(...strings: readonly string[]): Int32Array {
  for (const text of strings) {
    if (/[^\x01-\x7f]/.test(text))
      throw new WireError(
        'wire/bad-request',
        `The text "${text.slice(0, 80)}" holds characters that the server cannot read.`,
        'Use plain ASCII characters in names and folders.',
      );
  }
  const bytes = Buffer.from(strings.map((text) => `${text}\0`).join(''), 'latin1');
  const padded = Buffer.alloc(4 * Math.ceil(bytes.length / 4));
  bytes.copy(padded);
  return Int32Array.from({ length: padded.length / 4 }, (_, index) => padded.readInt32LE(4 * index));
}

/** The strings in the array of a message. What follows the last NUL is filling and is left out. */
export function unpackText(array: Int32Array): readonly string[] {
  const bytes = Buffer.alloc(4 * array.length);
  array.forEach((value, index) => bytes.writeInt32LE(value, 4 * index));
  const strings = bytes.toString('latin1').split('\0');
  // Filling can add up to three empty strings at the end; the piece after the last NUL is never a string.
  strings.pop();
  for (let filling = 0; filling < 3 && strings.length > 1 && strings.at(-1) === ''; filling++) strings.pop();
  return strings;
}
