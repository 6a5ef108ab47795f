import { isMainThread, parentPort } from 'node:worker_threads';
import type { HostSurroundings, HostedDevice, OpenDevice } from './hosted-device';
import { type Reply, type Request, sentErrorOf } from './messages';

/**
 * The thread of a device's process on which its code runs: what blocks there keeps nobody else. Everything happens in the order in
 * which it was asked for.
 */
export class DeviceThread {
  private device: HostedDevice | undefined;
  private present: { readonly id: number; readonly stop: AbortController } | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly answer: (reply: Reply, transferred: readonly ArrayBuffer[]) => void) {}

  take(request: Request): void {
    if (request.kind === 'abort') {
      if (this.present?.id === request.id) this.present.stop.abort();
      return;
    }
    this.last = this.last.then(() => this.perform(request));
  }

  private async perform(request: Exclude<Request, { kind: 'abort' }>): Promise<void> {
    const { id } = request;
    this.present = { id, stop: new AbortController() };
    try {
      const value = await this.valueOf(request);
      this.answer({ kind: 'done', id, value }, buffersOf(value));
    } catch (error) {
      this.answer({ kind: 'failed', id, error: sentErrorOf(error) }, []);
    } finally {
      this.present = undefined;
    }
  }

  private async valueOf(request: Exclude<Request, { kind: 'abort' }>): Promise<unknown> {
    switch (request.kind) {
      case 'open': {
        const { openDevice } = require(request.module) as { readonly openDevice: OpenDevice };
        this.device = await openDevice(request.options, this.surroundings());
        return undefined;
      }
      case 'close':
        await this.device?.close?.();
        this.device = undefined;
        return undefined;
      case 'call': {
        const { calls } = this.device ?? { calls: {} };
        const call: unknown = request.name === 'constructor' ? undefined : Reflect.get(calls, request.name);
        if (typeof call !== 'function') throw new Error(`the device knows no ${request.name}`);
        return (await Reflect.apply(call, calls, request.given)) as unknown;
      }
    }
  }

  private surroundings(): HostSurroundings {
    const never = new AbortController().signal;
    const present = (): AbortSignal => this.present?.stop.signal ?? never;
    return {
      get signal() {
        return present();
      },
    };
  }
}

/** The memory of arrays that fill theirs, which can be handed over without a copy. */
function buffersOf(value: unknown): readonly ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  const views = [value, ...(ArrayBuffer.isView(value) ? [] : (Object.values(value) as unknown[]))].filter((each) =>
    ArrayBuffer.isView(each),
  );
  const whole = views
    .filter(({ buffer, byteLength }) => buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
  return [...new Set(whole)];
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const thread = new DeviceThread((reply, transferred) => port.postMessage(reply, transferred));
  port.on('message', (request: Request) => thread.take(request));
}
