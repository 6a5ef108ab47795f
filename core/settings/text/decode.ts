import { errorAt, type Problem } from '../problem';
import { decodeWindows1252, encodeWindows1252 } from './windows-1252';

/** Largest file that is read, in bytes; real files have about ten thousand. */
export const LARGEST_FILE = 8_000_000;

/**
 * The text of a file: UTF-8 with or without byte order mark, UTF-16 with one, otherwise the Western code page in which
 * SerialEM writes. Files in a third code page keep their bytes. Files with NUL bytes are rejected.
 */
export function decodeText(
  bytes: Uint8Array,
  file: string,
): { readonly text: string | undefined; readonly problems: readonly Problem[] } {
  const place = { file, line: 1, column: 1 };
  if (bytes.length > LARGEST_FILE) {
    const size = (bytes.length / 1e6).toFixed(0);
    return {
      text: undefined,
      problems: [
        errorAt(
          'too-large',
          place,
          `The file has ${size} MB; at most ${LARGEST_FILE / 1e6} MB are read.`,
          'Check that this is the right file.',
        ),
      ],
    };
  }
  const text = decode(bytes);
  const nul = text.indexOf('\0');
  if (nul < 0) return { text, problems: [] };
  const before = text.slice(0, nul).split('\n');
  const at = { file, line: before.length, column: before.at(-1)!.length + 1 };
  return {
    text: undefined,
    problems: [
      errorAt(
        'binary',
        at,
        'The file contains bytes that are not text.',
        'Check that this is the right file and that it was not damaged while it was copied.',
      ),
    ],
  };
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

/**
 * The bytes of a properties file: in the Western code page that SerialEM reads if that has all the characters,
 * otherwise in UTF-8.
 */
export const encodeProperties = (text: string): Uint8Array => encodeWindows1252(text) ?? Buffer.from(text);

/** The text of the bytes of a properties file, as the program reads them. */
export const textOfProperties = (bytes: Uint8Array): string => decode(bytes);
