import {
  type CallOptions,
  PacketClient,
  type PacketClientOptions,
  type PacketFunction,
  type PacketReply,
  type RequestOf,
} from '../../../wires';
import type { GatanTransport } from '../transport';

/** The camera server of DigitalMicrograph over its socket. */
export class SocketTransport implements GatanTransport {
  private readonly client: PacketClient;

  constructor(private readonly options: PacketClientOptions) {
    this.client = new PacketClient(options);
  }

  get name(): string {
    return `${this.options.name} at ${this.options.host}:${this.options.port}`;
  }
  get connectionNumber(): number {
    return this.client.connectionNumber;
  }
  open(signal?: AbortSignal): Promise<void> {
    return this.client.connect(signal);
  }
  call<Function extends PacketFunction>(
    packet: Function,
    values: RequestOf<Function>,
    options: CallOptions,
  ): Promise<PacketReply<Function>> {
    return this.client.call(packet, values, options);
  }
  close(): Promise<void> {
    return this.client.close();
  }
}
