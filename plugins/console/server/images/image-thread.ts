import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type Image, sharedCopy } from '../../../../imaging';
import { compiledFile } from '../../../../wires';
import { consoleErrors } from '../errors';
import type { ImageWish } from './image-messages';
import type { ImageAnswer, ImageOrder } from './image-worker';

/** Bytes of images that the thread holds. The newest image may be larger than that. */
const maxHeld = 256 * 1024 * 1024;

interface Waiting {
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that makes the messages with images, so that nobody waits for a transform who wants to stop a run. It starts with the first
 * image, gets each image once, and restarts after it has failed.
 */
export class ImageThread {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  /** Images that the thread holds, with their bytes; the one that was used last is the last. */
  private readonly held = new Map<number, number>();
  private readonly handing = new Map<number, Promise<void>>();
  private count = 0;

  /** Makes a message with an image. Throws `console/image-not-drawn`. */
  async message(image: Image, wish: ImageWish): Promise<Uint8Array> {
    const { number } = wish;
    const worker = (this.worker ??= this.start());
    // Of several wishes for a new image, the first one hands it over. Another one may have taken its place before this one goes on.
    while (worker === this.worker && !this.held.has(number))
      await (this.handing.get(number) ?? this.hand(worker, number, image));
    if (worker !== this.worker) throw consoleErrors.imageNotDrawn('its thread has ended');
    this.free(number);
    const id = (this.count += 1);
    return new Promise<Uint8Array>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      order(worker, { do: 'draw', id, wish });
    });
  }

  /** Forgets an image that is in no buffer any more. */
  forget(number: number): void {
    if (this.worker && this.held.delete(number)) order(this.worker, { do: 'forget', number });
  }

  /** Ends the thread. */
  async dispose(): Promise<void> {
    const { worker } = this;
    this.end('the console is closed');
    await worker?.terminate();
  }

  private start(): Worker {
    // A console without a browser needs no thread.
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
    const worker = new Worker(compiledFile(path.join(__dirname, 'image-worker')));
    worker.unref();
    worker.on('message', ({ id, message, refusal }: ImageAnswer) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (message) waiting?.resolve(message);
      else waiting?.reject(consoleErrors.imageNotDrawn(refusal ?? 'no reason was given'));
    });
    const ended = (why: string): void => {
      if (worker === this.worker) this.end(why);
    };
    worker.on('error', (error) => ended(error.message));
    worker.on('exit', () => ended('its thread has ended'));
    return worker;
  }

  private end(why: string): void {
    this.worker = undefined;
    this.held.clear();
    this.handing.clear();
    for (const { reject } of this.waiting.values()) reject(consoleErrors.imageNotDrawn(why));
    this.waiting.clear();
  }

  private async hand(worker: Worker, number: number, image: Image): Promise<void> {
    const handing = sharedCopy(image).then((data) => {
      this.handing.delete(number);
      if (worker !== this.worker) return;
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
