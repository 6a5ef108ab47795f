import { isMainThread, parentPort } from 'node:worker_threads';
import { errorContents } from '../../core/base';
import { type CtfOutcome, type CtfRequest, type Image, fitCtf, image } from '../../imaging';

/** Order to the thread of the fits. */
export interface RingOrder {
  readonly id: number;
  readonly pixels: { readonly data: Image['data']; readonly rows: number; readonly columns: number };
  readonly request: CtfRequest;
}

/** Answer of the thread. */
export type RingAnswer = { readonly id: number } & (
  { readonly outcome: CtfOutcome } | { readonly error: ReturnType<typeof errorContents> }
);

if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', ({ id, pixels: { data, rows, columns }, request }: RingOrder) => {
    try {
      port.postMessage({ id, outcome: fitCtf(image(data, rows, columns), request) } satisfies RingAnswer);
    } catch (error) {
      port.postMessage({ id, error: errorContents(error) } satisfies RingAnswer);
    }
  });
}
