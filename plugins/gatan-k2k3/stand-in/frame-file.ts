import { writeFile } from 'node:fs/promises';
import type { Picture } from '../picture-source';

const headerBytes = 1024;
/** The mode of the MRC format whose pixels are unsigned 16-bit integers. */
const unsignedShorts = 6;

/**
 * Writes frames as an MRC2014 stack of unsigned 16-bit integers, the bottom row of each first, as the format has it.
 * @param pixelSize in angstroms; 0 when unknown
 * @param frames of one size; at least one
 * @throws errors of the file system; `EEXIST` when the file exists
 * @see https://www.ccpem.ac.uk/mrc_format/mrc2014.php
 */
export async function writeFrameStack(file: string, frames: readonly Picture[], pixelSize: number): Promise<void> {
  const { width, height } = frames[0]!;
  const header = Buffer.alloc(headerBytes);
  const sizes = [width, height, frames.length];
  sizes.forEach((size, axis) => {
    header.writeInt32LE(size, 4 * axis);
    header.writeInt32LE(size, 28 + 4 * axis);
    header.writeFloatLE(size * (pixelSize || 1), 40 + 4 * axis);
    header.writeFloatLE(90, 52 + 4 * axis);
    header.writeInt32LE(axis + 1, 64 + 4 * axis);
  });
  header.writeInt32LE(unsignedShorts, 12);
  let [least, most, total] = [Infinity, -Infinity, 0];
  for (const { data } of frames) {
    for (const count of data) {
      least = Math.min(least, count);
      most = Math.max(most, count);
      total += count;
    }
  }
  [least, most, total / (width * height * frames.length)].forEach((value, at) =>
    header.writeFloatLE(value, 76 + 4 * at),
  );
  header.write('MAP ', 208, 'latin1');
  header.writeUInt32LE(0x4444, 212);
  const rows = frames.flatMap(({ data }) =>
    Array.from({ length: height }, (_, row) => data.subarray((height - 1 - row) * width, (height - row) * width)),
  );
  const pixels = rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength));
  await writeFile(file, Buffer.concat([header, ...pixels]), { flag: 'wx' });
}
