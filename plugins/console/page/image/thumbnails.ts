import type { BufferState } from '../../protocol/state';
import type { ThumbnailState } from '../../protocol/working-state';
import type { Connection } from '../base/connection';

const maxKept = 64;
/** Shortest time between two requests, so that a live image is followed without hurry. */
const restMilliseconds = 150;

/** Small pictures of the images in the buffers, fetched one at a time. */
export class Thumbnails {
  private readonly known = new Map<number, ThumbnailState>();
  private readonly wanted = new Map<HTMLCanvasElement, number>();
  private busy = false;

  constructor(private readonly connection: Connection) {}

  /** Draws the picture of an image, once it is here; nothing without an image. */
  show(canvas: HTMLCanvasElement, image: BufferState | undefined): void {
    canvas.hidden = image === undefined;
    if (!image) {
      this.wanted.delete(canvas);
      delete canvas.dataset['image'];
      return;
    }
    if (canvas.dataset['image'] === String(image.image)) return;
    const known = this.known.get(image.image);
    if (known) {
      this.wanted.delete(canvas);
      return draw(canvas, image.image, known);
    }
    this.wanted.set(canvas, image.image);
    void this.next();
  }

  private async next(): Promise<void> {
    const [first] = this.wanted;
    if (this.busy || !first) return;
    const [canvas, image] = first;
    this.busy = true;
    try {
      const made = await this.connection.ask({ do: 'thumbnail', image });
      this.known.set(image, made);
      for (const oldest of [...this.known.keys()].slice(0, -maxKept)) this.known.delete(oldest);
      for (const [each, number] of this.wanted) {
        if (number !== image) continue;
        draw(each, image, made);
        this.wanted.delete(each);
      }
    } catch {
      // The image has left its buffer, or the connection is lost; the next state of the buffers asks again.
      if (this.wanted.get(canvas) === image) this.wanted.delete(canvas);
    }
    setTimeout(() => {
      this.busy = false;
      void this.next();
    }, restMilliseconds);
  }
}

function draw(canvas: HTMLCanvasElement, image: number, { width, height, grey }: ThumbnailState): void {
  canvas.width = width;
  canvas.height = height;
  canvas.dataset['image'] = String(image);
  const context = canvas.getContext('2d');
  if (!context) return;
  const bytes = atob(grey);
  const pixels = context.createImageData(width, height);
  for (let at = 0; at < bytes.length; at++) {
    const value = bytes.charCodeAt(at);
    pixels.data.set([value, value, value, 255], 4 * at);
  }
  context.putImageData(pixels, 0, 0);
}
