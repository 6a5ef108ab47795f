/** What a device's process is asked: `open` comes first and brings up the device, `close` comes last. */
export type Request =
  | { readonly kind: 'open'; readonly id: number; readonly module: string; readonly options: unknown }
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly given: readonly unknown[] }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number };

/** What it answers: who it is, how each request ended, and signs of life in between. */
export type Reply =
  | { readonly kind: 'hello'; readonly token: string; readonly process: number }
  | { readonly kind: 'alive' }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: Fault };

/** An error on its way between processes. */
export interface Fault {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a device's process is told by its surroundings when it is started. */
export interface Startup {
  readonly port: number;
  readonly token: string;
  /** Milliseconds between two signs of life. */
  readonly interval: number;
}

/** The name of the variable under which it is told. */
export const startupVariable = 'EUCENTRIC_DEVICE_HOST';

/** Whether something that came over the connection is a reply. */
export function isReply(message: unknown): message is Reply {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, id, token, fault } = message as {
    kind?: unknown;
    id?: unknown;
    token?: unknown;
    fault?: { message?: unknown };
  };
  if (kind === 'alive') return true;
  if (kind === 'hello') return typeof token === 'string';
  return typeof id === 'number' && (kind === 'done' || (kind === 'failed' && typeof fault?.message === 'string'));
}

/** What is kept of an error: plain values only. */
export function faultOf(error: unknown): Fault {
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
