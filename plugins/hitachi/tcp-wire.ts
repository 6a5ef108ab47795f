import { LineClient, type LineClientOptions } from '../../wires';
import { hitachiErrors } from './errors';
import type { HitachiTransport } from './transport';

/** Address of the column, and time limits; milliseconds. */
export interface TcpWireOptions {
  readonly host: string;
  readonly port: number;
  readonly connectLimit: number;
  readonly answerLimit: number;
}

/** The column over TCP: lines of ASCII that end with a carriage return, both ways. A question whose connection was dead is asked again; nothing else is. */
export class TcpHitachiWire implements HitachiTransport {
  private client: LineClient | undefined;

  constructor(private readonly options: TcpWireOptions) {}

  async open(signal?: AbortSignal): Promise<void> {
    const { host, port, connectLimit } = this.options;
    const address: LineClientOptions = { name: 'the Hitachi column', host, port, connectLimit, lineEnd: '\r' };
    const client = new LineClient(address);
    await client.connect(signal);
    this.client = client;
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.close();
  }

  exchange(line: string): Promise<string> {
    if (!this.client) return Promise.reject(hitachiErrors.notOpen());
    const echo = `${line.split(' ').slice(0, 3).join(' ')} `;
    return this.client.exchange(line, {
      limit: this.options.answerLimit,
      repeatable: line.startsWith('Get '),
      fits: (answer) => answer.startsWith(echo),
    });
  }
}
