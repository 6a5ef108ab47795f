import { EucentricError } from '../../core/base';
import { serialEmErrors } from './errors';
import { type CommandName, type CommandOptions, type ScriptValue, type SerialEmTransport, commands } from './transport';

/** Real seconds beyond its own limit after which a wire is taken to be dead. */
const patience = 10;
const usualLimit = 30;

/** SerialEM's commands by name, each within its limit, with reports of exactly the numbers that are wanted. */
export class SerialEmScript {
  constructor(private readonly transport: SerialEmTransport) {}

  /** Does something. @throws EucentricError */
  async do(name: CommandName, given: readonly ScriptValue[] = [], options: CommandOptions = {}): Promise<void> {
    await this.run(name, given, options);
  }

  /** The first numbers of a report, at least so many. @throws EucentricError */
  async report(name: CommandName, count: number, signal?: AbortSignal): Promise<readonly number[]> {
    const reported = await this.run(name, [], signal ? { signal } : {});
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

  private async run(
    name: CommandName,
    given: readonly ScriptValue[],
    options: CommandOptions,
  ): Promise<readonly ScriptValue[]> {
    const limit = (options.limit ?? usualLimit) + patience;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // Real time: waiting on a simulated clock would not show that a program is dead.
      timer = setTimeout(() => reject(serialEmErrors.noAnswer(name, limit)), 1000 * limit);
    });
    try {
      return await Promise.race([this.transport.run(commands[name], given, options), late]);
    } catch (error) {
      throw error instanceof EucentricError ? error : serialEmErrors.callFailed(name, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
