import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorContents } from '../../../../core/base';
import { type Command, type PeopleState, type Role, command, longestCommand } from '../../protocol';
import { type Access, type Admitted, socketProtocol } from './access';
import { consoleErrors } from '../errors';
import type { SharedState } from '../shared-state';
import { Visitor } from './visitor';

/** Seats that may be taken when somebody of a role comes. Observers who fill theirs leave some to those who can stop a run. */
const seats: Readonly<Record<Role, number>> = { observer: 16, operator: 20, administrator: 22 };
/** Number of commands that a browser may send in a row, and number per second after that. */
const burst = 200;
const perSecond = 60;
const longestTab = 64;
const heartbeatMilliseconds = 15_000;

/** Performs a command and returns the answer for the page. */
export type Perform = (command: Command, visitor: Visitor) => Promise<unknown>;

/** The browsers that are connected, and which of them is in control. */
export class Visitors {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: longestCommand,
    perMessageDeflate: false,
    clientTracking: true,
    // The key that came beside it is not sent back.
    handleProtocols: (offered) => (offered.has(socketProtocol) ? socketProtocol : false),
  });
  private readonly visitors = new Map<WebSocket, Visitor>();
  private operator: number | undefined;
  /** The one who asks for control. */
  private asks: number | undefined;
  /** The last tab in control. A page that was reloaded or reconnected keeps control. */
  private lastTab: string | undefined;
  private count = 0;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(
    server: Server,
    private readonly access: Access,
    private readonly state: SharedState,
    private readonly perform: Perform,
    private readonly session: string,
    private readonly came: () => void,
  ) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(request, socket, head),
    );
    state.onChange((part) => {
      for (const visitor of this.visitors.values()) visitor.changed(part);
    });
    this.heartbeat = setInterval(() => this.beat(), heartbeatMilliseconds).unref();
    this.showPeople();
  }

  /** Number of connected browsers. */
  get size(): number {
    return this.visitors.size;
  }

  /** Throws unless this browser is in control. */
  checkControl(visitor: Visitor): void {
    if (visitor.role === 'observer') throw consoleErrors.roleTooLow('operator');
    if (this.operator !== visitor.id) throw consoleErrors.notInControl();
  }

  /**
   * Gives control to a browser, from any other one, or gives it up, to another one where that is named. Throws
   * `console/asks-for-control` for an operator while an administrator runs something, who then sees the request.
   */
  control(visitor: Visitor, take: boolean, to?: number): void {
    if (visitor.role === 'observer') throw consoleErrors.roleTooLow('operator');
    const holder = this.find(this.operator);
    if (take) {
      const mustAsk = holder?.role === 'administrator' && visitor.role !== 'administrator';
      if (holder && holder !== visitor && mustAsk && this.state.get('run') !== undefined) {
        this.asks = visitor.id;
        this.showPeople();
        holder.send({
          is: 'notice',
          text: `${visitor.name} asks for control.`,
          hint: 'You can give it in the bar at the top.',
        });
        throw consoleErrors.notAllowedYet(holder.name);
      }
      this.hand(visitor, holder);
    } else if (holder === visitor) {
      const receiver = this.find(to);
      if (to !== undefined && (!receiver || receiver.role === 'observer')) throw consoleErrors.badCommand();
      this.hand(receiver, undefined);
      if (receiver)
        receiver.send({ is: 'notice', text: `${visitor.name} gave you control.`, hint: 'The microscope is yours.' });
    }
  }

  /** Changes the name under which others see a person; a key with a name keeps that. */
  name(visitor: Visitor, name: string): void {
    visitor.name = name.replace(/[\p{C}\s]+/gu, ' ').trim() || visitor.name;
    this.showPeople();
  }

  /** The one who loses control gets to know by whom. */
  private hand(to: Visitor | undefined, from: Visitor | undefined): void {
    this.operator = to?.id;
    if (to) this.lastTab = to.tab;
    this.asks = undefined;
    this.showPeople();
    if (!to || !from || from === to) return;
    from.send({
      is: 'notice',
      text: `${to.name} (${to.role}) took control of the microscope.`,
      hint: 'You can take it back in the bar at the top.',
    });
    this.state.log('warn', `${to.name} (${to.role}) took control from ${from.name}.`);
  }

  private find(id: number | undefined): Visitor | undefined {
    return id === undefined ? undefined : [...this.visitors.values()].find((each) => each.id === id);
  }

  /** Ends all connections. */
  close(): void {
    clearInterval(this.heartbeat);
    for (const [socket, visitor] of this.visitors) {
      visitor.close(1001, 'The program has ended.');
      setTimeout(() => socket.terminate(), 500).unref();
    }
    this.sockets.close();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const { host, origin } = request.headers;
    const refuse = (status: string): void =>
      // A browser that does not close its side would hold the socket open for as long as it likes.
      void socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
    let place: string;
    let tab: string;
    try {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://console');
      place = pathname;
      tab = (searchParams.get('tab') ?? '').slice(0, longestTab);
    } catch {
      return refuse('400 Bad Request');
    }
    if (!this.access.isOwnHost(host)) return refuse('421 Misdirected Request');
    if (place !== '/socket') return refuse('404 Not Found');
    // A page elsewhere can connect to this server, and its browser would even send our cookie; but it cannot lie about
    // its origin.
    if (!this.access.isOwnOrigin(origin, host)) return refuse('403 Forbidden');
    const shown = this.access.personOf(request);
    if (!shown) return refuse('401 Unauthorized');
    if (this.visitors.size >= seats[shown.role]) return refuse('503 Service Unavailable');
    this.sockets.handleUpgrade(request, socket, head, (opened) => this.welcome(opened, shown, tab));
  }

  private welcome(socket: WebSocket, { role, name }: Admitted, tab: string): void {
    const visitor = new Visitor(
      (this.count += 1),
      { role, tab, session: this.session, ...(name !== undefined && { name }) },
      socket,
      this.state,
    );
    this.visitors.set(socket, visitor);
    const alive = { since: Date.now(), heard: true, allowance: burst };
    Object.assign(socket, { alive });
    socket.on('pong', () => void (alive.heard = true));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, binary) => {
      const now = Date.now();
      alive.allowance = Math.min(burst, alive.allowance + ((now - alive.since) / 1000) * perSecond) - 1;
      alive.since = now;
      if (alive.allowance < 0) return visitor.close(1008, 'Too many commands.');
      this.receive(binary ? undefined : (data as Buffer).toString('utf8'), visitor);
    });
    socket.on('close', () => {
      this.visitors.delete(socket);
      if (this.operator === visitor.id) this.operator = undefined;
      if (this.asks === visitor.id) this.asks = undefined;
      this.showPeople();
    });
    if (role !== 'observer' && (this.operator === undefined || (tab !== '' && tab === this.lastTab)))
      this.hand(visitor, undefined);
    this.showPeople();
    this.came();
  }

  private receive(text: string | undefined, visitor: Visitor): void {
    const parsed = parse(text);
    if (!parsed.success) {
      visitor.refuse(parsed.request, consoleErrors.badCommand());
      return;
    }
    const { request } = parsed.command;
    this.perform(parsed.command, visitor).then(
      (value) => {
        if (parsed.command.do !== 'image') visitor.send({ is: 'done', request, ...(value !== undefined && { value }) });
      },
      (error: unknown) => visitor.refuse(request, errorContents(error)),
    );
  }

  private beat(): void {
    for (const socket of this.visitors.keys()) {
      const { alive } = socket as WebSocket & { alive: { heard: boolean } };
      if (!alive.heard) socket.terminate();
      alive.heard = false;
      socket.ping();
    }
  }

  private showPeople(): void {
    const people: PeopleState = {
      ...(this.operator !== undefined && { operator: this.operator }),
      ...(this.asks !== undefined && { asks: this.asks }),
      people: [...this.visitors.values()].map(({ id, role, name }) => ({ id, role, name })),
    };
    this.state.set('people', people);
  }
}

function parse(
  text: string | undefined,
): { readonly success: true; readonly command: Command } | { readonly success: false; readonly request: number } {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return { success: false, request: 0 };
  }
  const parsed = command.safeParse(value);
  if (parsed.success) return { success: true, command: parsed.data };
  const request = (value as { request?: unknown } | null)?.request;
  return { success: false, request: typeof request === 'number' && Number.isSafeInteger(request) ? request : 0 };
}
