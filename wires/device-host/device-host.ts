import { Turns } from '../turns';
import { reasonOf } from '../wire-error';
import { HostError, hostErrors } from './host-error';
import { type ProcessOptions, type RunningProcess, startProcess, untilGone } from './start-process';

/** Options of a device in a process of its own. */
export interface DeviceHostOptions {
  /** Name of the device in messages, such as `FEI column`. */
  readonly name: string;
  /** The compiled module whose `openDevice` brings up the device there. */
  readonly module: string;
  /** Plain values for `openDevice`. */
  readonly options?: unknown;
  /** The program that runs JavaScript, and what it is given before the file; this Node by default. */
  readonly command?: readonly string[];
  /** Milliseconds until the process has to be there, and the device to be up; 30 s each by default. */
  readonly startLimit?: number;
  /** Milliseconds that a call may take where it does not say otherwise; 30 s. */
  readonly callLimit?: number;
  /** Milliseconds after which a process that gives no sign of life is ended; 10 s. */
  readonly silence?: number;
  /** True for an error after which the connection to the device must be made again. */
  readonly startsAnewAfter?: (error: unknown) => boolean;
}

/** Options of a call besides its arguments. */
export interface HostCall {
  /** Milliseconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

const usualLimit = 30_000;
const usualSilence = 10_000;
const closeLimit = 5_000;
const maxFailures = 3;

/** Milliseconds within which a process that could not be started is started once more: what stood in its way may be gone. */
const quickExit = 3_000;

async function startedWithPatience(options: ProcessOptions, signal?: AbortSignal): Promise<RunningProcess> {
  const began = performance.now();
  try {
    return await startProcess(options, signal);
  } catch (error) {
    if (signal?.aborted || performance.now() - began > quickExit) throw error;
    return startProcess(options, signal);
  }
}

/**
 * A device that lives in a process of its own, so that native code which crashes or hangs takes nothing else with it. Calls are made one
 * after the other. When the process fails, the call that is under way fails with one error and is never made again by itself; the next
 * one restarts the process and brings up the device.
 */
export class DeviceHost {
  private readonly turns: Turns;
  private running: RunningProcess | undefined;
  private wanted = false;
  /** Processes that failed since one has answered a call, and why the last of them did. */
  private failures = 0;
  private lastFailure: Error | undefined;

  constructor(private readonly options: DeviceHostOptions) {
    this.turns = new Turns(options.name);
  }

  /** Starts the process and brings up the device. Opening again does nothing. */
  async open(signal?: AbortSignal): Promise<void> {
    this.wanted = true;
    this.failures = 0;
    await this.turns.take(signal, async () => void (await this.up(signal)));
  }

  /**
   * Makes a call and waits for its answer. When the signal fires the caller is free at once; calls after it still wait until the device
   * has ended it, or until its limit.
   * @throws HostError when the process failed, DeviceCallError when the device's code raised an error, or the reason of the signal
   */
  call(
    name: string,
    given: readonly unknown[],
    { limit = this.options.callLimit ?? usualLimit, signal }: HostCall = {},
  ): Promise<unknown> {
    const stopped = (): Error => reasonOf(signal!, `${this.options.name}: ${name}`);
    if (signal?.aborted) return Promise.reject(stopped());
    const turn = this.turns.take(undefined, async () => {
      if (signal?.aborted) throw stopped();
      if (!this.wanted) throw hostErrors.closed(this.options.name, name);
      const { link } = await this.up(signal);
      try {
        const value = await link.ask({ kind: 'call', name, given }, name, limit, signal);
        this.failures = 0;
        return value;
      } catch (error) {
        if (link.ended) await this.down();
        else if (this.options.startsAnewAfter?.(error)) await this.down(error as Error);
        throw error;
      }
    });
    if (!signal) return turn;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(stopped());
      signal.addEventListener('abort', stop, { once: true });
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** Lets the device go and ends the process, by force when it does not end by itself. Calls that wait fail. */
  async close(): Promise<void> {
    this.wanted = false;
    await this.turns.take(undefined, async () => {
      const { running } = this;
      if (!running) return;
      await running.link.ask({ kind: 'close' }, 'the end of the connection', closeLimit).catch(() => {});
      await this.down(hostErrors.closed(this.options.name, 'a call'));
    });
  }

  /** The process with the device up, started if it is not there. */
  private async up(signal?: AbortSignal): Promise<RunningProcess> {
    if (this.running && !this.running.link.ended) return this.running;
    await this.down();
    const { name, module, options, command = [], startLimit = usualLimit, silence = usualSilence } = this.options;
    const last = this.lastFailure;
    if (this.failures >= maxFailures && last) throw hostErrors.keepsFailing(name, this.failures, last);
    try {
      this.running = await startedWithPatience({ name, command, startLimit, silence }, signal);
      await this.running.link.ask({ kind: 'open', module, options }, 'connecting', startLimit, signal);
      if (signal?.aborted) throw reasonOf(signal, `Connecting to ${name}`);
      return this.running;
    } catch (error) {
      if (error instanceof HostError && error.code === 'host/not-started') this.count(error);
      await this.down(error as Error);
      throw error;
    }
  }

  private count(error: Error): void {
    this.failures += 1;
    this.lastFailure = error;
  }

  /** Waits until the process is gone, ending it if it is not. */
  private async down(reason?: Error): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.running = undefined;
    if (running.link.ended) this.count(running.link.ended);
    else running.link.fail(reason ?? hostErrors.closed(this.options.name, 'a call'));
    await untilGone(running.gone);
  }
}
