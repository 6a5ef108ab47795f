import { type Logger, throwIfStopped } from '../../../core/base';
import {
  type CallOptions,
  type PacketFunction,
  type ReplyOf,
  type RequestOf,
  Turns,
  WireError,
  packText,
} from '../../../wires';
import { gatanErrorOf, gatanErrors } from '../errors';
import type { DigiScanShot } from './digiscan-shot';
import { gatanFunctions as functions } from './functions';
import type { GatanTransport } from '../transport';

/** Milliseconds to wait for a function that sets or reads something, beyond the exposure for an image, and for the saving of its frames. */
export interface GatanLimits {
  readonly parameters: number;
  readonly image: number;
  /** On top of that where the image comes only after its frames have been saved. */
  readonly saving: number;
}

/** Description that the server gave when it was connected. */
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
  /** Settings of a detector that has modes; a CCD has only the mode that says so. */
  readonly parameters?: RequestOf<typeof functions.SetK2Parameters2>;
  readonly mode?: RequestOf<typeof functions.SetReadMode>;
  readonly image: RequestOf<typeof functions.GetAcquiredImage>;
  /** Options for saving the frames; without it they are not saved. */
  readonly saving?: RequestOf<typeof functions.SetupFileSaving2>;
  /** True when the image comes before all frames have been taken. */
  readonly returnsEarly: boolean;
  /** Seconds from the request until the exposure begins. */
  readonly startup: number;
  /** Seconds. */
  readonly exposure: number;
  /** Continuous mode of the camera, where it has one. */
  readonly continuous?: { readonly setsReadout: boolean; readonly quality: number };
  /** Called when everything is set and the image is about to be asked for. */
  readonly onBegin?: () => void;
}

/** An image as the server sent it, whole. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint16Array<ArrayBuffer>;
}

/** An image with what the server said of its frames. */
export interface ReceivedImage extends RawImage {
  /** Undefined when none were requested, and while the server still saves. */
  readonly saved?: number;
  /** Electrons per physical pixel and second; undefined for servers that do not tell. */
  readonly doseRate?: number;
}

