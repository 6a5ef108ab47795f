import { stat } from 'node:fs/promises';
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
import { AcquisitionSettings, type ImageRequest, errorNumbers, isContinuous, processingOf } from './acquisition';
import { runDmScript } from './dm-script';
import { cameraFunctions } from './script-functions';
import { StandInFilter } from './stand-in-filter';
import { StandInFrames } from './stand-in-frames';
import { StandInScan } from './stand-in-scan';

/** Identity that the server reports, and what its DigitalMicrograph can do. */
export interface StandInIdentity {
  readonly pluginVersion: number;
  readonly version: number;
  readonly build: number;
  /** False where DigitalMicrograph does not let a shutter be chosen. */
  readonly selectsShutter?: boolean;
  /** False where DigitalMicrograph does not settle before an exposure. */
  readonly settles?: boolean;
}

const newest: StandInIdentity = { pluginVersion: 120, version: 50331, build: 2300 };
const scriptFailed = -999;
const largestCount = 65535;
/** Smallest number of shorts in a list of defects, where the client has room for it. */
const minDefectShorts = 2048;
/** Pixels of the image that stands for none. */
const dummyPixels = 1024;
/** Counts of a K3 in linear mode: a factor on those of counting, an offset for each readout, and its interval in seconds. */
const k3Linear = { ratio: 350, offset: 8192, interval: 0.000665779 } as const;

type Answer = PacketAnswer | Promise<PacketAnswer>;
type Handlers = {
  readonly [Name in GatanFunctionName]?: (values: RequestOf<GatanFunctions[Name]>, closing: AbortSignal) => Answer;
};

/**
 * A server of the camera protocol that is not DigitalMicrograph: it checks lengths and settings as that does and has its pictures from a
 * source. It shares the table of functions with the client and nothing of what the client computes.
 */
export class GatanStandInServer {
  private readonly server: PacketServer;
  private camera = 0;
  private lastError = 0;
  private continuous = false;
  private doseRate = 0;
  private queued = '';
  /** The energy filter behind the column, which scripts set. */
  readonly filter = new StandInFilter();
  private readonly settings = new AcquisitionSettings();
  private readonly frames = new StandInFrames();
  private readonly scan: StandInScan;
  private readonly closedShutters = new Map<number, number>();
  private readonly unsettled = new Set<number>();
  private readonly inserted: boolean[];

