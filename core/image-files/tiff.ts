import UTIF from 'utif2';
import { type Image, image } from '../../imaging';
import { eachPixel, type FilePixels, unreadable } from './mrc';

/** Numbers of the fields of a TIFF file. */
const tags = {
  width: 't256',
  height: 't257',
  bits: 't258',
  compression: 't259',
  photometric: 't262',
  description: 't270',
  strips: 't273',
  samples: 't277',
  rowsPerStrip: 't278',
  stripLengths: 't279',
  xResolution: 't282',
  yResolution: 't283',
  resolutionUnit: 't296',
  sampleFormat: 't339',
} as const;
const formats = { unsigned: 1, signed: 2, float: 3 } as const;
/** Place of the pixels, behind the directory that the library writes. */
const dataStart = 8192;
const angstromsPerCentimetre = 1e8;

/** The bytes of a TIFF file with one grey image, not compressed, row 0 at the top, the pixel size as its resolution. @param pixelSize Angstroms; 0 where it is not known */
export function encodeTiff(source: Image<FilePixels>, pixelSize = 0, description = ''): Uint8Array {
  const [rows = 0, columns = 0] = source.shape;
  const { data } = source;
  const pixels = new (data.constructor as new (length: number) => FilePixels)(rows * columns);
  eachPixel(source, (value, row, column) => (pixels[row * columns + column] = value));
  const format =
    data instanceof Float32Array ? formats.float : data instanceof Int16Array ? formats.signed : formats.unsigned;
  const resolution = pixelSize > 0 ? Math.round(angstromsPerCentimetre / pixelSize) : undefined;
  const directory = {
    [tags.width]: [columns],
    [tags.height]: [rows],
    [tags.bits]: [8 * data.BYTES_PER_ELEMENT],
    [tags.compression]: [1],
    [tags.photometric]: [1],
    ...(description !== '' && { [tags.description]: [description.slice(0, 1000)] }),
    [tags.strips]: [dataStart],
    [tags.samples]: [1],
    [tags.rowsPerStrip]: [rows],
    [tags.stripLengths]: [pixels.byteLength],
    ...(resolution !== undefined && {
      [tags.xResolution]: [[resolution, 1]],
      [tags.yResolution]: [[resolution, 1]],
      [tags.resolutionUnit]: [3],
    }),
    [tags.sampleFormat]: [format],
  };
  const head = new Uint8Array(UTIF.encode([directory as never]));
  const bytes = new Uint8Array(dataStart + pixels.byteLength);
  bytes.set(head);
  // The library writes the directory with the highest byte first.
  const view = new DataView(bytes.buffer, dataStart);
  const size = data.BYTES_PER_ELEMENT;
  for (let at = 0; at < pixels.length; at++)
    if (size === 1) view.setUint8(at, pixels[at]!);
    else if (size === 4) view.setFloat32(4 * at, pixels[at]!);
    else view.setUint16(2 * at, pixels[at]!);
  return bytes;
}

/** Reads the first image of a grey TIFF file. @throws EucentricError `image-file/unreadable` for another kind of file, or one in colour */
export function decodeTiff(
  bytes: Uint8Array,
  name: string,
): { readonly image: Image<FilePixels>; readonly pixelSize: number } {
  // A copy: the bytes of a Buffer may be a part of a larger one.
  const buffer = new Uint8Array(bytes).buffer;
  let directory: Record<string, unknown> & { data?: Uint8Array; width?: number; height?: number; isLE?: boolean };
  try {
    const [first] = UTIF.decode(buffer) as unknown as (typeof directory)[];
    if (!first) throw new Error('it holds no image');
    UTIF.decodeImage(buffer, first as never);
    directory = first;
  } catch (error) {
    throw unreadable(name, error instanceof Error ? error.message : 'it is damaged');
  }
  const numberOf = (tag: string, standard: number): number => {
    const value = (directory[tag] as unknown[] | undefined)?.[0] ?? standard;
    return Array.isArray(value) ? Number(value[0]) / Number(value[1]) : Number(value);
  };
  const [columns, rows, bits] = [directory.width ?? 0, directory.height ?? 0, numberOf(tags.bits, 1)];
  const format = numberOf(tags.sampleFormat, formats.unsigned);
  if (numberOf(tags.samples, 1) !== 1) throw unreadable(name, 'it is in colour');
  const data = directory.data;
  if (!data || data.length < (columns * rows * bits) / 8) throw unreadable(name, 'it is cut short');
  // The library turns the bytes of 16-bit pixels round, and leaves those of longer ones.
  const little = bits === 16 || (directory.isLE ?? false);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = columns * rows;
  const pixels = pixelsOf(view, count, { bits, format, little });
  if (!pixels) throw unreadable(name, `its pixels of ${bits} bits are not read`);
  const resolution = numberOf(tags.xResolution, 0);
  const perCentimetre = numberOf(tags.resolutionUnit, 2) === 3 ? resolution : resolution / 2.54;
  return {
    image: image(pixels, rows, columns),
    // Resolutions of printers are not those of microscopes.
    pixelSize: perCentimetre > 1e5 ? angstromsPerCentimetre / perCentimetre : 0,
  };
}

function pixelsOf(
  view: DataView,
  count: number,
  { bits, format, little }: { readonly bits: number; readonly format: number; readonly little: boolean },
): FilePixels | undefined {
  const fill = <Pixels extends FilePixels>(pixels: Pixels, read: (at: number) => number): Pixels => {
    for (let at = 0; at < count; at++) pixels[at] = read(at);
    return pixels;
  };
  if (bits === 8) return fill(new Uint8Array(count), (at) => view.getUint8(at));
  if (bits === 32 && format === formats.float)
    return fill(new Float32Array(count), (at) => view.getFloat32(4 * at, little));
  if (bits !== 16) return undefined;
  return format === formats.signed
    ? fill(new Int16Array(count), (at) => view.getInt16(2 * at, little))
    : fill(new Uint16Array(count), (at) => view.getUint16(2 * at, little));
}
