import { type Clock, FilteredLogger, VirtualClock } from '../../../core/base';
import { type CameraSettings, type Settings, parseSettings } from '../../../core/settings';
import { GatanCamera, type SingleShotCamera, gatanCamera, traitsOf } from '../../../plugins/gatan-k2k3/camera';
import { type CameraModel, type TurnedBy, cameraModel } from '../../../plugins/gatan-k2k3/camera-model';
import { GatanClient, type GatanLimits } from '../../../plugins/gatan-k2k3/protocol/client';
import type { Picture, PictureRequest, PictureSource, StandInKind } from '../../../plugins/gatan-k2k3/picture-source';
import { SocketTransport } from '../../../plugins/gatan-k2k3/protocol/socket-transport';
import { GatanStandInServer, type StandInIdentity } from '../../../plugins/gatan-k2k3/stand-in/stand-in-server';
import { kindOf } from '../../../plugins/gatan-k2k3/stand-in/virtual-pictures';

/** Properties of a camera as a site would write them, small so that tests are quick: 64 x 48 physical pixels, of which super-resolution makes 128 x 96. */
export function propertiesOf(
  lines: Readonly<Record<string, string | number>>,
  general: Readonly<Record<string, string | number>> = {},
): Settings {
  const camera = {
    Name: 'Test',
    K2Type: 3,
    CameraSizeX: 64,
    CameraSizeY: 48,
    Binnings: '1 2 4',
    XMustBeMultipleOf: 4,
    YMustBeMultipleOf: 2,
    CountsPerElectron: 32,
    StartupDelay: 1,
    ...lines,
  };
  const text = [
    'SerialEMProperties',
    'ActiveCameraList 0',
    ...Object.entries(general).map(([name, value]) => `${name} ${value}`),
    'CameraProperties 0',
    ...Object.entries(camera).map(([name, value]) => `${name} ${value}`),
    'EndCameraProperties',
    '',
  ].join('\n');
  return parseSettings(text, 'SerialEMproperties.txt').settings;
}

/** The model that the plugin makes of the first camera. */
export function modelOf(
  settings: Settings,
  turnedBy: TurnedBy = 'server',
  doubleSampling = false,
): { readonly model: CameraModel; readonly camera: CameraSettings } {
  const camera = settings.cameras[0]!;
  return {
    model: cameraModel(camera, settings, {
      number: 0,
      longestExposure: 300,
      turnedBy,
      frameFormat: 'mrc',
      doubleSampling,
    }),
    camera,
  };
}

/** A count that depends linearly on the place on the chip, so that a binned pixel shows exactly what the mean of its pixels shows. */
export const countAt = (column: number, row: number): number => 8 * column + 4 * row;

/** Remembers what it was asked for, and draws a ramp on the chip. */
export class RampSource implements PictureSource {
  readonly requests: PictureRequest[] = [];
  readonly cameras;
  mostAtOnce = 0;
  private running = 0;

  constructor(
    width: number,
    height: number,
    private readonly exposing: (request: PictureRequest, signal: AbortSignal) => Promise<void> = async () => {},
    inserted = true,
    kind: StandInKind = 'CCD',
  ) {
    this.cameras = [{ name: 'ramp', width, height, inserted, kind }];
  }

  async expose(request: PictureRequest, signal: AbortSignal): Promise<Picture> {
    this.requests.push(request);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
    await this.exposing(request, signal).finally(() => this.running--);
    const { area, width, height, dark } = request;
    if (dark) return { width, height, data: new Uint16Array(width * height) };
    const step = (area.right - area.left) / width;
    const data = Uint16Array.from({ length: width * height }, (_, at) =>
      countAt(area.left + ((at % width) + 0.5) * step, area.top + (Math.floor(at / width) + 0.5) * step),
    );
    return { width, height, data };
  }
}

/** Everything from the camera down to a stand-in server over a real socket. */
export interface Bench {
  /** A K2 or K3 as such, any other camera as `any`. */
  readonly camera: GatanCamera;
  readonly any: SingleShotCamera;
  readonly client: GatanClient;
  readonly source: RampSource;
  readonly clock: Clock;
  readonly server: GatanStandInServer;
  readonly requests: readonly Buffer[];
  readonly port: number;
  dispose(): Promise<void>;
}

/** Sets everything up and connects it. */
export async function bench(
  settings: Settings,
  options: {
    readonly exposing?: (request: PictureRequest, signal: AbortSignal) => Promise<void>;
    readonly clock?: Clock;
    readonly superChunk?: number;
    /** Milliseconds within which the server wants the next chunk to be asked for. */
    readonly handshakeLimit?: number;
    readonly through?: (port: number) => Promise<number>;
    readonly limits?: GatanLimits;
    readonly inserted?: boolean;
    readonly turnedBy?: TurnedBy;
    readonly identity?: StandInIdentity;
    readonly doubleSampling?: boolean;
  } = {},
): Promise<Bench> {
  const { model, camera: properties } = modelOf(settings, options.turnedBy, options.doubleSampling);
  const [width, height] = chipOf(model);
  const source = new RampSource(width, height, options.exposing, options.inserted, kindOf(model));
  const requests: Buffer[] = [];
  const server = new GatanStandInServer(source, options.identity, {
    onRequest: (request) => void requests.push(request),
    handshakeLimit: options.handshakeLimit ?? 60_000,
    ...(options.superChunk && { superChunk: options.superChunk }),
  });
  const own = await server.listen();
  const port = (await options.through?.(own)) ?? own;
  const clock = options.clock ?? new VirtualClock();
  const transport = new SocketTransport({
    name: 'DigitalMicrograph',
    host: '127.0.0.1',
    port,
    connectLimit: 60_000,
    deadBefore: 60_000,
  });
  const client = new GatanClient(
    transport,
    options.limits ?? { parameters: 60_000, image: 60_000, saving: 60_000 },
    new FilteredLogger(() => {}),
  );
  await client.open();
  const any = gatanCamera(traitsOf(model, properties, 3), model, client, clock);
  const camera = any as GatanCamera;
  const dispose = async (): Promise<void> => {
    await client.close();
    await server.close();
  };
  return { camera, any, client, source, clock, server, requests, port, dispose };
}

function chipOf(model: CameraModel): readonly [number, number] {
  const [width, height] = [model.width / model.pixelsPerPhysical, model.height / model.pixelsPerPhysical];
  return model.turnedBy !== 'DigitalMicrograph' && model.rotationFlip % 2 === 1 ? [height, width] : [width, height];
}
