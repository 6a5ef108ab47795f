import type { Connection, ReceivedImage } from '../base/connection';
import type { ImagePart } from '../../protocol/commands';

const quickSize = 1024;
/**
 * The visible part is requested when it has not changed for this time. While images arrive one after the other, only
 * the quick versions are requested.
 */
const restMilliseconds = 30;
const maxKept = 3;
/** Margin of a request beyond the visible part, as a share of it, so that a short move needs no new request. */
const margin = 0.15;

type Transform = 'none' | 'fourier';

/** The visible part of an image, in its pixels, and the image pixels per pixel of the screen. */
export interface Seen {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly reduction: number;
}

/**
 * The image on the screen as far as it has arrived: the whole image coarsely, and the visible part at the resolution of
 * the screen.
 */
export interface Loaded {
  readonly image: number;
  readonly transform: Transform;
  readonly quick: ReceivedImage;
  readonly part: ReceivedImage | undefined;
  /** The request for the part. */
  readonly asked?: ImagePart;
}

/**
 * Fetches the present image and its visible part. A new request replaces earlier ones, and only one message is under
 * way at a time.
 */
export class Loader {
  loaded: Loaded | undefined;
  private wanted: { readonly image: number; readonly transform: Transform } | undefined;
  private seen: Seen | undefined;
  private readonly known = new Map<string, Loaded>();
  private busy = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly arrived: () => void,
  ) {}

  /** Sets the image to show; undefined for none. */
  want(image: number | undefined, transform: Transform): void {
    if (this.wanted?.image === image && this.wanted?.transform === transform) return;
    this.wanted = image === undefined ? undefined : { image, transform };
    const known = this.wanted && this.known.get(keyOf(this.wanted));
    if (!this.wanted || known) {
      this.loaded = known;
      this.arrived();
    }
    void this.next();
  }

  /** Sets the visible part of the image. */
  look(seen: Seen): void {
    const { seen: before } = this;
    if (
      before &&
      (['left', 'top', 'right', 'bottom', 'reduction'] as const).every((name) => before[name] === seen[name])
    )
      return;
    this.seen = seen;
    if (this.lacking) this.rest();
  }

  /** Tries again after the connection was lost. */
  again(): void {
    void this.next();
  }

  /** True when everything has arrived that the screen can show of the image. */
  get complete(): boolean {
    return this.isCurrent && this.lacking === undefined;
  }

  /** Recent images that may be drawn again. */
  get kept(): readonly Loaded[] {
    return [...this.known.values()];
  }

  private get isCurrent(): boolean {
    const { wanted, loaded } = this;
    return wanted !== undefined && loaded?.image === wanted.image && loaded.transform === wanted.transform;
  }

  /** The part that is still missing; undefined when the screen could not show more than is here. */
  private get lacking(): ImagePart | undefined {
    const { seen, loaded } = this;
    if (!seen || !loaded || loaded.quick.header.reduction <= seen.reduction) return undefined;
    const { fullWidth, fullHeight } = loaded.quick.header;
    if (seen.right <= seen.left || seen.bottom <= seen.top || covers(loaded.part, seen)) return undefined;
    const { reduction } = seen;
    const [across, down] = [margin * (seen.right - seen.left), margin * (seen.bottom - seen.top)];
    const onGrid = (value: number): number => Math.max(0, Math.floor(value / reduction) * reduction);
    const [left, top] = [onGrid(seen.left - across), onGrid(seen.top - down)];
    const part: ImagePart = {
      left,
      top,
      width: Math.min(fullWidth, Math.ceil(seen.right + across)) - left,
      height: Math.min(fullHeight, Math.ceil(seen.bottom + down)) - top,
      reduction,
    };
    // A part that the program would send coarser than requested is not requested again.
    return JSON.stringify(part) === JSON.stringify(loaded.asked) ? undefined : part;
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.next(), restMilliseconds);
  }

  /** Keeps the last few images, so that switching back and forth between two of them costs nothing. */
  private remember(loaded: Loaded): void {
    this.known.delete(keyOf(loaded));
    this.known.set(keyOf(loaded), loaded);
    for (const oldest of [...this.known.keys()].slice(0, -maxKept)) this.known.delete(oldest);
  }

  private async next(): Promise<void> {
    const { wanted, loaded, isCurrent } = this;
    clearTimeout(this.timer);
    if (this.busy || !wanted) return;
    const part = isCurrent ? this.lacking : undefined;
    if (isCurrent && !part) return;
    this.busy = true;
    try {
      const received = await this.connection.image(wanted.image, wanted.transform, quickSize, part);
      if (this.wanted === wanted) {
        this.loaded =
          part && loaded ? { ...loaded, part: received, asked: part } : { ...wanted, quick: received, part: undefined };
        this.remember(this.loaded);
        this.arrived();
      }
    } catch {
      // The image has left its buffer, or the connection is lost. The state gives the next image.
      this.busy = false;
      return;
    }
    this.busy = false;
    if (this.wanted !== wanted) void this.next();
    else this.rest();
  }
}

const keyOf = ({ image, transform }: { readonly image: number; readonly transform: string }): string =>
  `${image} ${transform}`;

/**
 * True when a part shows the visible area at the resolution of the screen; the incomplete last square at an edge does
 * not count.
 */
function covers(part: ReceivedImage | undefined, { left, top, right, bottom, reduction }: Seen): boolean {
  if (!part || part.header.reduction > reduction) return false;
  const { left: from, top: first, width, height, reduction: size } = part.header;
  return from <= left && first <= top && from + (width + 1) * size > right && first + (height + 1) * size > bottom;
}
