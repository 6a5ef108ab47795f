import { DeviceCallError, DeviceHost, type HostCall, compiledFile } from '../device-host';

/** A device behind COM, and its limits; seconds. */
export interface ComHostOptions {
  /** Name of the device in messages, such as `FEI column`. */
  readonly name: string;
  /** The module whose `openDevice` reaches the device, without its extension. */
  readonly module: string;
  /** Plain values for `openDevice`. */
  readonly options: unknown;
  /** The program that runs the process, and its arguments; none for this Node. */
  readonly command: readonly string[];
  readonly startLimit: number;
  readonly answerLimit: number;
  /** Makes the error for a computer without COM. */
  readonly needsWindows: (platform: string) => Error;
}

/** A device behind COM in a process of its own: what crashes or hangs there fails one call. */
export class ComHost {
  private readonly host: DeviceHost;

  constructor(private readonly options: ComHostOptions) {
    this.host = new DeviceHost({
      name: options.name,
      module: compiledFile(options.module),
      options: options.options,
      command: options.command,
      startLimit: 1000 * options.startLimit,
      callLimit: 1000 * options.answerLimit,
      startsAnewAfter: (error) => error instanceof DeviceCallError && error.code === 'com/disconnected',
    });
  }

  /** Starts the process and reaches the device, and makes the first call if there is one. What fails leaves nothing behind. */
  async open(signal?: AbortSignal, firstCall?: () => Promise<unknown>): Promise<void> {
    const { command, needsWindows } = this.options;
    if (process.platform !== 'win32' && command.length === 0) throw needsWindows(process.platform);
    try {
      await this.host.open(signal);
      await firstCall?.();
    } catch (error) {
      await this.host.close();
      throw error;
    }
  }

  /** @param limit seconds */
  call(name: string, given: readonly unknown[], { limit, signal }: HostCall = {}): Promise<unknown> {
    return this.host.call(name, given, {
      ...(limit !== undefined && { limit: 1000 * limit }),
      ...(signal && { signal }),
    });
  }

  close(): Promise<void> {
    return this.host.close();
  }
}
