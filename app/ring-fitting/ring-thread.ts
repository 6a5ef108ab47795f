import path from 'node:path';
import { EucentricError, StoppedError, ThreadCalls, throwIfStopped } from '../../core/base';
import type { RingFitting } from '../../core/tuning';
import { type CtfOutcome, type CtfRequest, type Image, sharedCopy } from '../../imaging';
import type { RingAnswer, RingOrder } from './ring-worker';

/** A thread that fits Thon rings. It starts with the first fit, and again after it has failed. */
export class RingThread implements RingFitting {
  private readonly calls = new ThreadCalls<RingOrder, RingAnswer, CtfOutcome>({
    file: () => {
      const { compiledFile } = require('../../wires') as typeof import('../../wires');
      return compiledFile(path.join(__dirname, 'ring-worker'));
    },
    settle: (answer, { resolve, reject }) =>
      'outcome' in answer ? resolve(answer.outcome) : reject(new EucentricError(answer.error)),
    failed,
  });
  /** End of the last fit that was asked for, by which they go one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  fit(image: Image, request: CtfRequest, signal?: AbortSignal): Promise<CtfOutcome> {
    const begin = async (): Promise<CtfOutcome> => {
      if (signal) throwIfStopped(signal);
      const [rows = 0, columns = 0] = image.shape;
      const data = await sharedCopy(image);
      if (signal) throwIfStopped(signal);
      return this.calls.call((id) => ({ id, pixels: { data, rows, columns }, request }));
    };
    const fit = this.last.then(begin, begin);
    this.last = fit.catch(() => undefined);
    return signal ? stoppable(fit, signal) : fit;
  }

  /** Ends the thread. */
  dispose(): Promise<void> {
    return this.calls.end('the program ends');
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

function failed(why: string): EucentricError {
  return new EucentricError({
    code: 'ring-fitting/failed',
    message: `The rings could not be fitted: ${why}.`,
    hint: 'Try it again. If it fails again, restart the program and report this.',
  });
}
