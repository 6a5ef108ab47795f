import { StoppedError } from '../../../core/base';

/** Signals that stop a command and put everything back. A closed terminal, a lost connection and a closed window on Windows send SIGHUP. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does work that Ctrl-C stops. */
export async function whileStoppable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new StoppedError());
  for (const signal of stopSignals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of stopSignals) process.off(signal, stop);
  }
}
