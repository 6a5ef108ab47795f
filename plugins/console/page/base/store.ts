import type { Wish } from '../../protocol/commands';
import type { ConsoleState, LogEntry, Message, Part, Role } from '../../protocol/state';
import { Connection, Refusal } from './connection';

const mostLines = 2000;

/** What is shown besides what all browsers share. */
export interface LocalState {
  /** Whether the program is reached. */
  readonly connected: boolean;
  readonly me: { readonly id: number; readonly role: Role } | undefined;
  readonly log: readonly LogEntry[];
  /** The item that is looked at. */
  readonly selected: string | undefined;
  readonly view: 'calibrate' | 'guide' | 'history' | 'configuration';
  /** The buffer on the screen, and the one that was there before. */
  readonly buffer: string;
  readonly otherBuffer: string;
  /** Whether images are shifted so that they lie on each other, for going to and fro. */
  readonly aligned: boolean;
  /** The point or line that was drawn on the image shown, in its pixels. */
  readonly marker: { readonly x: number; readonly y: number } | undefined;
  readonly line:
    | {
        readonly from: { readonly x: number; readonly y: number };
        readonly to: { readonly x: number; readonly y: number };
      }
    | undefined;
  /** Something to be told in passing. */
  readonly notice: { readonly text: string; readonly hint: string; readonly kind: 'trouble' | 'fine' } | undefined;
}
/** The names of everything that can be shown. */
export type Shown = Part | keyof LocalState;

/** Everything that the page shows, and who wants to hear of changes; changes of one moment are told together. */
export class Store {
  readonly connection: Connection;
  shared: Partial<ConsoleState> = {};
  local: LocalState = {
    connected: false,
    me: undefined,
    log: [],
    selected: undefined,
    view: 'calibrate',
    buffer: 'A',
    otherBuffer: 'B',
    aligned: false,
    marker: undefined,
    line: undefined,
    notice: undefined,
  };
  private readonly listeners = new Map<Shown, Set<() => void>>();
  private readonly stale = new Set<Shown>();
  private session: string | undefined;

  constructor(token: string | undefined) {
    this.connection = new Connection(token, {
      message: (message) => this.receive(message),
      connected: (is) => this.set({ connected: is }),
    });
  }

  /** Calls at once and after each change of any of these. */
  watch(names: readonly Shown[], listen: () => void): void {
    for (const name of names) this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listen));
    listen();
  }

  /** Changes what only this page shows. */
  set(change: Partial<LocalState>): void {
    const names = (Object.keys(change) as (keyof LocalState)[]).filter((name) => this.local[name] !== change[name]);
    this.local = { ...this.local, ...change };
    names.forEach((name) => this.changed(name));
  }

  /** Shows another buffer; the one before can be gone back to. */
  showBuffer(buffer: string, aligned = false): void {
    this.set({ aligned, ...(buffer !== this.local.buffer && { buffer, otherBuffer: this.local.buffer }) });
  }

  /** Asks the program to do something; tells a refusal in passing. Whether it was done. */
  async do(wish: Wish): Promise<boolean> {
    try {
      await this.connection.do(wish);
      return true;
    } catch (error) {
      this.tell(error);
      return false;
    }
  }

  /** Tells what went wrong, in passing. */
  tell(error: unknown): void {
    if (!(error instanceof Error)) return;
    this.set({ notice: { text: error.message, hint: error instanceof Refusal ? error.hint : '', kind: 'trouble' } });
  }

  /** Whether this page may change the microscope. */
  get inControl(): boolean {
    return this.local.connected && this.local.me !== undefined && this.shared.people?.operator === this.local.me.id;
  }
  get isAdministrator(): boolean {
    return this.local.me?.role === 'administrator';
  }

  private receive(message: Message): void {
    if (message.is === 'welcome') {
      // Another program is another story: its log begins anew.
      if (this.session !== message.session) this.set({ log: [] });
      this.session = message.session;
      this.set({ me: { id: message.you, role: message.role } });
    } else if (message.is === 'state') {
      this.shared = { ...this.shared, [message.part]: message.value ?? undefined };
      this.changed(message.part);
    } else if (message.is === 'log') {
      const last = this.local.log.at(-1)?.number ?? 0;
      this.set({ log: [...this.local.log, ...message.lines.filter(({ number }) => number > last)].slice(-mostLines) });
    }
  }

  private changed(name: Shown): void {
    if (this.stale.size === 0) queueMicrotask(() => this.tellListeners());
    this.stale.add(name);
  }

  private tellListeners(): void {
    const called = new Set([...this.stale].flatMap((name) => [...(this.listeners.get(name) ?? [])]));
    this.stale.clear();
    for (const listen of called) listen();
  }
}
