import { inNanometres } from '../../../../core/base';
import type { BufferedImage, Session } from '../../../../core/kernel';
import { type BufferState, decodeFrame, type ThumbnailState } from '../../protocol';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';
import type { ImageWish } from './image-messages';
import { ImageThread } from './image-thread';

const maxPoints = 200;
/** Longer side of a thumbnail. */
const thumbnailSize = 96;
const maxThumbnails = 64;
/** Images of which it is remembered where they were taken after they have left their buffers, as those of a live image do all the time. */
const maxGone = 32;

/** The camera, exposure and place of an image, without its pixels. */
export interface TakenAt {
  readonly frame: Pick<BufferedImage['frame'], 'camera' | 'exposure'>;
  readonly context: BufferedImage['context'];
}

/** The images in the buffers, each with its number, ready to be sent. */
export class Images {
  private readonly numbers = new WeakMap<object, number>();
  private held = new Map<number, BufferedImage>();
  private readonly gone = new Map<number, TakenAt>();
  private readonly thread = new ImageThread();
  private count = 0;
  private pending = false;
  private readonly thumbnails = new Map<number, ThumbnailState>();
  private readonly unwatch: () => void;

  constructor(
    private readonly session: Pick<Session, 'buffers'>,
    private readonly state: SharedState,
    private readonly changed: () => void,
  ) {
    this.unwatch = session.buffers.onChange(() => this.look());
    this.refresh();
  }

  /** The place at which an image was taken, also of one that has just left its buffer; throws `console/image-gone`. */
  takenAt(number: number): TakenAt {
    return this.gone.get(number) ?? this.find(number);
  }

  /** The image with a number; throws `console/image-gone`. */
  find(number: number): BufferedImage {
    const found = this.held.get(number);
    if (!found) throw consoleErrors.imageGone();
    return found;
  }

  /**
   * A binary message with a reduced image, or with a part of it, which another thread makes. Throws `console/image-gone` or
   * `console/image-not-drawn`.
   */
  async message(wish: ImageWish): Promise<Uint8Array> {
    try {
      return await this.thread.message(this.find(wish.number).frame.image, wish);
    } catch (error) {
      // An image that left its buffer meanwhile is not drawn for that reason.
      this.find(wish.number);
      throw error;
    }
  }

  /** A small picture of an image. Throws `console/image-gone` or `console/image-not-drawn`. */
  async thumbnail(number: number): Promise<ThumbnailState> {
    const known = this.thumbnails.get(number);
    if (known) return known;
    const message = await this.message({ request: 0, number, transform: 'none', largest: thumbnailSize });
    const made = greyOf(message);
    this.thumbnails.set(number, made);
    for (const oldest of [...this.thumbnails.keys()].slice(0, -maxThumbnails)) this.thumbnails.delete(oldest);
    return made;
  }

  async dispose(): Promise<void> {
    this.unwatch();
    await this.thread.dispose();
  }

  /** Handles several changes of one moment together, such as a roll of all buffers. */
  private look(): void {
    if (this.pending) return;
    this.pending = true;
    setImmediate(() => {
      this.pending = false;
      this.refresh();
      this.changed();
    });
  }

  private refresh(): void {
    const all = this.session.buffers.all();
    const before = this.held;
    this.held = new Map(all.map((image) => [this.numberOf(image), image]));
    for (const [number, { frame, context }] of before) {
      if (this.held.has(number)) continue;
      this.thread.forget(number);
      this.gone.set(number, { frame: { camera: frame.camera, exposure: frame.exposure }, context });
    }
    for (const oldest of [...this.gone.keys()].slice(0, -maxGone)) this.gone.delete(oldest);
    this.state.set(
      'buffers',
      all.map((image) => this.describe(image)),
    );
  }

  private numberOf({ frame }: BufferedImage): number {
    const known = this.numbers.get(frame);
    if (known !== undefined) return known;
    this.numbers.set(frame, (this.count += 1));
    return this.count;
  }

  private describe(image: BufferedImage): BufferState {
    const { frame, context, buffer, alignment } = image;
    const [height = 0, width = 0] = frame.image.shape;
    return {
      buffer,
      width,
      height,
      alignment,
      image: this.numberOf(image),
      title: context.title ?? (context.kind && context.kind !== 'acquired' ? context.kind : 'Image'),
      camera: frame.camera,
      binning: frame.exposure.binning,
      exposure: frame.exposure.exposure,
      magnification: context.magnification,
      ...(context.live && { live: true as const }),
      ...(context.saturated !== undefined && { saturated: context.saturated }),
      ...(context.pixelSize !== undefined && { pixelSize: inNanometres(context.pixelSize) }),
      ...(context.contrast && { contrast: context.contrast }),
      ...(context.marker && { marker: context.marker }),
      ...(context.drawing && { drawing: context.drawing }),
      ...(context.points && { points: context.points.slice(0, maxPoints) }),
    };
  }
}

/** The samples of a message between its black and its white, one byte each. */
function greyOf(message: Uint8Array): ThumbnailState {
  const { header, samples } = decodeFrame(message.slice().buffer);
  const { width, height, offset, scale, statistics } = header;
  const { black, white } = statistics;
  const grey = Buffer.alloc(width * height);
  for (let at = 0; at < grey.length; at++)
    grey[at] = Math.max(0, Math.min(255, (255 * (offset + scale * samples[at]! - black)) / (white - black)));
  return { width, height, grey: grey.toString('base64') };
}