/** Version of the server's plugin that tells the build of DigitalMicrograph. */
const tellsBuild = 112;
/** Version of the server's plugin that tells the dose rate of an exposure with frames. */
const tellsDoseRate = 110;
/** Bits of `processing` in continuous mode: by the server's own thread, in continuous readout, at a quality, beginning now. */
const continuousBits = { thread: 64, setsReadout: 128, quality: 3, first: 2048 } as const;
/** Values of `continuous`: a single scan, the start of continuous ones, and the next image of these. */
const scanModes = { single: 0, start: 1, next: -1 } as const;
/** Milliseconds that the server may take to end its continuous mode. */
const longestStopOfView = 5000;

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

  /** Name of the server in messages. */
  get name(): string {
    return this.transport.name;
  }

  /** Description that the server gave when it was connected; undefined before. */
  get server(): GatanServer | undefined {
    return this.described;
  }

  /** Connects and asks what is there; changes nothing but the server's debug output, which is switched off. */
  async open(signal?: AbortSignal): Promise<GatanServer> {
    try {
      await this.transport.open(signal);
    } catch (error) {
      throw gatanErrorOf(error, signal);
    }
    const { count } = await this.call(functions.GetNumberOfCameras, {}, signal);
    await this.call(functions.SetDebugMode, { mode: 0 }, signal);
    const { version: pluginVersion } = await this.call(functions.GetPluginVersion, {}, signal);
    const digitalMicrograph =
      pluginVersion >= tellsBuild
        ? await this.call(functions.GetDMVersionAndBuild, {}, signal)
        : { ...(await this.call(functions.GetDMVersion, {}, signal)), build: 0 };
    const { canSelectShutter, canSetSettling } = await this.call(functions.GetDMCapabilities, {}, signal);
    this.described = { cameras: count, pluginVersion, ...digitalMicrograph, canSelectShutter, canSetSettling };
    this.log.info(
      `${this.name}: plugin version ${pluginVersion}, DigitalMicrograph ${digitalMicrograph.version} build ${digitalMicrograph.build}, ${count} camera${count === 1 ? '' : 's'}.`,
    );
    return this.described;
  }

  /** True when a camera is in the beam path. */
  async isInserted(camera: number, signal?: AbortSignal): Promise<boolean> {
    return (await this.call(functions.IsCameraInserted, { camera }, signal)).inserted;
  }

  /** Moves a camera in or out; returns when the server has accepted it, before the camera has arrived. */
  async insert(camera: number, inserted: boolean, signal?: AbortSignal): Promise<void> {
    await this.call(functions.InsertCamera, { camera, inserted }, signal);
  }

  /** Has a shutter closed between images, so that the specimen is spared; the server opens it for its images. */
  async closeShutter(camera: number, shutter: number, signal?: AbortSignal): Promise<void> {
    await this.call(functions.SetShutterNormallyClosed, { camera, shutter }, signal);
  }

  /**
   * Takes an image: selects the camera, sets its parameters and asks for the image, all on one connection. When the connection is lost
   * or changes before the image has been asked for, all of it is done once more; afterwards nothing is.
   */
  acquire(shot: GatanShot, signal?: AbortSignal): Promise<ReceivedImage> {
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
          const harmless =
            error instanceof WireError &&
            (error.code === 'wire/connection-changed' || (error.code === 'wire/connection-lost' && !asked));
          if (!harmless || signal?.aborted) throw error;
          this.log.warn(`${this.name}: connected again; the settings of the exposure are sent once more.`);
          return this.shoot(shot, signal);
        }
      })
      .catch((error: unknown) => {
        throw gatanErrorOf(error, signal);
      });
  }

  /**
   * Has the server take images one after the other and hands each over, until the signal fires; then lets the image under way end, so that
   * the connection stays, and ends the continuous mode, which happens after a failure, too.
   */
  watch(shot: GatanShot, show: (image: RawImage) => Promise<void>, signal: AbortSignal): Promise<void> {
    return this.turns
      .take(signal, async () => {
        const { connection } = await this.checked(
          functions.SelectCamera,
          { camera: shot.camera },
          { limit: this.limits.parameters },
        );
        const onConnection = { onConnection: connection };
        await this.setUp(shot, { limit: this.limits.parameters, ...onConnection });
        try {
          const { setsReadout = false, quality = 0 } = shot.continuous ?? {};
          let bits =
            continuousBits.thread |
            (setsReadout ? continuousBits.setsReadout : 0) |
            (quality << continuousBits.quality) |
            continuousBits.first;
          while (!signal.aborted) {
            const image = { ...shot.image, processing: shot.image.processing | bits };
            const received = await this.receive({ ...shot, image }, onConnection);
            bits &= ~continuousBits.first;
            // What came in after the stop is nobody's any more.
            if (!signal.aborted) await show(received);
          }
        } finally {
          await this.checked(functions.StopContinuousCamera, {}, { limit: this.limits.parameters + longestStopOfView });
        }
      })
      .catch((error: unknown) => {
        throw gatanErrorOf(error);
      });
  }

  /** Fetches the sum of all frames of the last exposure that returned early; waits for the server to have it. */
  async deferredSum({ image: { pixels, width, height }, camera }: GatanShot, signal?: AbortSignal): Promise<RawImage> {
    await this.call(functions.WaitUntilReady, { which: camera }, signal);
    try {
      const options = {
        limit: this.limits.image + this.limits.saving,
        largestImage: 2 * pixels,
        ...(signal && { signal }),
      };
      return this.wholeImage(await this.checked(functions.ReturnDeferredSum, { pixels, width, height }, options), {
        width,
        height,
      });
    } catch (error) {
      throw gatanErrorOf(error, signal);
    }
  }

  /** Asks for the times of DigiScan: flyback in microseconds, and the frequency of the mains in hertz. */
  async scanTimes(signal?: AbortSignal): Promise<{ readonly flyback: number; readonly lineFrequency: number }> {
    return this.call(functions.GetDSProperties, { extraDelay: 0, addedFlyback: 0, margin: 0 }, signal);
  }

  /** Scans once. @returns the images of the channels in the order of the shot */
  scan(shot: DigiScanShot, signal?: AbortSignal): Promise<readonly RawImage[]> {
    return this.turns
      .take(signal, () => this.scanned(shot, scanModes.single, signal))
      .catch((error: unknown) => {
        throw gatanErrorOf(error, signal);
      });
  }

  /** Scans one time after the other and hands the images of each over, until the signal fires; ends after a failure, too. */
  watchScans(
    shot: DigiScanShot,
    show: (images: readonly RawImage[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.turns
      .take(signal, async () => {
        // The server answers the start at once, with an image of nothing.
        await this.scanned({ ...shot, signals: shot.signals.slice(0, 1) }, scanModes.start);
        try {
          while (!signal.aborted) {
            const images = await this.scanned(shot, scanModes.next);
            if (!signal.aborted) await show(images);
          }
        } finally {
          await this.checked(functions.StopDSAcquisition, {}, { limit: this.limits.parameters + longestStopOfView });
        }
      })
      .catch((error: unknown) => {
        throw gatanErrorOf(error);
      });
  }

  /** Runs a DM script. @returns what it gives to `Exit` */
  async script(text: string, signal?: AbortSignal): Promise<number> {
    return (await this.call(functions.ExecuteScript, { selectCamera: false, array: packText(text) }, signal)).value;
  }

  /** Calls a function and fails when the server says that it failed. */
  async call<Function extends PacketFunction>(
    packet: Function,
    values: RequestOf<Function>,
    signal?: AbortSignal,
  ): Promise<ReplyOf<Function>> {
    try {
      return (await this.checked(packet, values, { limit: this.limits.parameters, ...(signal && { signal }) })).values;
    } catch (error) {
      throw gatanErrorOf(error, signal);
    }
  }

  /** Closes for good. */
  close(): Promise<void> {
    this.described = undefined;
    return this.transport.close();
  }

  private async shoot(shot: GatanShot, signal: AbortSignal | undefined): Promise<ReceivedImage> {
    const { camera, parameters, saving, returnsEarly, onBegin } = shot;
    const options: CallOptions = { limit: this.limits.parameters, ...(signal && { signal }) };
    const { connection } = await this.checked(functions.SelectCamera, { camera }, options);
    const here = { ...options, onConnection: connection };
    if (saving) {
      const { values } = await this.checked(functions.SetupFileSaving2, saving, here);
      if (values.error !== 0) throw gatanErrors.cannotSave(this.name, values.error);
    }
    await this.setUp(shot, here);
    if (signal) throwIfStopped(signal);
    onBegin?.();
    const received = await this.receive(shot, here);
    if (!parameters?.doseFractions) return received;
    const report =
      saving && !returnsEarly ? (await this.checked(functions.GetFileSaveResult, {}, here)).values : undefined;
    if (report && report.error !== 0) throw gatanErrors.notSaved(this.name, report.saved, report.error);
    const doseRate =
      this.described && this.described.pluginVersion >= tellsDoseRate
        ? (await this.checked(functions.GetLastDoseRate, {}, here)).values.doseRate
        : 0;
    return { ...received, ...(report && { saved: report.saved }), ...(doseRate > 0 && { doseRate }) };
  }

  private async scanned(shot: DigiScanShot, continuous: number, signal?: AbortSignal): Promise<readonly RawImage[]> {
    const { width, height, signals, rotation, pixelTime, lineSync, divideBy2, startup, frameTime } = shot;
    const pixels = width * height;
    const size = { pixels, width, height, divideBy2 };
    const milliseconds = 1000 * (startup + frameTime);
    const options = { largestImage: 2 * pixels, ...(signal && { signal }) };
    const first = await this.checked(
      functions.AcquireDSImage,
      { ...size, lineSync, continuous, rotation, pixelTime, array: Int32Array.from(signals) },
      { ...options, limit: milliseconds + this.limits.image, occupies: milliseconds },
    );
    const images = [this.wholeImage(first, shot)];
    for (const channel of signals.slice(1))
      images.push(
        this.wholeImage(
          await this.checked(
            functions.ReturnDSChannel,
            { ...size, channel },
            // Another connection may have scanned meanwhile.
            { ...options, limit: this.limits.image, onConnection: first.connection },
          ),
          shot,
        ),
      );
    return images;
  }

  private async setUp({ parameters, mode }: GatanShot, options: CallOptions): Promise<void> {
    if (parameters) await this.checked(functions.SetK2Parameters2, parameters, options);
    if (mode) await this.checked(functions.SetReadMode, mode, options);
  }

  private async receive(
    { image, startup, exposure, saving, returnsEarly }: GatanShot,
    options: Omit<CallOptions, 'limit'>,
  ): Promise<RawImage> {
    const milliseconds = 1000 * (startup + exposure);
    const limit = milliseconds + this.limits.image + (saving && !returnsEarly ? this.limits.saving : 0);
    return this.wholeImage(
      await this.checked(functions.GetAcquiredImage, image, {
        ...options,
        limit,
        occupies: milliseconds,
        largestImage: 2 * image.pixels,
      }),
      image,
    );
  }

  private wholeImage(
    reply: {
      readonly values: { readonly width: number; readonly height: number };
      readonly image: Uint8Array<ArrayBuffer> | undefined;
    },
    wanted: { readonly width: number; readonly height: number },
  ): RawImage {
    const { width, height } = reply.values;
    const bytes = reply.image!;
    if (width * height !== bytes.length / 2)
      throw gatanErrors.wrongImage(
        this.name,
        `${width} x ${height} (${bytes.length / 2} sent)`,
        `${wanted.width} x ${wanted.height}`,
      );
    return { width, height, data: new Uint16Array(bytes.buffer) };
  }

  private async checked<Function extends PacketFunction>(
    packet: Function,
    values: RequestOf<Function>,
    options: CallOptions,
  ) {
    const reply = await this.transport.call(packet, values, options);
    if (reply.status === 0) return reply;
    const { values: last } = await this.transport.call(
      functions.GetLastError,
      {},
      { limit: this.limits.parameters, ...(options.signal && { signal: options.signal }) },
    );
    throw gatanErrors.failed(this.name, packet.name, reply.status, last.error);
  }
}
