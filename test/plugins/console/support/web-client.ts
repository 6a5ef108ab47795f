import { request } from 'node:http';
import { WebSocket } from 'ws';
import type { ConsoleSite } from './console-site';

/** Key in an address that the program printed. */
export const tokenOf = (address: string): string => new URL(address).searchParams.get('token')!;

/** Answer of the server to a request. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Parts of an attempt to open a socket; those of an administrator's page by default. */
export interface SocketAttempt {
  readonly token?: string;
  readonly origin?: string;
  readonly host?: string;
  readonly path?: string;
  readonly cookie?: string;
  /** Gets every message, from the first one on. */
  readonly hear?: (data: Buffer, binary: boolean) => void;
}

/** Sends a request exactly as it is, without a client that would correct it. */
export function get(
  site: ConsoleSite,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Reply> {
  const [host, port] = site.host.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers: { host: site.host, ...headers } }, (answer) => {
      let body = '';
      answer.on('data', (data: Buffer) => void (body += data.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Opens a socket; resolves with it, or with the status of the refusal. */
export function open(
  site: ConsoleSite,
  {
    token = tokenOf(site.administrator),
    origin = `http://${site.host}`,
    host = site.host,
    path = '/socket',
    cookie,
    hear,
  }: SocketAttempt = {},
): Promise<WebSocket | number> {
  const address = `ws://${site.host}${path}${token === '' ? '' : `?token=${token}`}`;
  const socket = new WebSocket(address, {
    ...(origin !== '' && { origin }),
    headers: { host, ...(cookie !== undefined && { cookie }) },
  });
  if (hear) socket.on('message', hear);
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_, answer) => {
      socket.on('error', () => {});
      resolve(answer.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

/** Opens a socket that the server has to accept. */
export async function opened(site: ConsoleSite, attempt: SocketAttempt = {}): Promise<WebSocket> {
  const socket = await open(site, attempt);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

/** Sends a command and waits for its answer. */
export function ask(socket: WebSocket, command: object): Promise<Record<string, unknown>> {
  const request = Math.floor(Math.random() * 1e9);
  return new Promise((resolve) => {
    const listen = (data: Buffer, binary: boolean): void => {
      if (binary) return;
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      if (message['request'] !== request) return;
      socket.off('message', listen);
      resolve(message);
    };
    socket.on('message', listen);
    socket.send(JSON.stringify({ ...command, request }));
  });
}

/** Resolves with the code of the closing when a socket is closed. */
export const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.on('close', resolve));
