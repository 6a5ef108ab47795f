import { inNanometres } from '../../../../core/base';
import type { Image } from '../../../../imaging';
import type { BufferedImage, Session } from '../../../../core/kernel';
import { type BufferState, type ImagePart, type ImageStatistics, encodeFrame } from '../../protocol';
import { consoleErrors } from '../errors';
import { type Level, fourierTransform, levelOf, partOf } from './image-levels';
import { statisticsOf } from './statistics';
import type { SharedState } from '../shared-state';

/** Number of levels that are kept, because several browsers often request the same one. */
const maxKept = 6;
/** Number of transforms that are kept; few, because they are large. */
const maxSources = 4;
const maxPoints = 200;
const keptSamples = 4 * 1024 * 1024;

type Transform = 'none' | 'fourier';
interface Source {
  readonly image: Image;
  readonly statistics: ImageStatistics;
}

/** The images in the buffers, each with its number, ready to be sent. */
export class Images {
  private readonly numbers = new WeakMap<object, number>();
  private held = new Map<number, BufferedImage>();
  private readonly kept = new Map<string, Level>();
  private readonly sources = new Map<string, Source>();
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

  /** The image with a number; throws `console/image-gone`. */
  find(number: number): BufferedImage {
    const found = this.held.get(number);
    if (!found) throw consoleErrors.imageGone();
    return found;
  }

  /** A binary message with a reduced image, or with a part of it. Throws `console/image-gone`. */
  message(request: number, number: number, transform: Transform, largest: number, part?: ImagePart): Uint8Array {
    const source = this.source(number, transform);
    const { samples, about } = part ? partOf(source.image, part) : this.level(number, source.image, transform, largest);
    return encodeFrame({ request, image: number, transform, ...about, statistics: source.statistics }, samples);
  }

  /** True when an image or its transform is at hand, with its statistics. */
  isReady(number: number, transform: Transform): boolean {
    return this.sources.has(`${number} ${transform}`);
  }

  /** Makes ready what `message` needs. Throws `console/image-gone`. */
  prepare(number: number, transform: Transform): void {
    this.source(number, transform);
  }

  dispose(): void {
    this.unwatch();
  }

  /** The image or its transform, with the statistics of all its pixels. */
  private source(number: number, transform: Transform): Source {
    const { frame } = this.find(number);
    const key = `${number} ${transform}`;
    const known = this.sources.get(key);
    if (known) return known;
    const image = transform === 'fourier' ? fourierTransform(frame.image) : frame.image;
    const source = { image, statistics: statisticsOf(image) };
    keepNewest(this.sources, key, source, maxSources);
    return source;
  }

  private level(number: number, image: Image, transform: Transform, largest: number): Level {
    const key = `${number} ${transform} ${largest}`;
    const known = this.kept.get(key);
    if (known) return known;
    const level = levelOf(image, largest);
    if (level.samples.length <= keptSamples) keepNewest(this.kept, key, level, maxKept);
    return level;
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
    this.held = new Map(all.map((image) => [this.numberOf(image), image]));
    for (const known of [this.kept, this.sources])
      for (const key of known.keys()) if (!this.held.has(Number(key.split(' ')[0]))) known.delete(key);
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
      ...(context.saturated !== undefined && { saturated: context.saturated }),
      ...(context.pixelSize !== undefined && { pixelSize: inNanometres(context.pixelSize) }),
      ...(context.contrast && { contrast: context.contrast }),
      ...(context.marker && { marker: context.marker }),
      ...(context.points && { points: context.points.slice(0, maxPoints) }),
    };
  }
}

function keepNewest<Kept>(all: Map<string, Kept>, key: string, one: Kept, most: number): void {
  all.set(key, one);
  for (const oldest of [...all.keys()].slice(0, -most)) all.delete(oldest);
}
