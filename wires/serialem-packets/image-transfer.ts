import { WireError } from '../wire-error';

/** Bytes up to which an image is sent in one piece. */
export const superChunk = 33_554_432;

/** The eight bytes that ask for the next chunk of an image: their number and the code of the handshake. */
export const chunkHandshake: Buffer = Buffer.from('0800000018000000', 'hex');

/** The eight bytes that ask a server for the next chunk by a code. */
export function handshakeOf(code: number): Buffer {
  const bytes = Buffer.from(chunkHandshake);
  bytes.writeInt32LE(code, 4);
  return bytes;
}

/** Division of an image into chunks; the last chunk holds the rest. */
export interface Chunking {
  readonly count: number;
  readonly size: number;
}

/** The chunks in which a server sends an image. */
export function chunksOf(bytes: number, largest: number = superChunk): Chunking {
  const count = Math.max(1, Math.ceil(bytes / largest));
  return { count, size: Math.ceil(bytes / count) };
}

/** Contents of the header of an image: elements, columns, rows, chunks. */
export interface ImageHeader {
  readonly pixels: number;
  readonly chunks: number;
}

/** Most chunks that are believed; an image of that many would be of 32 gigabytes. */
const maxChunks = 1024;

/**
 * Checks a header against what there is room for, before any memory is taken for it.
 * @param largest most bytes that the image may have
 * @returns bytes of the image and its chunks; no chunks for an empty image
 * @throws WireError `wire/bad-reply`
 */
export function checkImageHeader(
  name: string,
  { pixels, chunks }: ImageHeader,
  bytesPerPixel: number,
  largest: number,
): { readonly bytes: number; readonly chunking: Chunking } {
  const bytes = pixels * bytesPerPixel;
  if (pixels === 0) return { bytes, chunking: { count: 0, size: 0 } };
  const sane = pixels > 0 && bytes <= largest && chunks > 0 && chunks <= Math.min(maxChunks, bytes);
  if (!sane)
    throw new WireError(
      'wire/bad-reply',
      `${name}: the server announced an image of ${pixels} pixels in ${chunks} chunks, where at most ${largest / bytesPerPixel} pixels were asked for.`,
      'Take the image again. If this persists, restart the camera server and report this with the log.',
    );
  return { bytes, chunking: { count: chunks, size: Math.ceil(bytes / chunks) } };
}
