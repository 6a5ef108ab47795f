import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** Kinds of faults on a wire. */
export type FaultKind = 'delay' | 'drop' | 'truncate' | 'duplicate' | 'garble' | 'reset' | 'stall';

/** A fault that strikes once, after a number of bytes from one side. */
export interface Fault {
  readonly kind: FaultKind;
  readonly atByte: number;
  /** True when it strikes the client's bytes; otherwise it strikes the server's. */
  readonly towardsServer?: boolean;
  /** Milliseconds of a delay. */
  readonly delay?: number;
  /** The bits of the byte that a garbling turns over. */
  readonly mask?: number;
}

/** A wire between a client and its server that can be broken. */
export interface FaultProxy {
  readonly port: number;
  /** Bytes from the client, in the pieces in which they came. */
  readonly requests: Buffer[];
  /** Bytes that have come from the server since the last `arm`. */
  readonly passed: number;
  /** Bytes that have come from the client since the last `arm`. */
  readonly sent: number;
  /** True when the last fault has struck. */
  readonly struck: boolean;
  /** The next fault. */
  arm(fault: Fault | undefined): void;
  /** Connections that are open on the side of the client. */
  readonly open: number;
  close(): Promise<void>;
}

/** Stands between a client and the server at a port. */
export async function faultProxy(target: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const requests: Buffer[] = [];
  let fault: Fault | undefined;
  const counted = { server: 0, client: 0 };

  const strike = (
    { kind, delay = 0, mask = 0xa5 }: Fault,
    bytes: Buffer,
    at: number,
    out: Socket,
    silence: (milliseconds: number) => void,
    give: (bytes: Buffer) => void,
  ): void => {
    const [before, after] = [bytes.subarray(0, at), Buffer.from(bytes.subarray(at))];
    if (kind === 'garble') {
      after[0] = after[0]! ^ mask;
      return give(Buffer.concat([before, after]));
    }
    if (before.length > 0) give(before);
    if (kind === 'duplicate') return give(Buffer.concat([after, after]));
    if (kind === 'drop') return;
    if (kind === 'stall') return silence(Infinity);
    if (kind === 'truncate') return void out.end();
    if (kind === 'reset') return void setImmediate(() => out.resetAndDestroy());
    silence(delay);
    setTimeout(() => give(after), delay);
  };

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    clients.add(client);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        clients.delete(client);
        end();
      });
      socket.on('end', () => (socket === client ? upstream : client).end());
    }
    const relay = (from: Socket, to: Socket, side: 'server' | 'client'): void => {
      let silentUntil = 0;
      const give = (bytes: Buffer): void => {
        if (!to.destroyed && to.writable) to.write(bytes);
      };
      from.on('data', (bytes) => {
        const piece = bytes as Buffer;
        if (side === 'client') requests.push(piece);
        const first = counted[side];
        counted[side] += piece.length;
        const wait = silentUntil - performance.now();
        if (wait === Infinity) return;
        if (wait > 0) return void setTimeout(() => give(piece), wait);
        if (!fault || (fault.towardsServer ?? false) !== (side === 'client') || first + piece.length <= fault.atByte)
          return give(piece);
        const armed = fault;
        fault = undefined;
        strike(
          armed,
          piece,
          Math.max(0, armed.atByte - first),
          to,
          (duration) => (silentUntil = performance.now() + duration),
          give,
        );
      });
    };
    relay(upstream, client, 'server');
    relay(client, upstream, 'client');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  let armed = false;
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get passed() {
      return counted.server;
    },
    get sent() {
      return counted.client;
    },
    get struck() {
      return armed && fault === undefined;
    },
    get open() {
      return clients.size;
    },
    arm: (next) => {
      fault = next;
      armed = next !== undefined;
      counted.server = 0;
      counted.client = 0;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
