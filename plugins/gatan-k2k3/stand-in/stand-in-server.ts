import type { Processing, ReadMode } from '../../../core/devices';
import {
  type AnyValues,
  type PacketAnswer,
  type PacketFunction,
  PacketServer,
  type PacketServerOptions,
  type RequestOf,
  unpackText,
} from '../../../wires';
import { type GatanFunctionName, type GatanFunctions, gatanFunctions } from '../protocol/functions';
import type { Picture, PictureRequest, PictureSource, StandInCamera } from '../picture-source';
import { rotateFlip } from '../rotate-flip';
import { StandInFilter } from './stand-in-filter';
import { StandInFrames } from './stand-in-frames';

/** Identity that the server reports. */
export interface StandInIdentity {
  readonly pluginVersion: number;
  readonly version: number;
  readonly build: number;
}

const newest: StandInIdentity = { pluginVersion: 120, version: 50331, build: 2300 };
/** Numbers of `GetLastError`. */
const failures = { wrongType: 2, badScript: 26, noDeferredSum: 29, badReduction: 33, noImage: 51 } as const;
/** Bit of `processing` for the server's own thread of continuous mode. */
const continuousThread = 64;
const scriptFailed = -999;

interface Mode {
  readonly readMode: ReadMode;
  /** Pixels that the binning counts along one pixel of the chip: 2 in super-resolution. */
  readonly fine: 1 | 2;
}
const modes: Readonly<Record<number, Mode>> = {
  [-1]: { readMode: 'linear', fine: 1 },
  0: { readMode: 'linear', fine: 1 },
  1: { readMode: 'counting', fine: 1 },
  2: { readMode: 'super-resolution', fine: 2 },
  3: { readMode: 'linear', fine: 1 },
  4: { readMode: 'counting', fine: 2 },
};
const highestMode = 4;
const antialiasBits = 7;
const heightUnit = 100000;
const processings: readonly Processing[] = ['unprocessed', 'dark subtracted', 'gain normalized'];

type Handlers = {
  readonly [Name in GatanFunctionName]?: (
    values: RequestOf<GatanFunctions[Name]>,
    gone: AbortSignal,
  ) => PacketAnswer | Promise<PacketAnswer>;
};
type ImageRequest = RequestOf<GatanFunctions['GetAcquiredImage']>;
type Parameters = RequestOf<GatanFunctions['SetK2Parameters2']>;

/**
 * A server of the camera protocol that is not DigitalMicrograph: it checks lengths and settings as that does and has its pictures from a
 * source. It shares the table of functions with the client and nothing of what the client computes.
 */
export class GatanStandInServer {
  private readonly server: PacketServer;
  private camera = 0;
  private readMode = -1;
  private scaling = 1;
  private rotationFlip = 0;
  private antialias = 0;
  private reducedSizes = 0;
  private lastError = 0;
  private doseFractions = false;
  private frameTime = 0;
  private continuous = false;
  private doseRate = 0;
  /** The energy filter behind the column, which scripts set. */
  readonly filter = new StandInFilter();
  private readonly frames = new StandInFrames();
  private readonly closedShutters = new Map<number, number>();
  private readonly inserted: boolean[];

  constructor(
    private readonly source: PictureSource,
    private readonly identity: StandInIdentity = newest,
    options: Pick<PacketServerOptions, 'superChunk' | 'headerPause' | 'handshakeLimit' | 'onRequest'> = {},
  ) {
    this.inserted = source.cameras.map((camera) => camera.inserted ?? true);
    this.server = new PacketServer({
      ...options,
      functions: Object.values(gatanFunctions),
      handle: (packet, values, gone) => this.handle(packet, values, gone),
    });
  }

  /** Starts to listen. @returns the port, which the system chooses for port 0 */
  listen(port = 0): Promise<number> {
    return this.server.listen(port);
  }

  /** Closes everything. */
  close(): Promise<void> {
    return this.server.close();
  }

  private async handle({ name, image }: PacketFunction, values: AnyValues, gone: AbortSignal): Promise<PacketAnswer> {
    const handler = this.handlers[name as GatanFunctionName] as
      ((values: AnyValues, gone: AbortSignal) => PacketAnswer | Promise<PacketAnswer>) | undefined;
    if (handler) return handler(values, gone);
    // What only sets something is accepted; an image of nothing would hang a client.
    return image ? this.failed(failures.noImage) : {};
  }

