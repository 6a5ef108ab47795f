import { inNanometres } from '../../../core/base';
import type { BufferedImage, Session } from '../../../core/kernel';
import { type BufferState, encodeFrame } from '../protocol';
import { consoleErrors } from './errors';
import { type Level, fourierLevelOf, levelOf } from './image-levels';
import type { SharedState } from './shared-state';

/** Levels that several browsers are likely to ask for one after the other. */
const mostKept = 6;
const mostPoints = 200;
const keptSamples = 4 * 1024 * 1024;

/** The images in the buffers, each with a number of its own, ready to be sent. */
export class Images {
  private readonly numbers = new WeakMap<object, number>();
  private held = new Map<number, BufferedImage>();
  private readonly kept = new Map<string, Level>();
  private count = 0;
  private pending = false;
  private readonly unwatch: () => void;

  constructor(
    private readonly session: Pick<Session, 'buffers'>,
    private readonly state: SharedState,
    private readonly changed: () => void,
  ) {
    this.unwatch = session.buffers.onChange(() => this.look());
    this.refresh();
  }

  /** The image of a number; throws `console/image-gone`. */
  find(number: number): BufferedImage {
    const found = this.held.get(number);
    if (!found) throw consoleErrors.imageGone();
    return found;
  }

  /** A binary message with an image, reduced to a size. Throws `console/image-gone`. */
  message(request: number, number: number, largest: number, transform: 'none' | 'fourier'): Uint8Array {
    const { samples, about } = this.level(number, largest, transform);
    return encodeFrame({ request, image: number, transform, ...about }, samples);
  }

  dispose(): void {
    this.unwatch();
  }

  private level(number: number, largest: number, transform: 'none' | 'fourier'): Level {
    const { frame } = this.find(number);
    const key = `${number} ${largest} ${transform}`;
    const known = this.kept.get(key);
    if (known) return known;
    const level = transform === 'fourier' ? fourierLevelOf(frame.image, largest) : levelOf(frame.image, largest);
    if (level.samples.length <= keptSamples) {
      this.kept.set(key, level);
      for (const oldest of [...this.kept.keys()].slice(0, -mostKept)) this.kept.delete(oldest);
    }
    return level;
  }

  /** Several changes in one go, as a roll of all buffers is, are looked at once. */
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
    this.held = new Map(all.map((image) => [this.numberOf(image), image]));
    for (const key of this.kept.keys()) if (!this.held.has(Number(key.split(' ')[0]))) this.kept.delete(key);
    this.state.set('buffers', all.map((image) => this.describe(image)));
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
      buffer, width, height, alignment,
      image: this.numberOf(image),
      title: context.title ?? (context.kind && context.kind !== 'acquired' ? context.kind : 'Image'),
      camera: frame.camera,
      binning: frame.exposure.binning,
      exposure: frame.exposure.exposure,
      magnification: context.magnification,
      ...(context.pixelSize !== undefined && { pixelSize: inNanometres(context.pixelSize) }),
      ...(context.contrast && { contrast: context.contrast }),
      ...(context.marker && { marker: context.marker }),
      ...(context.points && { points: context.points.slice(0, mostPoints) }),
    };
  }
}
