import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** What goes wrong, once, when so many bytes have come from the server. */
export interface Fault {
  readonly kind: 'reset' | 'end' | 'stall' | 'duplicate' | 'garble';
  readonly atByte: number;
}

/** A wire between a client and its server that can be broken. */
export interface FaultProxy {
  readonly port: number;
  /** Requests that have passed, whole. */
  readonly requests: Buffer[];
  /** Bytes that have come from the server since the last `arm`. */
  readonly passed: number;
  /** The next fault. */
  arm(fault: Fault | undefined): void;
  close(): Promise<void>;
}

/** Stands between a client and the server at a port. */
export async function faultProxy(target: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const requests: Buffer[] = [];
  let fault: Fault | undefined;
  let passed = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    let stalled = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (request) => {
      requests.push(request);
      upstream.write(request);
    });
    upstream.on('data', (bytes) => {
      if (stalled) return;
      const first = passed;
      passed += bytes.length;
      if (!fault || first + bytes.length <= fault.atByte) return void client.write(bytes);
      const { kind, atByte } = fault;
      fault = undefined;
      const at = Math.max(0, atByte - first);
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      if (kind === 'garble') {
        after[0] = after[0]! ^ 0xa5;
        return void client.write(bytes);
      }
      client.write(before);
      if (kind === 'duplicate') return void client.write(Buffer.concat([after, after]));
      if (kind === 'stall') return void (stalled = true);
      if (kind === 'end') return void client.end();
      setImmediate(() => client.resetAndDestroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get passed() {
      return passed;
    },
    arm: (next) => {
      fault = next;
      passed = 0;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
