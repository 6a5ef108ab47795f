import type { Clock } from '../../core/base';
import { MicroscopeLink } from '../../simulation';
import type { CallOptions, PacketFunction, PacketReply, RequestOf } from '../../wires';
import type { CameraModel } from './camera-model';
import type { DigiScanModel } from './digiscan-model';
import { gatanErrors } from './errors';
import { SocketTransport } from './protocol/socket-transport';
import { GatanStandInServer } from './stand-in/stand-in-server';
import type { GatanTransport } from './transport';
import { VirtualPictures } from './stand-in/virtual-pictures';

const loopback = '127.0.0.1';

/** The real wire to a server of our own, in this process, that photographs the virtual microscope: every image crosses the real protocol. */
export class SimulatedWire implements GatanTransport {
  readonly name = 'the simulated DigitalMicrograph';
  private readonly link: MicroscopeLink;
  private server: GatanStandInServer | undefined;
  private socket: SocketTransport | undefined;

  /** @param find looks for the virtual microscope when the wire is opened */
  constructor(
    find: () => unknown,
    private readonly models: readonly CameraModel[],
    private readonly clock: Clock,
    private readonly connectLimit: number,
    private readonly scan?: DigiScanModel,
    /** Factor on the slit width that is sent to the filter. */
    private readonly slitWidthScaling = 1,
  ) {
    this.link = new MicroscopeLink(find, () => gatanErrors.notConnected(this.name));
  }

  get connectionNumber(): number {
    return this.socket?.connectionNumber ?? 0;
  }

  async open(signal?: AbortSignal): Promise<void> {
    if (this.socket) return this.socket.open(signal);
    this.link.open();
    this.server = new GatanStandInServer(new VirtualPictures(this.link.microscope, this.clock, this.models, this.scan));
    const { microscope } = this.link;
    this.server.filter.follow(({ SlitIn, SlitWidth, OffsetOn, SpectrumOffset, EnergyShift }) => {
      microscope.setSlitIn(SlitIn > 0);
      microscope.setSlitWidth(SlitWidth / this.slitWidthScaling);
      microscope.setEnergyLoss((OffsetOn > 0 ? SpectrumOffset : 0) - EnergyShift);
    });
    const port = await this.server.listen();
    this.socket = new SocketTransport({ name: this.name, host: loopback, port, connectLimit: this.connectLimit });
    await this.socket.open(signal);
  }

  async call<Function extends PacketFunction>(
    packet: Function,
    values: RequestOf<Function>,
    options: CallOptions,
  ): Promise<PacketReply<Function>> {
    if (!this.socket) throw gatanErrors.notConnected(this.name);
    return this.socket.call(packet, values, options);
  }

  async close(): Promise<void> {
    await this.socket?.close();
    await this.server?.close();
    this.link.close();
  }
}
