import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { ThreadCalls } from '../../../../core/base';
import { type Image, sharedCopy } from '../../../../imaging';
import { compiledFile } from '../../../../wires';
import { consoleErrors } from '../errors';
import type { ImageWish } from './image-messages';
import type { ImageAnswer, ImageOrder } from './image-worker';

/** Bytes of images that the thread holds. The newest image may be larger than that. */
const maxHeld = 256 * 1024 * 1024;

/**
 * A thread that makes the messages with images, so that nobody waits for a transform who wants to stop a run. It starts with the first
 * image, gets each image once, and restarts after it has failed.
 */
export class ImageThread {
  private readonly calls = new ThreadCalls<ImageOrder, ImageAnswer, Uint8Array>({
    file: () => compiledFile(path.join(__dirname, 'image-worker')),
    settle: ({ message, refusal }, { resolve, reject }) =>
      message ? resolve(message) : reject(consoleErrors.imageNotDrawn(refusal ?? 'no reason was given')),
    failed: (why) => consoleErrors.imageNotDrawn(why),
    ended: () => {
      this.held.clear();
      this.handing.clear();
    },
  });
  /** Images that the thread holds, with their bytes; the one that was used last is the last. */
  private readonly held = new Map<number, number>();
  private readonly handing = new Map<number, Promise<void>>();

  /** Makes a message with an image. Throws `console/image-not-drawn`. */
  async message(image: Image, wish: ImageWish): Promise<Uint8Array> {
    const { number } = wish;
    const worker = this.calls.started();
    // Of several wishes for a new image, the first one hands it over. Another one may have taken its place before this one goes on.
    while (worker === this.calls.running && !this.held.has(number))
      await (this.handing.get(number) ?? this.hand(worker, number, image));
    if (worker !== this.calls.running) throw consoleErrors.imageNotDrawn('its thread has ended');
    this.free(number);
    return this.calls.call((id) => ({ do: 'draw', id, wish }));
  }

  /** Forgets an image that is in no buffer any more. */
  forget(number: number): void {
    const { running } = this.calls;
    if (running && this.held.delete(number)) order(running, { do: 'forget', number });
  }

  /** Ends the thread. */
  dispose(): Promise<void> {
    return this.calls.end('the console is closed');
  }

  private async hand(worker: Worker, number: number, image: Image): Promise<void> {
    const handing = sharedCopy(image).then((data) => {
      this.handing.delete(number);
      if (worker !== this.calls.running) return;
      const [rows = 0, columns = 0] = image.shape;
      order(worker, { do: 'add', number, pixels: { data, rows, columns } });
      this.held.set(number, data.byteLength);
    });
    this.handing.set(number, handing);
    await handing;
  }

  /** Lets the thread forget what was used longest ago, but not the image that is needed now. */
  private free(needed: number): void {
    const size = this.held.get(needed) ?? 0;
    this.held.delete(needed);
    this.held.set(needed, size);
    let bytes = [...this.held.values()].reduce((sum, each) => sum + each, 0);
    for (const [number, freed] of [...this.held]) {
      if (bytes <= maxHeld || number === needed) return;
      this.forget(number);
      bytes -= freed;
    }
  }
}

const order = (worker: Worker, given: ImageOrder): void => worker.postMessage(given);
