import { decodeFrame, type FrameHeader } from '../../protocol/frames';
import type { ImagePart, Wish } from '../../protocol/commands';
import type { Answers, Message } from '../../protocol/state';

/** An image that the page received. */
export interface ReceivedImage {
  readonly header: FrameHeader;
  readonly samples: Uint16Array;
  /** Time of arrival, on the clock of the page. */
  readonly arrived: number;
}

/** A refused command, with the reason and the remedy. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Refusal) => void;
}

/** Receiver of everything that arrives on the connection. */
export interface Listener {
  message(message: Message): void;
  connected(is: boolean): void;
  /** Called after a failed attempt, with true when the key is no longer valid. */
  keyRefused(is: boolean): void;
}

const firstPause = 250;
const longestPause = 3000;

/** The connection to the program. It reconnects whenever it breaks, and never repeats a request by itself. */
export class Connection {
  private socket: WebSocket | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;
  private pause = firstPause;

  constructor(
    private readonly token: string | undefined,
    private readonly listener: Listener,
  ) {
    this.open();
    // A laptop that wakes up tries at once.
    window.addEventListener('online', () => this.open());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.open();
    });
  }

  /** Sends a command that returns a value. Rejects with a refusal. */
  ask<Name extends keyof Answers>(wish: Extract<Wish, { do: Name }>): Promise<Answers[Name]> {
    return this.send(wish);
  }

  /** Sends a command that returns no value. */
  do(wish: Wish): Promise<void> {
    return this.send(wish);
  }

  /** Requests an image with a longer side of at most this number of pixels, or a part of an image. */
  image(image: number, transform: 'none' | 'fourier', largest: number, part?: ImagePart): Promise<ReceivedImage> {
    return this.send({ do: 'image', image, transform, largest, ...(part && { part }) });
  }

  private send<Value>(wish: Wish): Promise<Value> {
    return new Promise((resolve, reject) => {
      const { socket } = this;
      if (socket?.readyState !== WebSocket.OPEN) return reject(lost());
      const request = (this.count += 1);
      this.waiting.set(request, { resolve: resolve, reject });
      socket.send(JSON.stringify({ ...wish, request }));
    });
  }

  private open(): void {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const address = new URL('/socket', window.location.href);
    address.protocol = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
    address.searchParams.set('tab', tabName());
    // The key goes beside the name of the protocol: addresses stand in the logs of proxies.
    const socket = new WebSocket(address, ['eucentric', ...(this.token === undefined ? [] : [`key.${this.token}`])]);
    let opened = false;
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.addEventListener('open', () => {
      this.pause = firstPause;
      opened = true;
      this.listener.connected(true);
    });
    socket.addEventListener('message', ({ data }) => this.receive(data as string | ArrayBuffer));
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.listener.connected(false);
      for (const { reject } of this.waiting.values()) reject(lost());
      this.waiting.clear();
      if (!opened) void this.checkKey();
      setTimeout(() => this.open(), this.pause);
      this.pause = Math.min(longestPause, this.pause * 2);
    });
  }

  /** A refused socket does not say why. The program may have new keys since it was started again. */
  private async checkKey(): Promise<void> {
    try {
      const headers = { authorization: `Bearer ${this.token ?? ''}` };
      const { status } = await fetch('/key', { headers, cache: 'no-store' });
      this.listener.keyRefused(status === 401);
    } catch {
      this.listener.keyRefused(false);
    }
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      const arrived = performance.now();
      const { header, samples } = decodeFrame(data);
      this.take(header.request)?.resolve({ header, samples, arrived } as never);
      return;
    }
    const message = JSON.parse(data) as Message;
    if (message.is === 'done') this.take(message.request)?.resolve(message.value as never);
    else if (message.is === 'refused')
      this.take(message.request)?.reject(new Refusal(message.code, message.message, message.hint));
    else this.listener.message(message);
  }

  private take(request: number): Waiting | undefined {
    const found = this.waiting.get(request);
    this.waiting.delete(request);
    return found;
  }
}

/** The same for as long as the tab is open, so that a reloaded page stays in control. */
function tabName(): string {
  const known =
    sessionStorage.getItem('tab') ??
    Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
  sessionStorage.setItem('tab', known);
  return known;
}

const lost = (): Refusal =>
  new Refusal(
    'page/not-connected',
    'The connection to the program is lost.',
    'A run continues; the page reconnects by itself.',
  );
