import { LineClient, OpenedClient } from '../../wires';
import { hitachiErrors } from './errors';
import type { HitachiTransport } from './transport';

/** Address of the column, and time limits; milliseconds. */
export interface TcpWireOptions {
  readonly host: string;
  readonly port: number;
  readonly connectLimit: number;
  readonly answerLimit: number;
  /** Limit: a connection that breaks sooner after a question was probably dead before it. */
  readonly deadBefore?: number;
}

/** The column over TCP: lines of ASCII that end with a carriage return, both ways. A question whose connection was dead is asked again; nothing else is. */
export class TcpHitachiWire implements HitachiTransport {
  private readonly opened = new OpenedClient<LineClient>(hitachiErrors.notOpen);

  constructor(private readonly options: TcpWireOptions) {}

  open(signal?: AbortSignal): Promise<void> {
    const { answerLimit: _, ...address } = this.options;
    const client = new LineClient({ ...address, name: 'the Hitachi column', lineEnd: '\r' });
    return this.opened.open(client, () => client.connect(signal));
  }

  close(): Promise<void> {
    return this.opened.close();
  }

  async exchange(line: string): Promise<string> {
    const echo = `${line.split(' ').slice(0, 3).join(' ')} `;
    return this.opened.for(line).exchange(line, {
      limit: this.options.answerLimit,
      repeatable: line.startsWith('Get '),
      fits: (answer) => answer.startsWith(echo),
    });
  }
}
