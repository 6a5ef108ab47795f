import type { WebSocket } from 'ws';
import type { Message, Part, Role } from '../../protocol';
import { errorContents, jsonForReading } from '../../../../core/base';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';

/** Largest amount under way to a browser before the program waits. */
const maxUnderWay = 1024 * 1024;
const maxLines = 400;

interface ImageWish {
  readonly request: number;
  readonly make: () => Uint8Array | Promise<Uint8Array>;
}

/**
 * One browser. Pending news are kept as the names of the changed parts, so a sleeping browser holds nothing up, and
 * gets the newest state when it wakes. Of its requested images, only the newest is sent.
 */
export class Visitor {
  private readonly stale: Set<Part>;
  private lastLine = 0;
  private logStale = true;
  private image: ImageWish | undefined;
  /** True while an image is made for this browser; the next one waits for it. */
  private making = false;
  private scheduled = false;
  private given: string | undefined;

  constructor(
    readonly id: number,
    private readonly who: {
      readonly role: Role;
      /** The page's name of its tab; a reloaded page keeps it. */ readonly tab: string;
      readonly session: string;
      /** Name of the key with which the browser came. */
      readonly name?: string;
    },
    private readonly socket: WebSocket,
    private readonly state: SharedState,
  ) {
    this.stale = new Set(state.names);
    this.send({ is: 'welcome', you: id, role: who.role, session: who.session });
    this.schedule();
  }

  get role(): Role {
    return this.who.role;
  }
  /** Name for other people: that of the key, or the one that the person gave. */
  get name(): string {
    const { role, name } = this.who;
    return name ?? this.given ?? `${role.charAt(0).toUpperCase()}${role.slice(1)} ${this.id}`;
  }
  set name(given: string) {
    this.given = given;
  }
  get tab(): string {
    return this.who.tab;
  }

  /** Notes that something changed. */
  changed(part: Part | 'log'): void {
    if (part === 'log') this.logStale = true;
    else this.stale.add(part);
    this.schedule();
  }

  /** Sends a message to this browser alone. */
  send(message: Message): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(jsonForReading(message));
  }

  /** Sends an image as soon as the present messages have arrived; drops an earlier image that is still waiting. */
  sendImage(request: number, make: () => Uint8Array | Promise<Uint8Array>): void {
    if (this.image) this.refuse(this.image.request, consoleErrors.superseded());
    this.image = { request, make };
    this.schedule();
  }

  refuse(
    request: number,
    { code, message, hint }: { readonly code: string; readonly message: string; readonly hint: string },
  ): void {
    this.send({ is: 'refused', request, code, message, hint });
  }

  /** Closes the connection, with the reason for the page. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > maxUnderWay) return this.wait();
    for (const part of this.stale) {
      // The part is JSON already; it is not parsed only to be written again.
      socket.send(`{"is":"state","part":"${part}","value":${this.state.textOf(part)}}`);
    }
    this.stale.clear();
    this.flushLog();
    const { image } = this;
    if (!image || this.making) return;
    if (socket.bufferedAmount > maxUnderWay) return this.wait();
    this.image = undefined;
    void this.give(image);
  }

  private async give({ request, make }: ImageWish): Promise<void> {
    this.making = true;
    try {
      const message = await make();
      if (this.socket.readyState === this.socket.OPEN) this.socket.send(message, () => this.schedule());
    } catch (error) {
      this.refuse(request, errorContents(error));
    } finally {
      this.making = false;
      this.schedule();
    }
  }

  private flushLog(): void {
    if (!this.logStale) return;
    this.logStale = false;
    const lines = this.state.linesAfter(this.lastLine, maxLines);
    if (lines.length === 0) return;
    this.lastLine = lines.at(-1)!.number;
    this.send({ is: 'log', lines });
  }

  private wait(): void {
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      this.flush();
    }, 20).unref();
  }
}
