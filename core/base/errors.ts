/** Contents of an error: what happened (message), a stable code, and what the operator can do (hint). */
export interface ErrorContents {
  /** Stable, documented name of the error, such as `settings/unknown-key`. */
  readonly code: string;
  /** One or two sentences that say what happened, and where. */
  readonly message: string;
  /** The next step for the operator. */
  readonly hint: string;
  /** The place in a file, if the error has one. */
  readonly place?: Place;
  readonly cause?: unknown;
}

/** A place in a text file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An error with a stable code and a hint; the only kind that the program throws on purpose. */
export class EucentricError extends Error implements ErrorContents {
  readonly code: string;
  readonly hint: string;
  readonly place?: Place;

  constructor(contents: ErrorContents) {
    super(contents.message, contents.cause === undefined ? undefined : { cause: contents.cause });
    this.name = 'EucentricError';
    this.code = contents.code;
    this.hint = contents.hint;
    if (contents.place) this.place = contents.place;
  }
}

/** Several errors that are reported together, such as those of all devices that do not answer. */
export class CombinedError extends EucentricError {
  constructor(
    contents: ErrorContents,
    readonly errors: readonly unknown[],
  ) {
    super({ ...contents, message: [contents.message, ...errors.map((error) => `  - ${describe(error)}`)].join('\n') });
    this.name = 'CombinedError';
  }
}

/** The operator stopped the run. It is not reported as an error. */
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

/** Writes `file:line:column`, a form that editors and terminals turn into a link. */
export const describePlace = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

/** One line of text for any thrown value. */
export function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  return String(error);
}

/**
 * Turns any thrown value into the contents of an error. Keeps code and hint where it has them: imaging, simulation and
 * wires have error classes of their own.
 */
export function errorContents(error: unknown): ErrorContents {
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

/** True for the code of an error of a function that the wire or the column in use does not have. */
export const isNotAvailableCode = (code: string): boolean => /\/not-on-this-(wire|column)$/.test(code);
/** True for the error of a function that the wire or the column in use does not have. */
export const isNotAvailable = (error: unknown): boolean => isNotAvailableCode(errorContents(error).code);

/** The hint of an error that has one, such as that of a wire; for any other, the given one. */
export function hintOf(error: unknown, otherwise: string): string {
  const { code, hint } = errorContents(error);
  return code === 'program/unexpected' ? otherwise : hint;
}

/** Throws `StoppedError` if the signal has fired. */
export function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof Error ? signal.reason : new StoppedError();
}
