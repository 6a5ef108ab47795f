import { type Image, image } from '../../../../imaging';
import { type ImagePart, type ImageStatistics, encodeFrame } from '../../protocol';
import { type Level, fourierTransform, levelOf, partOf } from './image-levels';
import { statisticsOf } from './statistics';

/** Number of levels that are kept, because several browsers often request the same one. */
const maxKept = 6;
/** Number of images and transforms that are kept with their statistics; few, because they are large. */
const maxSources = 4;
const keptSamples = 4 * 1024 * 1024;

/** Pixels of an image row by row, in memory that two threads share. */
export interface SharedPixels {
  readonly data: Image['data'];
  readonly rows: number;
  readonly columns: number;
}

/** Wish of a page for an image. */
export interface ImageWish {
  readonly request: number;
  /** Number of the image. */
  readonly number: number;
  readonly transform: 'none' | 'fourier';
  /** Longer side of the whole image at most, in samples. */
  readonly largest: number;
  readonly part?: ImagePart;
}

interface Source {
  readonly image: Image;
  readonly statistics: ImageStatistics;
}

/** Makes the binary messages with images for the pages. It runs on a thread of its own, because a transform of a large image takes a second. */
export class ImageMessages {
  private readonly images = new Map<number, Image>();
  private readonly kept = new Map<string, Level>();
  private readonly sources = new Map<string, Source>();

  /** Gets an image. */
  add(number: number, { data, rows, columns }: SharedPixels): void {
    this.images.set(number, image(data, rows, columns));
  }

  /** Forgets an image and all that was made of it. */
  forget(number: number): void {
    this.images.delete(number);
    for (const known of [this.kept, this.sources])
      for (const key of known.keys()) if (Number(key.split(' ')[0]) === number) known.delete(key);
  }

  /** A message with the whole image, reduced, or with a part of it. */
  message({ request, number, transform, largest, part }: ImageWish): Uint8Array {
    const source = this.source(number, transform);
    const { samples, about } = part ? partOf(source.image, part) : this.level(number, source.image, transform, largest);
    return encodeFrame({ request, image: number, transform, ...about, statistics: source.statistics }, samples);
  }

  /** The image or its transform, with the statistics of all its pixels. */
  private source(number: number, transform: ImageWish['transform']): Source {
    const key = `${number} ${transform}`;
    const known = this.sources.get(key);
    if (known) return known;
    const whole = this.images.get(number);
    if (!whole) throw new Error(`image ${number} is not on this thread`);
    const wanted = transform === 'fourier' ? fourierTransform(whole) : whole;
    const source = { image: wanted, statistics: statisticsOf(wanted) };
    keepNewest(this.sources, key, source, maxSources);
    return source;
  }

  private level(number: number, whole: Image, transform: ImageWish['transform'], largest: number): Level {
    const key = `${number} ${transform} ${largest}`;
    const known = this.kept.get(key);
    if (known) return known;
    const level = levelOf(whole, largest);
    if (level.samples.length <= keptSamples) keepNewest(this.kept, key, level, maxKept);
    return level;
  }
}

function keepNewest<Kept>(all: Map<string, Kept>, key: string, one: Kept, most: number): void {
  all.set(key, one);
  for (const oldest of [...all.keys()].slice(0, -most)) all.delete(oldest);
}
