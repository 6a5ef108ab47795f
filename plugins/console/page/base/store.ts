import type { Wish } from '../../protocol/commands';
import type { ConsoleState, LogEntry, Message, Part, RingsAtState, RingsState, Role } from '../../protocol/state';
import { Connection, Refusal } from './connection';

const maxLines = 2000;

/** State of this page alone, besides the state that all browsers share. */
export interface LocalState {
  /** True while the program answers. */
  readonly connected: boolean;
  /** True when the program answers, but no longer takes the key of this page. */
  readonly keyRefused: boolean;
  readonly me: { readonly id: number; readonly role: Role } | undefined;
  readonly log: readonly LogEntry[];
  /** The selected item. */
  readonly selected: string | undefined;
  readonly view: 'calibrate' | 'guide' | 'history' | 'setup' | 'configuration';
  /** The panel of the setup that is shown. */
  readonly panel: 'sets' | 'low-dose' | 'user';
  /** True where a cross marks the middle of the image. */
  readonly crossed: boolean;
  /** The buffer on the screen, and the one before it. */
  readonly buffer: string;
  readonly otherBuffer: string;
  /** True when images are shifted onto each other, for switching back and forth. */
  readonly aligned: boolean;
  /** The point or line drawn on the shown image, in its pixels. */
  readonly marker: { readonly x: number; readonly y: number } | undefined;
  readonly line:
    | {
        readonly from: { readonly x: number; readonly y: number };
        readonly to: { readonly x: number; readonly y: number };
      }
    | undefined;
  /** True where the transform of the image is shown. */
  readonly fourier: boolean;
  /** The point of the transform that was clicked, in cycles per pixel from its middle, Y up. */
  readonly clicked: { readonly x: number; readonly y: number } | undefined;
  /** Fit of the rings of the shown transform, and what the clicked point means. */
  readonly ringFit: RingsState | undefined;
  readonly ringsAt: (RingsAtState & { readonly image: number }) | undefined;
  /** Number of the zero that the clicked point is taken for. */
  readonly ring: number;
  /** A short message for a few seconds, or until it is closed. */
  readonly notice:
    { readonly text: string; readonly hint: string; readonly kind: 'trouble' | 'fine' | 'lasting' } | undefined;
}
/** Names of all parts of the state. */
export type Shown = Part | keyof LocalState;

/** The end of a wish whose operator kept the image that it would have dropped. */
export class Kept extends Error {}

/** State of the page. Listeners hear of all changes of one moment together. */
export class Store {
  readonly connection: Connection;
  shared: Partial<ConsoleState> = {};
  local: LocalState = {
    connected: false,
    keyRefused: false,
    me: undefined,
    log: [],
    selected: undefined,
    view: 'calibrate',
    panel: 'sets',
    crossed: localStorage.getItem('crossed') === 'true',
    buffer: 'A',
    otherBuffer: 'B',
    aligned: false,
    marker: undefined,
    line: undefined,
    fourier: false,
    clicked: undefined,
    ringFit: undefined,
    ringsAt: undefined,
    ring: 1,
    notice: undefined,
  };
  /** Asks whether an unsaved image may be dropped; set by the page. */
  askToDrop: (reason: string) => Promise<boolean> = () => Promise.resolve(false);
  private readonly listeners = new Map<Shown, Set<() => void>>();
  private readonly stale = new Set<Shown>();
  private session: string | undefined;

  constructor(token: string | undefined) {
    this.connection = new Connection(token, {
      message: (message) => this.receive(message),
      connected: (is) => this.set({ connected: is, ...(is && { keyRefused: false }) }),
      keyRefused: (is) => this.set({ keyRefused: is }),
    });
  }

  /** Calls at once, and after each change of any of these. */
  watch(names: readonly Shown[], listen: () => void): void {
    for (const name of names) this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listen));
    listen();
  }

  /** Changes the state of this page. */
  set(change: Partial<LocalState>): void {
    const names = (Object.keys(change) as (keyof LocalState)[]).filter((name) => this.local[name] !== change[name]);
    this.local = { ...this.local, ...change };
    names.forEach((name) => this.changed(name));
  }

  /** Shows another buffer; the previous one is remembered. */
  showBuffer(buffer: string, aligned = false): void {
    this.set({ aligned, ...(buffer !== this.local.buffer && { buffer, otherBuffer: this.local.buffer }) });
  }

  /** Shows the cross in the middle of the image, or hides it. */
  cross(): void {
    const crossed = !this.local.crossed;
    localStorage.setItem('crossed', String(crossed));
    this.set({ crossed });
  }

  /** Sends a command and shows a refusal as a notice. Returns true when it was done. */
  async do(wish: Wish): Promise<boolean> {
    try {
      await this.orDropping(wish, (sent) => this.connection.do(sent));
      return true;
    } catch (error) {
      if (error instanceof Kept) return false;
      this.tell(error);
      return false;
    }
  }

  /**
   * Sends a wish that may drop an unsaved image: once more, with leave to drop it, where the program refuses it for that reason and the operator agrees. Throws
   * `Kept` where the operator does not.
   */
  async orDropping<Sent extends Wish, Value>(wish: Sent, send: (wish: Sent) => Promise<Value>): Promise<Value> {
    try {
      return await send(wish);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'buffers/unsaved-record') throw error;
      if (!(await this.askToDrop(error.message))) throw new Kept(error.message);
      return send({ ...wish, drop: true });
    }
  }

  /** Shows an error as a notice. */
  tell(error: unknown): void {
    if (!(error instanceof Error)) return;
    this.set({ notice: { text: error.message, hint: error instanceof Refusal ? error.hint : '', kind: 'trouble' } });
  }

  /** True while something runs that STOP ends. */
  get busy(): boolean {
    const { run, action, live } = this.shared;
    return run !== undefined || action !== undefined || live?.set !== undefined;
  }

  /** True when this page may change the microscope. */
  get inControl(): boolean {
    return this.local.connected && this.local.me !== undefined && this.shared.people?.operator === this.local.me.id;
  }
  /** True when this page may change the microscope now: a run measures nothing. */
  get mayChange(): boolean {
    const { run } = this.shared;
    return this.inControl && (!run || run.waiting.some((each) => each.for === 'button'));
  }
  get isAdministrator(): boolean {
    return this.local.me?.role === 'administrator';
  }

  private receive(message: Message): void {
    if (message.is === 'welcome') {
      // A new program has a new log.
      if (this.session !== message.session) this.set({ log: [] });
      this.session = message.session;
      this.set({ me: { id: message.you, role: message.role } });
      const name = localStorage.getItem('name');
      if (name !== null) void this.do({ do: 'name', name: name.slice(0, 40) });
    } else if (message.is === 'state') {
      this.shared = { ...this.shared, [message.part]: message.value ?? undefined };
      this.changed(message.part);
    } else if (message.is === 'notice') {
      this.set({ notice: { text: message.text, hint: message.hint, kind: 'lasting' } });
    } else if (message.is === 'log') {
      const last = this.local.log.at(-1)?.number ?? 0;
      this.set({ log: [...this.local.log, ...message.lines.filter(({ number }) => number > last)].slice(-maxLines) });
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
