import type { Connection, ReceivedImage } from '../base/connection';

const quickSize = 1024;
const fullSize = 6144;
/** While images come one after the other, only the quick ones are asked for. */
const restMilliseconds = 100;
const mostKept = 3;

/** The image on the screen as far as it has arrived: first quick and coarse, then with every pixel. */
export interface Loaded {
  readonly image: number;
  readonly transform: 'none' | 'fourier';
  readonly quick: ReceivedImage;
  readonly full: ReceivedImage | undefined;
}

/** Fetches the image that is wanted now; what was wanted before is forgotten, and one image at a time is under way. */
export class Loader {
  loaded: Loaded | undefined;
  private wanted: { readonly image: number; readonly transform: 'none' | 'fourier' } | undefined;
  private readonly known = new Map<string, Loaded>();
  private busy = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly arrived: () => void,
  ) {}

  /** Says which image is to be shown; undefined for none. */
  want(image: number | undefined, transform: 'none' | 'fourier'): void {
    if (this.wanted?.image === image && this.wanted?.transform === transform) return;
    this.wanted = image === undefined ? undefined : { image, transform };
    clearTimeout(this.timer);
    const known = this.wanted && this.known.get(keyOf(this.wanted));
    if (!this.wanted || known) {
      this.loaded = known;
      this.arrived();
    }
    void this.next();
  }

  /** Tries again after the connection was lost. */
  again(): void {
    void this.next();
  }

  /** Keeps the last few, so that going to and fro between two images costs nothing. */
  private remember(loaded: Loaded): void {
    this.known.delete(keyOf(loaded));
    this.known.set(keyOf(loaded), loaded);
    for (const oldest of [...this.known.keys()].slice(0, -mostKept)) this.known.delete(oldest);
  }

  /** The images that may be drawn again. */
  get kept(): readonly Loaded[] {
    return [...this.known.values()];
  }

  private async next(): Promise<void> {
    const { wanted, loaded } = this;
    if (this.busy || !wanted) return;
    const isCurrent = loaded?.image === wanted.image && loaded.transform === wanted.transform;
    if (isCurrent && (loaded.full || loaded.quick.header.reduction === 1)) return;
    this.busy = true;
    try {
      const received = await this.connection.image(wanted.image, isCurrent ? fullSize : quickSize, wanted.transform);
      if (this.wanted === wanted) {
        this.loaded = isCurrent ? { ...loaded, full: received } : { ...wanted, quick: received, full: received.header.reduction === 1 ? received : undefined };
        this.remember(this.loaded);
        this.arrived();
      }
    } catch {
      // The image has left its buffer, or the connection is lost: what is wanted next is told by the state.
      this.busy = false;
      return;
    }
    this.busy = false;
    if (this.wanted !== wanted) void this.next();
    else this.timer = setTimeout(() => void this.next(), restMilliseconds);
  }
}

const keyOf = ({ image, transform }: { readonly image: number; readonly transform: string }): string => `${image} ${transform}`;
