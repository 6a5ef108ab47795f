import { EucentricError } from './errors';

/** Limit of an answer, and the errors for an answer that is late and for one that says no. */
export interface AnswerLimit {
  /** Seconds of real time: a simulated clock would not show that a device is dead. */
  readonly seconds: number;
  readonly late: (seconds: number) => Error;
  /** Makes the error of what was thrown instead of an answer. Errors with a code of this program pass as they are. */
  readonly failed?: (cause: unknown) => Error;
}

/**
 * Waits for an answer until its limit is over. The signal fires then, with the error as its reason, so that the work can end; whether it
 * listens or not, nobody waits for it any longer.
 */
export async function answeredInTime<Answer>(
  work: (signal: AbortSignal) => Answer | Promise<Answer>,
  { seconds, late, failed }: AnswerLimit,
): Promise<Answer> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = late(seconds);
      // Before the signal fires, so that this error wins over the one with which the work ends.
      reject(error);
      controller.abort(error);
    }, 1000 * seconds);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } catch (error) {
    throw failed && !(error instanceof EucentricError) ? failed(error) : error;
  } finally {
    clearTimeout(timer);
  }
}