  private readonly handlers: Handlers = {
    GetNumberOfCameras: () => ({ values: { count: this.source.cameras.length } }),
    GetPluginVersion: () => ({ values: { version: this.identity.pluginVersion } }),
    GetDMVersion: () => ({ values: { version: this.identity.version } }),
    GetDMVersionAndBuild: () => ({ values: { version: this.identity.version, build: this.identity.build } }),
    GetDMCapabilities: () => ({ values: { canSelectShutter: true, canSetSettling: true, openShutterWorks: true } }),
    GetLastError: () => ({ values: { error: this.lastError } }),
    IsCameraInserted: ({ camera }) => this.forCamera(camera, () => ({ values: { inserted: this.inserted[camera]! } })),
    InsertCamera: ({ camera, inserted }) => this.forCamera(camera, () => ((this.inserted[camera] = inserted), {})),
    SelectCamera: ({ camera }) => this.forCamera(camera, () => ((this.camera = camera), {})),
    SetShutterNormallyClosed: ({ camera, shutter }) =>
      this.forCamera(camera, () => (this.closedShutters.set(camera, shutter), {})),
    SetupFileSaving2: async (request) => ({ values: { error: await this.frames.prepare(request) } }),
    GetFileSaveResult: async () => ({ values: await this.frames.result() }),
    GetLastDoseRate: () => ({ values: { doseRate: this.doseRate } }),
    WaitUntilReady: async () => (await this.frames.result(), {}),
    ReturnDeferredSum: async () => {
      const sum = await this.frames.deferredSum();
      return sum ? this.answer(sum) : this.failed(failures.noDeferredSum);
    },
    StopContinuousCamera: () => ((this.continuous = false), {}),
    SetReadMode: ({ mode, scaling }) => {
      this.readMode = Math.min(highestMode, mode);
      this.scaling = scaling;
      this.rotationFlip = 0;
      this.antialias = 0;
      this.doseFractions = false;
      return {};
    },
    SetK2Parameters2: (parameters) => this.setParameters(parameters),
    GetAcquiredImage: (request, gone) => this.acquire(request, gone),
    GetDefectList: ({ pixels }) =>
      pixels < 2 ? this.failed(failures.wrongType) : defectList(this.source.cameras[this.camera]!),
    ExecuteScript: ({ array }) => this.runScript(unpackText(array)[0] ?? ''),
  };

  private failed(error: number): PacketAnswer {
    this.lastError = error;
    return { status: 1 };
  }

  private forCamera(camera: number, answer: () => PacketAnswer): PacketAnswer {
    return this.source.cameras[camera] ? answer() : this.failed(failures.wrongType);
  }

  /** True for a camera in its continuous mode. */
  get viewing(): boolean {
    return this.continuous;
  }

  /** The shutter of a camera that is closed between images; undefined when nobody has asked for one. */
  closedShutter(camera: number): number | undefined {
    return this.closedShutters.get(camera);
  }

  private setParameters({
    readMode,
    scaling,
    rotationFlip,
    doseFractions,
    align,
    saveFrames,
    frameTime,
    flags,
    reducedSizes,
  }: Parameters): PacketAnswer {
    // Frames are not aligned here, so that nobody can take a plain sum for an aligned one.
    const badFrames = doseFractions && (align || readMode < 0 || !(frameTime > 0));
    if (badFrames || rotationFlip < 0 || rotationFlip > 7) return this.failed(failures.wrongType);
    this.readMode = Math.min(highestMode, readMode);
    this.scaling = scaling;
    this.rotationFlip = readMode < 0 ? 0 : rotationFlip;
    this.antialias = flags & antialiasBits;
    this.reducedSizes = reducedSizes;
    this.doseFractions = doseFractions;
    this.frameTime = frameTime;
    this.frames.saves = doseFractions && saveFrames;
    return {};
  }

  private async acquire(request: ImageRequest, gone: AbortSignal): Promise<PacketAnswer> {
    const wanted = this.pictureWanted(request);
    if (!wanted) return this.failed(failures.badReduction);
    this.lastError = 0;
    this.continuous = (request.processing & continuousThread) > 0;
    const divisor = Math.abs(request.divideBy2) === 1 ? 2 ** request.divideBy2 : 1;
    return this.answer(await this.expose(wanted, gone), divisor);
  }

