import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { Access } from './access';

/** Security headers of every answer: nothing from elsewhere, in no frame, never cached. */
function protection(host: string | undefined): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src 'self'${host === undefined ? '' : ` ws://${host} wss://${host}`}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=()',
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const closedPage = (text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Eucentric</title><h1>Not opened</h1><p>${text}</p></html>\n`;

/**
 * The files of the page, for requests under a name of this computer and with a token. Nothing else can be reached, and
 * nothing can be sent.
 */
export function createWebServer(page: string, access: Access): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
  });
  const index = readFileSync(path.join(page, 'index.html'));
  server.addHook('onRequest', async (request, reply) => {
    const { host } = request.headers;
    const known = access.isOwnHost(host);
    void reply.headers(protection(known ? host : undefined));
    if (!known) return reply.code(421).type('text/plain').send('This computer is not known by that name.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return reply.code(405).type('text/plain').send('Nothing can be sent here.\n');
    return undefined;
  });
  server.get('/', async (request, reply) => {
    const shown = access.personOf(request.raw);
    void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
    if (!shown && !access.hasPass(request.raw))
      return reply
        .code(403)
        .send(closedPage('Open the address that the program printed when it started; it contains a key.'));
    if (shown) void reply.header('set-cookie', `${access.cookie}=${shown.pass}; HttpOnly; SameSite=Strict; Path=/`);
    return reply.send(index);
  });
  // A page whose socket is refused cannot see why; here it can ask whether its key still counts.
  server.get('/key', (request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type('text/plain')
      .code(access.personOf(request.raw) ? 200 : 401)
      .send(''),
  );
  // Only built files are served, each under its own name and from memory: a request never becomes a path of the file
  // system.
  for (const name of readdirSync(path.join(page, 'assets'))) {
    const content = readFileSync(path.join(page, 'assets', name));
    const type = contentTypes[path.extname(name)] ?? 'application/octet-stream';
    server.get(`/assets/${name}`, (_, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=86400, immutable').send(content),
    );
  }
  server.setNotFoundHandler((_, reply) => reply.code(404).type('text/plain').send('There is nothing here.\n'));
  server.setErrorHandler((_, __, reply) =>
    reply.code(400).type('text/plain').send('This request is not understood.\n'),
  );
  return server;
}
