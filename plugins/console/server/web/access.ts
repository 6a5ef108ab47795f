import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ConsoleOptions } from '../../options';
import type { Role } from '../../protocol';

/** Key to the console; of a key of the site the program knows the hash alone. */
interface Key {
  readonly role: Role;
  /** Person or place to which the site gave it. */
  readonly name?: string;
  readonly sha256: Buffer;
}

/** Person that a valid key lets in. */
export interface Admitted {
  readonly role: Role;
  readonly name?: string;
  /** Value of the cookie with which the same browser gets the page again; it opens no socket. */
  readonly pass: string;
}

/** Name of the protocol of the socket, beside which a page sends its key: addresses stand in the logs of proxies. */
export const socketProtocol = 'eucentric';
const keyMark = 'key.';

/** Access to the console: a new key for each role at every start, the keys of the site, and the names of this computer. */
export class Access {
  private readonly tokens: Readonly<Record<Role, string>> = {
    observer: newToken(),
    operator: newToken(),
    administrator: newToken(),
  };
  private readonly keys: readonly Key[];
  private readonly origins: ReadonlySet<string>;
  private names: ReadonlySet<string> = new Set();
  private proxies: ReadonlySet<string> = new Set();
  private port = 0;

  constructor({ keys = [], origins = [] }: Partial<Pick<ConsoleOptions, 'keys' | 'origins'>> = {}) {
    const own = (Object.keys(this.tokens) as Role[]).map((role) => ({ role, sha256: digest(this.tokens[role]) }));
    this.keys = [...own, ...keys.map(({ role, name, sha256 }) => ({ role, name, sha256: Buffer.from(sha256, 'hex') }))];
    this.origins = new Set(origins.map((origin) => origin.toLowerCase()));
  }

  /** Sets the address of the console, once it is known. */
  servedOn(host: string, port: number, names: readonly string[]): void {
    this.port = port;
    const own = host === '0.0.0.0' || host === '::' ? [] : [host];
    this.names = new Set(
      ['localhost', '127.0.0.1', '::1', ...own, ...names].map((name) => `${bracketed(name.toLowerCase())}:${port}`),
    );
    // A proxy may pass on the name by which browsers reach it.
    this.proxies = new Set([...this.origins].map((origin) => new URL(origin).host));
  }

  /** The address to open for a role. */
  address(host: string, role: Role): string {
    return `http://${bracketed(host)}:${this.port}/?token=${this.tokens[role]}`;
  }

  /** The name of the cookie; it has the port, because browsers send cookies to every port of a host. */
  get cookie(): string {
    return `eucentric-${this.port}`;
  }

  /** The person whose key stands in a request; undefined without a valid key. The cookie holds none. */
  personOf(request: Pick<IncomingMessage, 'url' | 'headers'>): Admitted | undefined {
    const { headers, url } = request;
    const inAddress = new URL(url ?? '/', 'http://console').searchParams.get('token') ?? undefined;
    const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    const offered = (headers['sec-websocket-protocol'] ?? '')
      .slice(0, 1024)
      .split(',')
      .map((each) => each.trim())
      .find((each) => each.startsWith(keyMark));
    const given = inAddress ?? bearer ?? offered?.slice(keyMark.length);
    if (given === undefined) return undefined;
    const hash = digest(given);
    const key = this.keys.find(({ sha256 }) => timingSafeEqual(sha256, hash));
    return key && { role: key.role, ...(key.name !== undefined && { name: key.name }), pass: this.passOf(key) };
  }

  /** True for a request with the pass of a valid key in its cookie: enough for the page, which holds nothing secret. */
  hasPass({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const pass = cookieIn(headers.cookie, this.cookie);
    return pass !== undefined && this.keys.some((key) => timingSafeEqual(digest(this.passOf(key)), digest(pass)));
  }

  /**
   * True when a request uses one of this computer's own names. A name that somebody else points here (DNS rebinding) is
   * not one of them.
   */
  isOwnHost(host: string | undefined): boolean {
    return host !== undefined && (this.isServedAs(host) || this.proxies.has(host.toLowerCase()));
  }

  /** True when a connection comes from a page of the console itself, or from an origin that the site trusts. */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || host === undefined || !this.isOwnHost(host)) return false;
    const given = origin.toLowerCase();
    // The name of a proxy with HTTPS is not the own one: a page that came over HTTP could have been changed on its way.
    return this.origins.has(given) || (this.isServedAs(host) && given === `http://${host.toLowerCase()}`);
  }

  private isServedAs(host: string): boolean {
    return this.names.has(this.port === 80 && !/:\d+$/.test(host) ? `${host.toLowerCase()}:80` : host.toLowerCase());
  }

  /** Bound to the key and to this console, and does not help to find the key. */
  private passOf({ sha256 }: Key): string {
    return createHash('sha256').update(`page ${this.port} `).update(sha256).digest('base64url');
  }
}

const newToken = (): string => randomBytes(24).toString('base64url');
const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').slice(0, 8192).split(';')) {
    const [key, value] = part.trim().split('=');
    if (key === name) return value;
  }
  return undefined;
}