  /** The picture, or the sum of the frames that were taken before the server is to return. */
  private async expose(wanted: PictureRequest, gone: AbortSignal): Promise<Picture> {
    if (!this.doseFractions) return this.take(wanted, gone);
    const count = Math.max(1, Math.round(wanted.exposure / this.frameTime));
    const frame = (place: number, signal: AbortSignal): Promise<Picture> =>
      this.take({ ...wanted, exposure: this.frameTime, frame: { place, count } }, signal);
    const sum = await this.frames.take(count, frame, gone);
    const electrons =
      sum.data.reduce((total, value) => total + value, 0) / (wanted.readMode === 'linear' ? 1 : this.scaling || 1);
    const { left, top, right, bottom } = wanted.area;
    this.doseRate = electrons / (this.frames.taken * this.frameTime * (right - left) * (bottom - top));
    return sum;
  }

  private async take(wanted: PictureRequest, gone: AbortSignal): Promise<Picture> {
    const picture = await this.source.expose(wanted, gone);
    if (
      picture.width !== wanted.width ||
      picture.height !== wanted.height ||
      picture.data.length !== picture.width * picture.height
    )
      throw new Error('The source delivered a picture of another size.');
    return picture;
  }

  private answer(picture: Picture, divisor = 1): PacketAnswer {
    const scaled =
      divisor === 1 ? picture : { ...picture, data: picture.data.map((count) => Math.min(65535, count / divisor)) };
    const { width, height, data } = rotateFlip(scaled, this.rotationFlip);
    return {
      values: { pixels: data.length, width, height },
      image: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  }

  /** The picture that a request asks for; undefined when it contradicts itself or the chip. */
  private pictureWanted({
    pixels,
    width,
    height,
    processing,
    binning,
    top,
    left,
    bottom,
    right,
    exposure,
    settling,
  }: ImageRequest): PictureRequest | undefined {
    const camera = this.source.cameras[this.camera]!;
    const mode = modes[this.readMode] ?? modes[-1]!;
    // What the server reduces itself is read unbinned, so that the area is in pixels of the chip; otherwise it is in binned pixels.
    const reduced = this.antialias > 0;
    const unit = reduced || this.doseFractions ? 1 : Math.max(1, binning / mode.fine);
    const [columns, rows] = [right - left, bottom - top];
    const positive =
      columns > 0 && rows > 0 && width > 0 && height > 0 && binning > 0 && exposure >= 0 && settling >= 0;
    const inside = left >= 0 && top >= 0 && right * unit <= camera.width && bottom * unit <= camera.height;
    const scale = reduced ? mode.fine / binning : binning === 1 ? mode.fine : 1;
    const sized =
      width === columns * scale &&
      height === rows * scale &&
      (!reduced || (binning > 1 && this.reducedSizes === width + heightUnit * height));
    if (!positive || !inside || !sized || pixels < width * height || !this.inserted[this.camera]) return undefined;
    return {
      camera: this.camera,
      area: { left: left * unit, top: top * unit, right: right * unit, bottom: bottom * unit },
      width,
      height,
      readMode: mode.readMode,
      processing: processings[processing & 7] ?? 'gain normalized',
      exposure,
      settling,
      scaling: this.scaling,
    };
  }

  /** Understands scripts that ask what there is and those of the filter; every other one fails. */
  private runScript(script: string): PacketAnswer {
    const camera = this.source.cameras[this.camera]!;
    const value = /CM_CCD_GetSize/.test(script)
      ? camera.width + heightUnit * camera.height
      : /GetApplicationVersion|GetApplicationInfo/.test(script)
        ? this.identity.version
        : (this.filter.run(script) ?? scriptFailed);
    // The server reports a script error after every script, whatever came of it.
    this.lastError = failures.badScript;
    return { status: value === scriptFailed ? 1 : 0, values: { value } };
  }
}

/** A short list of bad pixels, as pairs of column and row. */
function defectList({ width, height }: StandInCamera): PacketAnswer {
  const pairs = Int16Array.of(Math.min(17, width - 1), Math.min(23, height - 1), width >> 1, height >> 1);
  return {
    values: { pixels: pairs.length, points: pairs.length / 2, total: pairs.length / 2 },
    image: new Uint8Array(pairs.buffer),
  };
}
