import type { BufferImage } from '../transport';

/** Numbers of the kinds of pixels of SerialEM that are counts. */
const kinds = { byte: 0, signed: 1, float: 2, unsigned: 6 } as const;

/** Reads counts of one number of bytes each out of rows that may be filled up. */
function read<Pixels extends Uint16Array | Int16Array | Float32Array>(
  { width, height, rowBytes, data }: BufferImage,
  bytes: number,
  pixels: Pixels,
  at: (view: DataView, place: number) => number,
): Pixels | undefined {
  if (rowBytes < width * bytes || data.length < rowBytes * (height - 1) + width * bytes) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0, place = 0; row < height; row++)
    for (let column = 0; column < width; column++, place++) pixels[place] = at(view, row * rowBytes + column * bytes);
  return pixels;
}

/** The counts of an image in a buffer; undefined for colours, and for one that is shorter than it says. */
export function pixelsOf(image: BufferImage): Uint16Array | Int16Array | Float32Array | undefined {
  const count = image.width * image.height;
  switch (image.type) {
    case kinds.byte:
      return read(image, 1, new Uint16Array(count), (view, place) => view.getUint8(place));
    case kinds.signed:
      return read(image, 2, new Int16Array(count), (view, place) => view.getInt16(place, true));
    case kinds.unsigned:
      return read(image, 2, new Uint16Array(count), (view, place) => view.getUint16(place, true));
    case kinds.float:
      return read(image, 4, new Float32Array(count), (view, place) => view.getFloat32(place, true));
    default:
      return undefined;
  }
}
