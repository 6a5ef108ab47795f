import { setTimeout as delay } from 'node:timers/promises';
import { throwIfStopped } from '../../core/base';
import { OpenedClient, PacketClient, packetFunctions } from '../../wires';
import { serialEmErrors } from './errors';
import { packArguments, unpackReport } from './script-values';
import { type BufferImage, type CommandOptions, type ScriptValue, type SerialEmTransport, commands } from './transport';

/** Address of SerialEM, and time limits; seconds. */
export interface SocketWireOptions {
  readonly host: string;
  readonly port: number;
  readonly connectLimit: number;
  readonly answerLimit: number;
  /** Limit for SerialEM to agree. It refuses a new connection until it has noticed that the last one ended. */
  readonly agreementLimit?: number;
}

const usualAgreementLimit = 3;
/** Milliseconds from a refusal until SerialEM is asked again. */
const agreementPause = 200;
const maxComplaintLength = 300;

/** The functions of SerialEM's server for Python that are used here. */
const functions = packetFunctions({
  RegularCommand: {
    code: 1,
    request: { longs: ['command', 'lastArgument', 'arraySize'] },
    reply: { longs: ['lastReport', 'failed', 'arraySize'] },
    repeatable: false,
  },
  /** The image in a buffer; `pixels` is the number of its bytes. */
  GetBufferImage: {
    code: 4,
    request: { longs: ['buffer', 'transform'] },
    reply: { longs: ['type', 'rowBytes', 'width', 'height', 'pixels', 'chunks'] },
    image: 1,
    handshake: 2,
    repeatable: true,
  },
  OKtoRunExternalScript: { code: 3, request: {}, reply: { booleans: ['allowed'] }, repeatable: true },
});

/** A running SerialEM, through its socket for Python. It has to agree to be controlled, on every new connection. */
export class SocketSerialEmWire implements SerialEmTransport {
  private readonly opened = new OpenedClient<PacketClient>(serialEmErrors.notConnected);
  private agreedOn = 0;

  constructor(private readonly options: SocketWireOptions) {}

  async open(signal?: AbortSignal): Promise<void> {
    const { host, port, connectLimit } = this.options;
    this.agreedOn = 0;
    await this.opened.open(
      new PacketClient({ name: 'SerialEM', host, port, connectLimit: 1000 * connectLimit }),
      async (client) => {
        await client.connect(signal);
        await this.agree(client, signal);
      },
    );
  }

  close(): Promise<void> {
    return this.opened.close();
  }

  async run(
    command: number,
    given: readonly ScriptValue[],
    { limit = this.options.answerLimit, signal }: CommandOptions = {},
  ): Promise<readonly ScriptValue[]> {
    const client = this.opened.for('a command');
    await client.connect(signal);
    if (client.connectionNumber !== this.agreedOn) await this.agree(client, signal);
    const values = { command, lastArgument: given.length, array: packArguments(given) };
    const { status, values: reply } = await client.call(functions.RegularCommand, values, {
      limit: 1000 * limit,
      onConnection: this.agreedOn,
      ...(signal && { signal }),
    });
    const name = nameOf(command);
    const reported = unpackReport(reply.array, reply.lastReport);
    if (status !== 0 || reply.failed !== 0) throw serialEmErrors.commandFailed(name, complaintIn(reported));
    if (!reported) throw serialEmErrors.strangeReport(name, [reply.lastReport, ...reply.array.slice(0, 8)]);
    return reported;
  }

  async image(
    buffer: number,
    room: number,
    { limit = this.options.answerLimit, signal }: CommandOptions = {},
  ): Promise<BufferImage | undefined> {
    const client = this.opened.for('an image');
    // On another connection the buffer may hold another image.
    const { status, values, image } = await client.call(
      functions.GetBufferImage,
      { buffer, transform: 0 },
      { limit: 1000 * limit, onConnection: this.agreedOn, largestImage: room, ...(signal && { signal }) },
    );
    const { type, rowBytes, width, height } = values;
    if (status !== 0 || !image || image.length === 0) return undefined;
    return { type, rowBytes, width, height, data: image };
  }

  private async agree(client: PacketClient, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + 1000 * (this.options.agreementLimit ?? usualAgreementLimit);
    for (;;) {
      const { status, values, connection } = await client.call(
        functions.OKtoRunExternalScript,
        {},
        { limit: 1000 * this.options.answerLimit, ...(signal && { signal }) },
      );
      if (status === 0 && values.allowed) {
        this.agreedOn = connection;
        return;
      }
      if (performance.now() + agreementPause > until) throw serialEmErrors.notAllowed();
      await delay(agreementPause, undefined, { signal }).catch(() => {});
      if (signal) throwIfStopped(signal);
    }
  }
}

/** The text that SerialEM reports instead of values when a command fails, in one line. */
function complaintIn(reported: readonly ScriptValue[] = []): string {
  const [text] = reported;
  return typeof text === 'string' ? text.replace(/\s+/g, ' ').trim().slice(0, maxComplaintLength) : '';
}

const nameOf = (command: number): string =>
  Object.entries(commands).find(([, number]) => number === command)?.[0] ?? `command ${command}`;