  constructor(
    private readonly source: PictureSource,
    private readonly identity: StandInIdentity = newest,
    options: Pick<PacketServerOptions, 'superChunk' | 'headerPause' | 'handshakeLimit' | 'onRequest'> = {},
  ) {
    this.scan = new StandInScan(source.scans);
    this.inserted = source.cameras.map((camera) => camera.inserted ?? true);
    this.server = new PacketServer({
      ...options,
      functions: Object.values(gatanFunctions),
      handle: (packet, values, closing) => this.handle(packet, values, closing),
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

  /** True while images are taken one after the other. */
  get viewing(): boolean {
    return this.continuous;
  }

  /** The shutter of a camera that is closed between images; undefined when nobody has asked for one. */
  closedShutter(camera: number): number | undefined {
    return this.closedShutters.get(camera);
  }

  private async handle({ name }: PacketFunction, values: AnyValues, closing: AbortSignal): Promise<PacketAnswer> {
    const handler = this.handlers[name as GatanFunctionName] as
      ((values: AnyValues, closing: AbortSignal) => Answer) | undefined;
    // The functions without a handler set what only a real one needs.
    const asks = name === 'GetLastError';
    if (!asks) this.lastError = 0;
    const answer = (await handler?.(values, closing)) ?? {};
    if (!asks && this.lastError === 0) this.lastError = answer.status ?? 0;
    return answer;
  }

  private readonly handlers: Handlers = {
    GetNumberOfCameras: () => ({ values: { count: this.source.cameras.length } }),
    GetPluginVersion: () => ({ values: { version: this.identity.pluginVersion } }),
    GetDMVersion: () => ({ values: { version: this.identity.version } }),
    GetDMVersionAndBuild: () => ({ values: { version: this.identity.version, build: this.identity.build } }),
    GetDMCapabilities: () => ({
      values: {
        canSelectShutter: this.identity.selectsShutter ?? true,
        canSetSettling: this.identity.settles ?? true,
        openShutterWorks: true,
      },
    }),
    GetLastError: () => ({ values: { error: this.lastError } }),
    IsCameraInserted: ({ camera }) =>
      camera in this.inserted ? { values: { inserted: this.inserted[camera]! } } : this.scriptFails(1),
    InsertCamera: ({ camera, inserted }) => this.forCamera(camera, () => void (this.inserted[camera] = inserted)),
    SetCurrentCamera: ({ camera }) => ((this.camera = camera), {}),
    SelectCamera: ({ camera }) => {
      this.camera = camera;
      return this.forCamera(camera, () => {});
    },
    SetShutterNormallyClosed: ({ camera, shutter }) =>
      this.forCamera(camera, () => void this.closedShutters.set(camera, shutter)),
    SetNoDMSettling: ({ camera }) => (this.unsettled.add(camera), {}),
    SetupFileSaving: (request) => this.prepareSaving({ ...request, flags: 0, grabAndSum: 0 }),
    SetupFileSaving2: (request) => this.prepareSaving(request),
    GetFileSaveResult: async () => ({ values: await this.frames.result() }),
    GetLastDoseRate: () => ({ values: { doseRate: this.doseRate } }),
    WaitUntilReady: async () => (await this.frames.result(), {}),
    ReturnDeferredSum: async ({ pixels }) => {
      const sum = await this.frames.deferredSum();
      return sum ? imageOf(sum, pixels) : { status: errorNumbers.noDeferredSum };
    },
    StopContinuousCamera: () => {
      this.continuous = false;
      this.settings.clearOnce();
      return {};
    },
    SetReadMode: ({ mode, scaling }) => (this.settings.setReadMode(mode, scaling), {}),
    SetK2Parameters: (parameters) => (this.settings.setParameters(parameters), {}),
    SetK2Parameters2: (parameters) => (this.settings.setParameters(parameters), {}),
    QueueScript: ({ array }) => ((this.queued += `${unpackText(array)[0] ?? ''}\n`), {}),
    GetAcquiredImage: (request, closing) => this.acquire(request, false, closing),
    GetDarkReference: (request, closing) => this.acquire({ ...request, processing: 0, shutterDelay: 0 }, true, closing),
    GetGainReference: ({ pixels, binning }) => this.gainReference(pixels, binning),
    GetDefectList: ({ pixels }) => defectList(this.source.cameras[this.camera], pixels),
    GetDSProperties: () => this.scan.properties(),
    AcquireDSImage: async ({ pixels, divideBy2, array, ...request }, closing) =>
      this.scanned(await this.scan.scan({ ...request, signals: array }, closing), pixels, divideBy2),
    ReturnDSChannel: ({ pixels, channel, divideBy2 }) => this.scanned(this.scan.signal(channel), pixels, divideBy2),
    StopDSAcquisition: () => ({ status: this.scan.stop() }),
    CheckReferenceTime: async ({ array }) => {
      const found = await stat(unpackText(array)[0] ?? '').catch(() => undefined);
      return found ? { values: { timeLow: Math.floor(found.mtimeMs / 1000) | 0, timeHigh: 0 } } : { status: 1 };
    },
    ExecuteScript: ({ array }) => this.executeScript(unpackText(array)[0] ?? ''),
  };

  /** The answer to a function whose script fails in DigitalMicrograph. */
  private scriptFails(status: number = errorNumbers.script): PacketAnswer {
    this.lastError = errorNumbers.script;
    return { status };
  }

  private forCamera(camera: number, work: () => void): PacketAnswer {
    if (!(camera in this.inserted)) return this.scriptFails();
    work();
    return {};
  }

  private async prepareSaving(
    given: Omit<RequestOf<GatanFunctions['SetupFileSaving2']>, 'threshold' | 'thresholdPlus' | 'spare'>,
  ): Promise<PacketAnswer> {
    const [folder = '', name = ''] = unpackText(given.array);
    this.settings.rotationFlip = Math.max(0, Math.min(7, given.rotationFlip));
    return { values: { error: await this.frames.prepare({ ...given, folder, name }) } };
  }

  private async acquire(request: ImageRequest, dark: boolean, closing: AbortSignal): Promise<PacketAnswer> {
    const answer = await this.image(request, dark, closing);
    // The thread of a continuous mode goes on with the settings of its first call.
    if (!this.continuous) this.settings.clearOnce();
    return answer;
  }

  private async image(request: ImageRequest, dark: boolean, closing: AbortSignal): Promise<PacketAnswer> {
    const { settings } = this;
    const script = this.queued;
    this.queued = '';
    if (script !== '' && this.run(script) === scriptFailed) return this.scriptFails();
    const camera = this.source.cameras[this.camera];
    if (!camera || !this.inserted[this.camera]) return this.scriptFails();
    this.continuous = isContinuous(request.processing);
    const saves = settings.doseFractions && settings.saveFrames;
    const empty = saves && this.frames.returnsNothing(saves);
    const plan = settings.plan(camera, request, empty);
    if (typeof plan === 'number') return { status: plan };
    const settles = (this.identity.settles ?? true) && !this.unsettled.has(this.camera);
    const wanted: PictureRequest = {
      ...plan,
      camera: this.camera,
      readMode: settings.mode.readMode,
      processing: processingOf(request.processing),
      correctedInCamera: settings.correctedInCamera,
      dark: dark || this.staysClosed(request.shutter),
      exposure: request.exposure,
      settling: settles ? request.settling : 0,
      scaling: settings.scaling,
    };
    const picture = await this.expose(wanted, saves, camera, closing);
    const pixels = Math.min(dummyPixels, request.pixels);
    // An image of nothing would hang a client.
    if (!picture) return { values: { pixels, width: 0, height: 0 }, image: new Uint8Array(2 * pixels) };
    return imageOf(rotateFlip(divided(picture, request.divideBy2), settings.rotationFlip), request.pixels);
  }

  /** True when a shutter that is closed between images is not the one that opens for them. */
  private staysClosed(shutter: number): boolean {
    const closed = this.closedShutters.get(this.camera);
    if (closed === undefined || !(this.identity.selectsShutter ?? true)) return false;
    return shutter >= 0 && shutter !== closed;
  }

  /** The picture, or the sum of the frames that were taken before the server is to return. */
  private async expose(
    wanted: PictureRequest,
    saves: boolean,
    camera: StandInCamera,
    closing: AbortSignal,
  ): Promise<Picture | undefined> {
    const { settings } = this;
    if (!settings.doseFractions) return this.take(wanted, camera, closing);
    const count = Math.max(1, Math.round(wanted.exposure / settings.frameTime) || 1);
    const frame = (place: number, signal: AbortSignal): Promise<Picture> =>
      this.take({ ...wanted, exposure: settings.frameTime, frame: { place, count } }, camera, signal);
    const sum = await this.frames.take(count, saves, frame, closing);
    if (!sum) return undefined;
    const counts = sum.data.reduce((total, value) => total + value, 0);
    const electrons = counts / (wanted.readMode === 'linear' ? 1 : settings.scaling || 1);
    const { left, top, right, bottom } = wanted.area;
    this.doseRate = electrons / (this.frames.taken * settings.frameTime * (right - left) * (bottom - top));
    return sum;
  }

  private async take(wanted: PictureRequest, camera: StandInCamera, closing: AbortSignal): Promise<Picture> {
    const picture = await this.source.expose(wanted, closing);
    if (
      picture.width !== wanted.width ||
      picture.height !== wanted.height ||
      picture.data.length !== picture.width * picture.height
    )
      throw new Error('The source delivered a picture of another size.');
    const pedestal = camera.kind === 'K3' ? this.settings.pedestal() : undefined;
    if (!pedestal) return picture;
    const { ratio, offset, interval } = k3Linear;
    const added = (offset * wanted.exposure) / interval - pedestal.perMillisecond * 1000 * wanted.exposure;
    return changed(picture, (count) => (count * ratio + added) * pedestal.scale);
  }

  private gainReference(pixels: number, binning: number): PacketAnswer {
    const camera = this.source.cameras[this.camera];
    if (!camera || binning <= 0) return this.scriptFails();
    const width = Math.floor(camera.width / binning);
    const height = Math.min(Math.floor(camera.height / binning), Math.floor(pixels / width));
    const gains = Float32Array.from({ length: width * height }, (_, at) => 1 + ((at % 7) - 3) / 100);
    return { values: { pixels: gains.length, width, height }, image: new Uint8Array(gains.buffer) };
  }

  private scanned(picture: Picture | number, pixels: number, divideBy2: number): PacketAnswer {
    return typeof picture === 'number' ? { status: picture } : imageOf(divided(picture, divideBy2), pixels);
  }

  private executeScript(script: string): PacketAnswer {
    const value = script.trim() === '' ? scriptFailed : this.run(script);
    // The server reports a script error after every script, whatever came of it.
    this.lastError = errorNumbers.clientScript;
    return { status: value === scriptFailed ? 1 : 0, values: { value } };
  }

  /** Runs a script. @returns what it gives to `Exit`, or the value that says that it failed */
  private run(script: string): number {
    try {
      const known = {
        ...this.filter.functions(),
        ...cameraFunctions(this.source.cameras, this.inserted, this.identity, (camera) => (this.camera = camera)),
      };
      return runDmScript(script, {
        ...known,
        doesfunctionexist: (name) => Number(Object.hasOwn(known, String(name?.value()).toLowerCase())),
      });
    } catch {
      return scriptFailed;
    }
  }
}

/** The answer that carries a picture; rows for which the client has no room are cut off. */
function imageOf({ width, height, data }: Picture, pixels: number): PacketAnswer {
  const rows = Math.min(height, Math.floor(pixels / width));
  const kept = data.subarray(0, width * rows);
  // The real one divides by the number of chunks, which is zero then.
  if (kept.length === 0) throw new Error('There is no room for a row.');
  return {
    values: { pixels: kept.length, width, height: rows },
    image: new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength),
  };
}

const changed = (picture: Picture, change: (count: number) => number): Picture => ({
  ...picture,
  data: picture.data.map((count) => Math.max(0, Math.min(largestCount, Math.round(change(count))))),
});

/** Halves or doubles the counts as the client asks; other numbers are taken for 0. */
const divided = (picture: Picture, divideBy2: number): Picture =>
  Math.abs(divideBy2) === 1 ? changed(picture, (count) => Math.floor(count / 2 ** divideBy2)) : picture;

/** A short list of bad pixels, as pairs of column and row, filled up as the server fills it. */
function defectList(camera: StandInCamera | undefined, room: number): PacketAnswer {
  const { width = 0, height = 0 } = camera ?? {};
  const bad = [Math.min(17, width - 1), Math.min(23, height - 1), width >> 1, height >> 1];
  const points = Math.min(bad.length / 2, Math.floor(room / 2));
  const pairs = new Int16Array(Math.max(1, Math.min(minDefectShorts, room), 2 * points));
  pairs.set(bad.slice(0, 2 * points));
  return {
    values: { pixels: pairs.length, points, total: bad.length / 2 },
    image: new Uint8Array(pairs.buffer),
  };
}
