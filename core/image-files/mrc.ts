import { EucentricError } from '../base';
import { type Image, image } from '../../imaging';

/** Pixels of an image as they can be kept in a file. */
export type FilePixels = Uint8Array | Int16Array | Uint16Array | Float32Array;

/** Length of the header of an MRC file in bytes. */
const headerLength = 1024;
/** Codes of the pixel formats: signed bytes (read only), 16 bits with sign, 32-bit floats, 16 bits without sign. */
const modes = { int8: 0, int16: 1, float32: 2, uint16: 6 } as const;

/** Images of one size from an MRC file. */
export interface MrcImages {
  readonly images: readonly Image<FilePixels>[];
  /** Angstroms on the specimen of one pixel; 0 where the file does not say. */
  readonly pixelSize: number;
}

/**
 * The bytes of an MRC file with images of one size and format, the first as section 0. Rows stand from the bottom up, as the format asks
 * (MRC2014: Cheng, Henderson, Mastronarde and others, J. Struct. Biol. 192 (2015) 146).
 * @throws EucentricError `image-file/different-images` unless all have the same size and format
 */
export function encodeMrc(
  images: readonly Image<FilePixels>[],
  pixelSize = 0,
  labels: readonly string[] = [],
): Uint8Array {
  const [first] = images;
  if (!first) throw different('there is no image');
  const [rows = 0, columns = 0] = first.shape;
  const mode = modeOf(first.data);
  for (const each of images)
    if (each.shape[0] !== rows || each.shape[1] !== columns || modeOf(each.data) !== mode)
      throw different('the images differ in size or format');
  const bytesPerPixel = first.data instanceof Uint8Array ? 2 : first.data.BYTES_PER_ELEMENT;
  const sectionLength = rows * columns * bytesPerPixel;
  const bytes = new Uint8Array(headerLength + images.length * sectionLength);
  const view = new DataView(bytes.buffer);
  const statistics = { least: Infinity, greatest: -Infinity, sum: 0, squares: 0 };
  for (const [section, each] of images.entries()) {
    const start = headerLength + section * sectionLength;
    eachPixel(each, (value, row, column) => {
      putPixel(view, start + ((rows - 1 - row) * columns + column) * bytesPerPixel, mode, value);
      statistics.least = Math.min(statistics.least, value);
      statistics.greatest = Math.max(statistics.greatest, value);
      statistics.sum += value;
      statistics.squares += value * value;
    });
  }
  const count = rows * columns * images.length;
  const mean = statistics.sum / count;
  const integers = [columns, rows, images.length, mode, 0, 0, 0, columns, rows, images.length];
  for (const [at, value] of integers.entries()) view.setInt32(4 * at, value, true);
  for (const [at, size] of [columns, rows, images.length].entries())
    view.setFloat32(40 + 4 * at, size * pixelSize, true);
  for (const at of [52, 56, 60]) view.setFloat32(at, 90, true);
  for (const [at, axis] of [1, 2, 3].entries()) view.setInt32(64 + 4 * at, axis, true);
  for (const [at, value] of [statistics.least, statistics.greatest, mean].entries())
    view.setFloat32(76 + 4 * at, value, true);
  view.setInt32(108, 20140, true);
  bytes.set(Buffer.from('MAP '), 208);
  bytes.set([0x44, 0x44, 0, 0], 212);
  view.setFloat32(216, Math.sqrt(Math.max(0, statistics.squares / count - mean * mean)), true);
  const shown = labels.slice(0, 10);
  view.setInt32(220, shown.length, true);
  for (const [at, label] of shown.entries())
    bytes.set(Buffer.from(label.slice(0, 80).padEnd(80), 'latin1'), 224 + 80 * at);
  return bytes;
}

/** Reads an MRC file of either byte order. @throws EucentricError `image-file/unreadable` for another kind of file, or one that is cut short */
export function decodeMrc(bytes: Uint8Array, name: string): MrcImages {
  if (bytes.length < headerLength) throw unreadable(name, 'it is shorter than the header of an MRC file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = [modes.int8, modes.int16, modes.float32, modes.uint16].includes(view.getInt32(12, true) as 0);
  const [columns, rows, sections, mode] = [0, 4, 8, 12].map((at) => view.getInt32(at, little)) as [
    number,
    number,
    number,
    number,
  ];
  const extra = view.getInt32(92, little);
  const bytesPerPixel = { [modes.int8]: 1, [modes.int16]: 2, [modes.float32]: 4, [modes.uint16]: 2 }[mode];
  if (bytesPerPixel === undefined) throw unreadable(name, `its pixels are of mode ${mode}, which is not read`);
  if (!(columns > 0 && rows > 0 && sections > 0 && extra >= 0)) throw unreadable(name, 'it says that it has no images');
  const needed = headerLength + extra + columns * rows * sections * bytesPerPixel;
  if (bytes.length < needed) throw unreadable(name, `it has ${bytes.length} bytes and should have ${needed}`);
  const width = view.getFloat32(40, little);
  const images = Array.from({ length: sections }, (_, section) => {
    const start = headerLength + extra + section * columns * rows * bytesPerPixel;
    const data = emptyPixels(mode, columns * rows);
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++)
        data[at] = pixelAt(view, start + ((rows - 1 - row) * columns + column) * bytesPerPixel, mode, little);
    return image(data, rows, columns);
  });
  return { images, pixelSize: width > 0 ? width / columns : 0 };
}

/** Every pixel of an image of any strides, row by row from the top. */
export function eachPixel(
  { data, shape, stride, offset }: Image,
  take: (value: number, row: number, column: number) => void,
): void {
  const [rows = 0, columns = 0] = shape;
  const [rowStride = 0, columnStride = 0] = stride;
  for (let row = 0; row < rows; row++)
    for (let column = 0, at = offset + row * rowStride; column < columns; column++, at += columnStride)
      take(data[at]!, row, column);
}

/** Bytes become 16 bits, since programs differ on whether those of mode 0 have a sign. */
function modeOf(data: FilePixels): number {
  if (data instanceof Float32Array) return modes.float32;
  return data instanceof Uint16Array ? modes.uint16 : modes.int16;
}

function putPixel(view: DataView, at: number, mode: number, value: number): void {
  if (mode === modes.float32) view.setFloat32(at, value, true);
  else if (mode === modes.uint16) view.setUint16(at, value, true);
  else view.setInt16(at, value, true);
}

function pixelAt(view: DataView, at: number, mode: number, little: boolean): number {
  if (mode === modes.float32) return view.getFloat32(at, little);
  if (mode === modes.uint16) return view.getUint16(at, little);
  return mode === modes.int16 ? view.getInt16(at, little) : view.getInt8(at);
}

function emptyPixels(mode: number, count: number): FilePixels {
  if (mode === modes.float32) return new Float32Array(count);
  return mode === modes.uint16 ? new Uint16Array(count) : new Int16Array(count);
}

const different = (reason: string): EucentricError =>
  new EucentricError({
    code: 'image-file/different-images',
    message: `They cannot be saved in one file: ${reason}.`,
    hint: 'Save images of another size or camera in a file of their own.',
  });

/** The error for a file that is not what its name says. */
export const unreadable = (name: string, reason: string): EucentricError =>
  new EucentricError({
    code: 'image-file/unreadable',
    message: `${name} cannot be read as an image: ${reason}.`,
    hint: 'Choose an MRC file or a grey TIFF file.',
  });
