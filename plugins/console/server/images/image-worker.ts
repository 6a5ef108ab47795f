import { isMainThread, parentPort } from 'node:worker_threads';
import { ImageMessages, type ImageWish, type SharedPixels } from './image-messages';

/** Order to the thread of the images. */
export type ImageOrder =
  | { readonly do: 'add'; readonly number: number; readonly pixels: SharedPixels }
  | { readonly do: 'forget'; readonly number: number }
  | { readonly do: 'draw'; readonly id: number; readonly wish: ImageWish };

/** Answer of the thread to an order to draw. */
export interface ImageAnswer {
  readonly id: number;
  readonly message?: Uint8Array;
  readonly refusal?: string;
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const messages = new ImageMessages();
  port.on('message', (order: ImageOrder) => {
    if (order.do === 'add') messages.add(order.number, order.pixels);
    else if (order.do === 'forget') messages.forget(order.number);
    else {
      try {
        const message = messages.message(order.wish);
        port.postMessage({ id: order.id, message } satisfies ImageAnswer, [message.buffer as ArrayBuffer]);
      } catch (error) {
        const refusal = error instanceof Error ? error.message : String(error);
        port.postMessage({ id: order.id, refusal } satisfies ImageAnswer);
      }
    }
  });
}
