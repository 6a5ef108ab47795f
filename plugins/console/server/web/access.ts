import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Role } from '../../protocol';

/** Access to the console: a token for each role, and the names of this computer. */
export class Access {
  private readonly tokens: Readonly<Record<Role, string>> = {
    observer: newToken(),
    operator: newToken(),
    administrator: newToken(),
  };
  private names: ReadonlySet<string> = new Set();
  private port = 0;

  /** Sets the address of the console, once it is known. */
  servedOn(host: string, port: number, names: readonly string[]): void {
    this.port = port;
    const own = host === '0.0.0.0' || host === '::' ? [] : [host];
    this.names = new Set(
      ['localhost', '127.0.0.1', '::1', ...own, ...names].map((name) => `${bracketed(name.toLowerCase())}:${port}`),
    );
  }

  /** The address to open for a role. */
  address(host: string, role: Role): string {
    return `http://${bracketed(host)}:${this.port}/?token=${this.tokens[role]}`;
  }

  /** The name of the cookie; it has the port, because browsers send cookies to every port of a host. */
  get cookie(): string {
    return `eucentric-${this.port}`;
  }

  /** The role of the token in a request's address or cookie; undefined without a valid token. */
  roleOf(
    request: Pick<IncomingMessage, 'url' | 'headers'>,
  ): { readonly role: Role; readonly token: string } | undefined {
    const inAddress = new URL(request.url ?? '/', 'http://console').searchParams.get('token') ?? undefined;
    return this.roleOfToken(inAddress ?? cookieIn(request.headers.cookie, this.cookie));
  }

  /**
   * True when a request uses one of this computer's own names. A name that somebody else points here (DNS rebinding) is
   * not one of them.
   */
  isOwnHost(host: string | undefined): boolean {
    return (
      host !== undefined &&
      this.names.has(this.port === 80 && !/:\d+$/.test(host) ? `${host.toLowerCase()}:80` : host.toLowerCase())
    );
  }

  /** True when a connection comes from a page of the console itself. */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
    return (
      origin !== undefined &&
      host !== undefined &&
      this.isOwnHost(host) &&
      origin.toLowerCase() === `http://${host.toLowerCase()}`
    );
  }

  private roleOfToken(token: string | undefined): { readonly role: Role; readonly token: string } | undefined {
    if (token === undefined) return undefined;
    const roles = Object.keys(this.tokens) as Role[];
    const role = roles.find((each) => same(this.tokens[each], token));
    return role && { role, token };
  }
}

const newToken = (): string => randomBytes(24).toString('base64url');
const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** Compares two texts in a time that does not depend on the first difference. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').slice(0, 8192).split(';')) {
    const [key, value] = part.trim().split('=');
    if (key === name) return value;
  }
  return undefined;
}
