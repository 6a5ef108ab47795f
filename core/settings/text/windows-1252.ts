/** Characters of the bytes 0x80 to 0x9F; a blank stands for a byte that the code page leaves open. */
const upperControls = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';
const firstByte = 0x80;

/**
 * Private characters that stand for the bytes which the code page leaves open. Text of another code page (Shift-JIS,
 * GBK) has such bytes, and a comment in YAML can hold these characters but no control characters.
 */
const privateStart = 0xf700;

const charactersOfBytes: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const upper = upperControls[byte - firstByte];
  if (upper === undefined) return String.fromCharCode(byte);
  return upper === ' ' ? String.fromCharCode(privateStart + byte) : upper;
});
// Configurations that were imported earlier hold the control characters of Latin-1 for these bytes.
const bytesOfCharacters: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte] as const),
  ...charactersOfBytes.map((character, byte) => [character, byte] as const),
]);

/**
 * Text of bytes in the Western code page of Windows. The table is our own, because the decoder of several releases of
 * Node reads Latin-1 instead and so loses dashes, quotes and the euro. Each byte becomes one character of its own.
 */
export const decodeWindows1252 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => charactersOfBytes[byte]).join('');

/** Bytes of a text in that code page; undefined when the code page lacks a character. */
export function encodeWindows1252(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const byte = bytesOfCharacters.get(text[at]!);
    if (byte === undefined) return undefined;
    bytes[at] = byte;
  }
  return bytes;
}
