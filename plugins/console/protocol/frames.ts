/** What stands before the samples of an image that crosses to the page. */
export interface FrameHeader {
  readonly request: number;
  readonly image: number;
  readonly transform: 'none' | 'fourier';
  /** Size of what follows. */
  readonly width: number;
  readonly height: number;
  /** Where it begins in the whole image, in pixels of that. */
  readonly left: number;
  readonly top: number;
  /** Size of the whole image. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Pixels of the image in one sample, along each side. */
  readonly reduction: number;
  /** Counts are `offset + scale * sample`. */
  readonly offset: number;
  readonly scale: number;
  readonly statistics: ImageStatistics;
}

/** What is known of the pixels of a whole image, however much of it crosses and how coarse. */
export interface ImageStatistics {
  /** Counts between which the image shows best. */
  readonly black: number;
  readonly white: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly deviation: number;
  /** How often counts occur in classes of one width between two limits, which leave out what lies far from all others. */
  readonly histogram: { readonly low: number; readonly high: number; readonly found: readonly number[] };
}

const magic = 0x45554349;

/** Where the samples begin, behind a header of so many bytes; a multiple of 8. */
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

/** Takes a binary message apart; the samples stay where they are. Throws for anything that is not such a message. */
export function decodeFrame(message: ArrayBuffer): { readonly header: FrameHeader; readonly samples: Uint16Array } {
  const view = new DataView(message);
  if (message.byteLength < 8 || view.getUint32(0, true) !== magic) throw new Error('This is not an image.');
  const length = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 8, length))) as FrameHeader;
  return { header, samples: new Uint16Array(message, startOfSamples(length), header.width * header.height) };
}
