/** Requests to a device's process: `open` comes first and starts the device, `close` comes last. */
export type Request =
  | { readonly kind: 'open'; readonly id: number; readonly module: string; readonly options: unknown }
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly given: readonly unknown[] }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number };

/** Replies of a device's process: its identity, the end of each request, and signs of life in between. */
export type Reply =
  | { readonly kind: 'hello'; readonly token: string; readonly process: number }
  | { readonly kind: 'alive' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError };

/** An error on its way between processes. */
export interface SentError {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Start parameters of a device's process, from its environment. */
export interface Startup {
  readonly port: number;
  readonly token: string;
  /** Milliseconds between two signs of life. */
  readonly interval: number;
}

/** Name of the environment variable with the start parameters. */
export const startupVariable = 'EUCENTRIC_DEVICE_HOST';

/** True when a message from the connection is a reply. */
export function isReply(message: unknown): message is Reply {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, id, token, error } = message as {
    kind?: unknown;
    id?: unknown;
    token?: unknown;
    error?: { message?: unknown };
  };
  if (kind === 'alive') return true;
  if (kind === 'hello') return typeof token === 'string';
  return typeof id === 'number' && (kind === 'done' || (kind === 'failed' && typeof error?.message === 'string'));
}

/** The contents of an error that can be sent: plain values only. */
export function sentErrorOf(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: String(error), details: {} };
  const { code, hint, ...rest } = error as Error & { code?: unknown; hint?: unknown };
  const details = Object.fromEntries(
    Object.entries(rest).filter(
      ([name, value]) => name !== 'name' && ['string', 'number', 'boolean'].includes(typeof value),
    ),
  );
  return {
    message: error.message,
    details,
    ...(typeof code === 'string' && { code }),
    ...(typeof hint === 'string' && { hint }),
  };
}
