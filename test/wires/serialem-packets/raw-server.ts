import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { PacketClient, packetFunctions } from '../../../wires';
import { untilNothingIsOpen } from '../../support/until';

/** Functions of a server for tests: one that only reads, one that acts, and one that answers with an image. */
export const functions = packetFunctions({
  Read: { code: 1, request: {}, reply: { longs: ['value'] }, repeatable: true },
  Act: { code: 2, request: { longs: ['value'] }, reply: {}, repeatable: false },
  Picture: {
    code: 3,
    request: { longs: ['pixels'] },
    reply: { longs: ['pixels', 'width', 'height', 'chunks'] },
    image: 2,
    repeatable: false,
  },
});
/** Servers and clients to close at the end of a test. */
export const closing: (() => Promise<void> | void)[] = [];
/** Closes everything after a test; nothing may be left open, whatever happened. */
export async function closeAll(): Promise<void> {
  for (let close = closing.pop(); close; close = closing.pop()) await close();
  await untilNothingIsOpen();
}

/** Milliseconds that no call needs, however busy the machine is. */
export const ample = 60_000;

/** A server that does with each request whatever the test says; counts its connections, and how many of them have ended. */
export async function raw(onRequest: (socket: Socket, request: Buffer, connection: number) => void): Promise<{
  readonly port: number;
  readonly connections: () => number;
  readonly ended: () => number;
  readonly requests: Buffer[];
  readonly sockets: ReadonlySet<Socket>;
}> {
  let connections = 0;
  let ended = 0;
  const sockets = new Set<Socket>();
  const requests: Buffer[] = [];
  const server: Server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => ended++);
    socket.on('data', (request) => {
      requests.push(request);
      onRequest(socket, request, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    ended: () => ended,
    requests,
    sockets,
  };
}

/** A client that takes a connection for dead before the request, however late its end is noticed, unless a test says otherwise. */
export function client(port: number, deadBefore = ample): PacketClient {
  const made = new PacketClient({
    name: 'the camera server',
    host: '127.0.0.1',
    port,
    connectLimit: ample,
    deadBefore,
  });
  closing.push(() => made.close());
  return made;
}

/** A message of integers, as it goes over the wire. */
export const longs = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * (values.length + 1));
  bytes.writeInt32LE(bytes.length, 0);
  values.forEach((value, at) => bytes.writeInt32LE(value, 4 * at + 4));
  return bytes;
};
