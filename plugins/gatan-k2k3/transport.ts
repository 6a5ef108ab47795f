import type { CallOptions, PacketFunction, PacketReply, RequestOf } from '../../wires';

/** The functions of a camera server that the camera's code uses, wherever the server runs. */
export interface GatanTransport {
  /** Name of the server in messages. */
  readonly name: string;
  /** Number of the connection; when it changes, the server may have forgotten what was set. */
  readonly connectionNumber: number;
  /** Connects; the only thing that may open a socket. */
  open(signal?: AbortSignal): Promise<void>;
  /** Calls a function; calls wait for each other. */
  call<Function extends PacketFunction>(
    packet: Function,
    values: RequestOf<Function>,
    options: CallOptions,
  ): Promise<PacketReply<Function>>;
  /** Closes for good and resolves when nothing is left open. */
  close(): Promise<void>;
}
