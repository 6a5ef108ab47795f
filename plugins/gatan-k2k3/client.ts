import { type Logger, throwIfStopped } from '../../core/base';
import { type CallOptions, type PacketFunction, type ReplyOf, type RequestOf, Turns, WireError } from '../../wires';
import { asFault, gatanErrors } from './errors';
import { gatanFunctions as functions } from './functions';
import type { GatanTransport } from './transport';

/** Milliseconds to wait for a function that sets or reads something, and beyond the exposure for an image. */
export interface GatanLimits {
  readonly parameters: number;
  readonly image: number;
}

/** What the server said of itself when it was connected. */
export interface GatanServer {
  readonly cameras: number;
  readonly pluginVersion: number;
  /** As `GetDMVersion` gives it. */
  readonly version: number;
  /** 0 for servers that do not tell. */
  readonly build: number;
  readonly canSelectShutter: boolean;
  readonly canSetSettling: boolean;
}

/** One exposure in the server's own terms. */
export interface GatanShot {
  readonly camera: number;
  readonly parameters: RequestOf<typeof functions.SetK2Parameters2>;
  readonly image: RequestOf<typeof functions.GetAcquiredImage>;
  /** Seconds from the request until the image can be expected. */
  readonly duration: number;
  /** Called when everything is set and the image is about to be asked for. */
  readonly onBegin?: () => void;
}

/** An image as the server sent it, whole. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array<ArrayBuffer>;
}

/** Version of the server's plugin that tells the build of DigitalMicrograph. */
const tellsBuild = 112;

/** The camera server as the cameras use it: versions, insertion, and exposures with everything that has to be set before them. */
export class GatanClient {
  private readonly turns: Turns;
  private described: GatanServer | undefined;

  constructor(
    private readonly transport: GatanTransport,
    private readonly limits: GatanLimits,
    private readonly log: Logger,
  ) {
    this.turns = new Turns('The exposure');
  }

  /** What to call the server in messages. */
  get name(): string {
    return this.transport.name;
  }

  /** What the server said when it was connected; undefined before. */
  get server(): GatanServer | undefined {
    return this.described;
  }

  /** Connects and asks what is there; changes nothing but the server's debug output, which is switched off. */
  async open(signal?: AbortSignal): Promise<GatanServer> {
    try {
      await this.transport.open(signal);
    } catch (error) {
      throw asFault(error, signal);
    }
    const { count } = await this.call(functions.GetNumberOfCameras, {}, signal);
    await this.call(functions.SetDebugMode, { mode: 0 }, signal);
    const { version: pluginVersion } = await this.call(functions.GetPluginVersion, {}, signal);
    const digitalMicrograph =
      pluginVersion >= tellsBuild ? await this.call(functions.GetDMVersionAndBuild, {}, signal) : { ...(await this.call(functions.GetDMVersion, {}, signal)), build: 0 };
    const { canSelectShutter, canSetSettling } = await this.call(functions.GetDMCapabilities, {}, signal);
    this.described = { cameras: count, pluginVersion, ...digitalMicrograph, canSelectShutter, canSetSettling };
    this.log.info(`${this.name}: plugin version ${pluginVersion}, DigitalMicrograph ${digitalMicrograph.version} build ${digitalMicrograph.build}, ${count} camera${count === 1 ? '' : 's'}.`);
    return this.described;
  }

  /** Whether a camera is in the beam path. */
  async isInserted(camera: number, signal?: AbortSignal): Promise<boolean> {
    return (await this.call(functions.IsCameraInserted, { camera }, signal)).inserted;
  }

  /** Moves a camera in or out; returns when the server has accepted it, before the camera has arrived. */
  async insert(camera: number, inserted: boolean, signal?: AbortSignal): Promise<void> {
    await this.call(functions.InsertCamera, { camera, inserted }, signal);
  }

  /**
   * Takes an image: selects the camera, sets its parameters and asks for the image, all on one connection. When the connection is lost
   * or changes before the image has been asked for, all of it is done once more; afterwards nothing is.
   */
  acquire(shot: GatanShot, signal?: AbortSignal): Promise<RawImage> {
    return this.turns
      .take(signal, async () => {
        let asked = false;
        const watched = {
          ...shot,
          onBegin: () => {
            asked = true;
            shot.onBegin?.();
          },
        };
        try {
          return await this.shoot(watched, signal);
        } catch (error) {
          const harmless = error instanceof WireError && (error.code === 'wire/connection-changed' || (error.code === 'wire/connection-lost' && !asked));
          if (!harmless || signal?.aborted) throw error;
          this.log.warn(`${this.name}: connected again; the settings of the exposure are sent once more.`);
          return this.shoot(shot, signal);
        }
      })
      .catch((error: unknown) => {
        throw asFault(error, signal);
      });
  }

  /** Calls a function and fails when the server says that it failed. */
  async call<Function extends PacketFunction>(packet: Function, values: RequestOf<Function>, signal?: AbortSignal): Promise<ReplyOf<Function>> {
    try {
      return (await this.checked(packet, values, { limit: this.limits.parameters, ...(signal && { signal }) })).values;
    } catch (error) {
      throw asFault(error, signal);
    }
  }

  /** Closes for good. */
  close(): Promise<void> {
    this.described = undefined;
    return this.transport.close();
  }

  private async shoot({ camera, parameters, image, duration, onBegin }: GatanShot, signal: AbortSignal | undefined): Promise<RawImage> {
    const options: CallOptions = { limit: this.limits.parameters, ...(signal && { signal }) };
    const { connection } = await this.checked(functions.SelectCamera, { camera }, options);
    const onConnection = { onConnection: connection };
    await this.checked(functions.SetK2Parameters2, parameters, { ...options, ...onConnection });
    if (signal) throwIfStopped(signal);
    onBegin?.();
    const milliseconds = 1000 * duration;
    const reply = await this.checked(functions.GetAcquiredImage, image, {
      ...options,
      ...onConnection,
      limit: milliseconds + this.limits.image,
      occupies: milliseconds,
      largestImage: 2 * image.pixels,
    });
    const { width, height } = reply.values;
    const bytes = reply.image!;
    if (width * height !== bytes.length / 2) throw gatanErrors.wrongImage(this.name, `${width} x ${height} (${bytes.length / 2} sent)`, `${image.width} x ${image.height}`);
    return { width, height, data: new Uint16Array(bytes.buffer) };
  }

  private async checked<Function extends PacketFunction>(packet: Function, values: RequestOf<Function>, options: CallOptions) {
    const reply = await this.transport.call(packet, values, options);
    if (reply.status === 0) return reply;
    const { values: last } = await this.transport.call(functions.GetLastError, {}, { limit: this.limits.parameters, ...(options.signal && { signal: options.signal }) });
    throw gatanErrors.failed(this.name, packet.name, reply.status, last.error);
  }
}
