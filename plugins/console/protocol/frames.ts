/** Header of an image that is sent to the page. */
export interface FrameHeader {
  readonly request: number;
  readonly image: number;
  readonly transform: 'none' | 'fourier';
  /** Size of the samples that follow. */
  readonly width: number;
  readonly height: number;
  /** Upper left corner in the whole image, in pixels of that. */
  readonly left: number;
  readonly top: number;
  /** Size of the whole image. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Pixels of the image per sample, along each side. */
  readonly reduction: number;
  /** Counts are `offset + scale * sample`. */
  readonly offset: number;
  readonly scale: number;
  readonly statistics: ImageStatistics;
}

/** Statistics of a whole image; the same for every part and reduction of it. */
export interface ImageStatistics {
  /** Counts between which the image shows best. */
  readonly black: number;
  readonly white: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly deviation: number;
  /** Number of pixels in classes of equal width between two limits, without outliers. */
  readonly histogram: { readonly low: number; readonly high: number; readonly found: readonly number[] };
}

const magic = 0x45554349;

/** Begin of the samples after a header with this number of bytes; a multiple of 8. */
const startOfSamples = (headerBytes: number): number => Math.ceil((8 + headerBytes) / 8) * 8;

/** One binary message: mark, length of the header, the header as JSON, the samples row by row from the top, 16 bits each, low byte first. */
export function encodeFrame(header: FrameHeader, samples: Uint16Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = startOfSamples(text.length);
  const message = new Uint8Array(start + samples.byteLength);
  const view = new DataView(message.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, text.length, true);
  message.set(text, 8);
  message.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), start);
  return message;
}

/** Decodes a binary message without copying the samples. Throws for anything else. */
export function decodeFrame(message: ArrayBuffer): { readonly header: FrameHeader; readonly samples: Uint16Array } {
  const view = new DataView(message);
  if (message.byteLength < 8 || view.getUint32(0, true) !== magic) throw new Error('This is not an image.');
  const length = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 8, length))) as FrameHeader;
  return { header, samples: new Uint16Array(message, startOfSamples(length), header.width * header.height) };
}
