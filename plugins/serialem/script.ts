import { answeredInTime } from '../../core/base';
import { serialEmErrors } from './errors';
import {
  type BufferImage,
  type CommandName,
  type CommandOptions,
  type ScriptValue,
  type SerialEmTransport,
  commands,
} from './transport';

/** Real seconds beyond its own limit after which a wire is taken to be dead. */
const spareSeconds = 10;
const usualLimit = 30;

/** SerialEM's commands by name, each within its limit, with reports of exactly the numbers that the caller needs. */
export class SerialEmScript {
  constructor(private readonly transport: SerialEmTransport) {}

  /** Does something. @throws EucentricError */
  async do(name: CommandName, given: readonly ScriptValue[] = [], options: CommandOptions = {}): Promise<void> {
    await this.run(name, given, options);
  }

  /** The first numbers of a report, at least this number of them. @throws EucentricError */
  async report(
    name: CommandName,
    count: number,
    signal?: AbortSignal,
    given: readonly ScriptValue[] = [],
  ): Promise<readonly number[]> {
    const reported = await this.run(name, given, signal ? { signal } : {});
    const wanted = reported.slice(0, count);
    if (wanted.length < count || !wanted.every((value) => typeof value === 'number' && Number.isFinite(value)))
      throw serialEmErrors.strangeReport(name, reported);
    return wanted as readonly number[];
  }

  /** One number. */
  async number(name: CommandName, signal?: AbortSignal): Promise<number> {
    const [value] = await this.report(name, 1, signal);
    return value!;
  }

  /** Fetches the image in a buffer, from 0. @throws EucentricError */
  async image(buffer: number, room: number, limit: number, signal?: AbortSignal): Promise<BufferImage> {
    const image = await answeredInTime(() => this.transport.image(buffer, room, { limit, ...(signal && { signal }) }), {
      seconds: limit + spareSeconds,
      late: (seconds) => serialEmErrors.noAnswer('the image', seconds),
      failed: (cause) => serialEmErrors.callFailed('the image', cause),
    });
    if (!image) throw serialEmErrors.noImage();
    return image;
  }

  private run(
    name: CommandName,
    given: readonly ScriptValue[],
    options: CommandOptions,
  ): Promise<readonly ScriptValue[]> {
    return answeredInTime(() => this.transport.run(commands[name], given, options), {
      seconds: (options.limit ?? usualLimit) + spareSeconds,
      late: (limit) => serialEmErrors.noAnswer(name, limit),
      failed: (cause) => serialEmErrors.callFailed(name, cause),
    });
  }
}
