/** What every error of the program carries: what happened (message), a stable code, and what the operator can do. */
export interface Fault {
  /** Stable, documented name of the error, such as `settings/unknown-key`. */
  readonly code: string;
  /** What happened, and where, in one or two sentences. */
  readonly message: string;
  /** What to do now. */
  readonly hint: string;
  /** Where it happened, if that is a place in a file. */
  readonly place?: Place;
  readonly cause?: unknown;
}

/** A place in a text file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An error with a stable code and a hint; the only kind that is thrown on purpose. */
export class EucentricError extends Error implements Fault {
  readonly code: string;
  readonly hint: string;
  readonly place?: Place;

  constructor(fault: Fault) {
    super(fault.message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.name = 'EucentricError';
    this.code = fault.code;
    this.hint = fault.hint;
    if (fault.place) this.place = fault.place;
  }
}

/** Several failures that are to be reported together, such as all devices that could not be reached. */
export class CombinedError extends EucentricError {
  constructor(
    fault: Fault,
    readonly errors: readonly unknown[],
  ) {
    super({ ...fault, message: [fault.message, ...errors.map((error) => `  - ${describe(error)}`)].join('\n') });
    this.name = 'CombinedError';
  }
}

/** The run was ended by the operator's STOP; it is not a failure and is never reported as one. */
export class StoppedError extends EucentricError {
  constructor(what = 'The run') {
    super({
      code: 'run/stopped',
      message: `${what} was stopped.`,
      hint: 'Nothing was stored and the microscope is as it was before.',
    });
    this.name = 'StoppedError';
  }
}

/** Writes `file:line:column`, the form that editors and terminals make clickable. */
export const describePlace = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

/** One line for any thrown thing. */
export function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}

/** Gives any thrown thing the shape of a fault, keeping code and hint of errors that have them (the ground-floor rooms have their own classes). */
export function toFault(error: unknown): Fault {
  if (error instanceof EucentricError) return error;
  if (error instanceof Error) {
    const { code, hint } = error as { code?: unknown; hint?: unknown };
    if (typeof code === 'string' && typeof hint === 'string')
      return { code, message: error.message, hint, cause: error };
    return {
      code: 'program/unexpected',
      message: `Unexpected error: ${error.message}`,
      hint: 'This is a fault of the program. Please keep the log and report it.',
      cause: error,
    };
  }
  return {
    code: 'program/unexpected',
    message: `Unexpected error: ${String(error)}`,
    hint: 'Please keep the log and report it.',
  };
}

/** Throws `StoppedError` if the signal has fired. */
export function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof Error ? signal.reason : new StoppedError();
}
