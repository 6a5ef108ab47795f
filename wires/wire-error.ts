/** The stable codes of everything that can go wrong on a wire. */
export type WireErrorCode =
  | 'wire/bad-reply'
  | 'wire/bad-request'
  | 'wire/closed'
  | 'wire/connect-failed'
  | 'wire/connection-changed'
  | 'wire/connection-lost'
  | 'wire/refused'
  | 'wire/stopped'
  | 'wire/timeout';

/** Says what went wrong between the program and a device, where, and what to do about it. */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    readonly code: WireErrorCode,
    message: string,
    readonly hint: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** The reason of an abort signal as an error: what was given to `abort`, or a `wire/stopped`. */
export function reasonOf(signal: AbortSignal, what: string): Error {
  const { reason } = signal as { reason: unknown };
  const plain = reason instanceof Error && reason.name === 'AbortError';
  if (reason instanceof Error && !plain) return reason;
  return new WireError(
    'wire/stopped',
    `${what} was stopped.`,
    'Nothing needs to be done; start it again when you like.',
  );
}
