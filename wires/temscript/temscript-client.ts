import { HttpJsonClient } from '../http-json';
import { OpenedClient } from '../opened-client';

/** Address and patience of a client of temscript's server; seconds. */
export interface TemscriptOptions {
  readonly host: string;
  readonly port: number;
  readonly answerLimit: number;
}

/** Errors of the device that is reached through the server. */
export interface TemscriptErrors {
  notOpen(call: string): Error;
  /** @param status the HTTP status of a server that answered and did nothing */
  refused(call: string, status: number): Error;
}

/** Options of one request, where they are not the usual ones. */
interface RequestOptions {
  /** Seconds. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  /** Limit of the answer in bytes. */
  readonly largest?: number;
}

/** The HTTP server of temscript on a microscope computer: values of FEI's scripting by name, as JSON. */
export class TemscriptClient {
  private readonly opened: OpenedClient<HttpJsonClient>;

  constructor(
    private readonly options: TemscriptOptions,
    private readonly errors: TemscriptErrors,
  ) {
    this.opened = new OpenedClient((call) => errors.notOpen(call));
  }

  /** Connects, and proves it by asking for one value. */
  open(proof: string, signal?: AbortSignal): Promise<void> {
    const { host, port } = this.options;
    const client = new HttpJsonClient({ name: 'the temscript server', host, port });
    return this.opened.open(client, () => this.get(proof, { signal }));
  }

  close(): Promise<void> {
    return this.opened.close();
  }

  async get(name: string, { limit, signal, largest }: RequestOptions = {}): Promise<unknown> {
    const { status, value } = await this.opened.for(name).get(`/v1/${name}`, {
      limit: 1000 * (limit ?? this.options.answerLimit),
      ...(signal && { signal }),
      ...(largest !== undefined && { largest }),
    });
    if (status !== 200) throw this.errors.refused(`GET ${name}`, status);
    return value;
  }

  async put(name: string, value: unknown, options: RequestOptions = {}): Promise<void> {
    await this.putFirst(name, [value], options);
  }

  /**
   * Sends the values one after the other until the server takes one, and returns that one. Versions of the server differ
   * in the names that they know, and answer 500 to one that they do not know.
   */
  async putFirst<Value>(
    name: string,
    values: readonly Value[],
    { limit, signal }: RequestOptions = {},
  ): Promise<Value> {
    for (const value of values) {
      const { status } = await this.opened.for(name).put(`/v1/${name}`, value, {
        limit: 1000 * (limit ?? this.options.answerLimit),
        ...(signal && { signal }),
      });
      // With a result the server answers 200; both say that it is done.
      if (status === 204 || status === 200) return value;
      if (status !== 500 || value === values.at(-1))
        throw this.errors.refused(`PUT ${name} ${JSON.stringify(value)}`, status);
    }
    throw new RangeError(`No value for ${name}.`);
  }
}
