import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { EucentricError, StoppedError, throwIfStopped } from '../../core/base';
import type { RingFitting } from '../../core/tuning';
import { type CtfOutcome, type CtfRequest, type Image, sharedCopy } from '../../imaging';
import type { RingAnswer, RingOrder } from './ring-worker';

interface Waiting {
  readonly resolve: (outcome: CtfOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that fits Thon rings. It starts with the first fit, and again after it has failed. */
export class RingThread implements RingFitting {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  /** End of the last fit that was asked for, by which they go one after the other. */
  private last: Promise<unknown> = Promise.resolve();
  private count = 0;

  fit(image: Image, request: CtfRequest, signal?: AbortSignal): Promise<CtfOutcome> {
    const begin = async (): Promise<CtfOutcome> => {
      if (signal) throwIfStopped(signal);
      const [rows = 0, columns = 0] = image.shape;
      const data = await sharedCopy(image);
      if (signal) throwIfStopped(signal);
      return this.order({ data, rows, columns }, request);
    };
    const fit = this.last.then(begin, begin);
    this.last = fit.catch(() => undefined);
    return signal ? stoppable(fit, signal) : fit;
  }

  /** Ends the thread. */
  async dispose(): Promise<void> {
    const { worker } = this;
    this.end('the program ends');
    await worker?.terminate();
  }

  private order(pixels: RingOrder['pixels'], request: CtfRequest): Promise<CtfOutcome> {
    const worker = (this.worker ??= this.start());
    const id = (this.count += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, pixels, request } satisfies RingOrder);
    });
  }

  private start(): Worker {
    // A program that fits nothing needs no thread.
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
    const { compiledFile } = require('../../wires') as typeof import('../../wires');
    const worker = new Worker(compiledFile(path.join(__dirname, 'ring-worker')));
    worker.unref();
    worker.on('message', (answer: RingAnswer) => {
      const waiting = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ('outcome' in answer) waiting?.resolve(answer.outcome);
      else waiting?.reject(new EucentricError(answer.error));
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
    for (const { reject } of this.waiting.values()) reject(failed(why));
    this.waiting.clear();
  }
}

/** The same promise, which rejects with the reason of a signal when that fires first. */
function stoppable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new StoppedError());
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const failed = (why: string): EucentricError =>
  new EucentricError({
    code: 'ring-fitting/failed',
    message: `The rings could not be fitted: ${why}.`,
    hint: 'Try it again. If it fails again, restart the program and report this.',
  });
