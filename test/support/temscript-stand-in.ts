import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A camera of the stand-in. */
export interface StandInCamera {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  /** Seconds from the request to the beginning of the exposure. */
  readonly startup?: number;
  /** Shortest exposure in seconds that the camera accepts. */
  readonly shortest?: number;
  /** The counts of an image of these columns and rows, row after row. */
  readonly picture: (binning: number, columns: number, rows: number) => readonly number[];
  readonly pixelType?: 'INT16' | 'UINT16' | 'INT32';
}

/** Behaviour of the stand-in. */
export interface TemscriptStandInOptions {
  /** Lets time pass for what takes a while; seconds. */
  readonly pass: (duration: number) => Promise<void>;
  readonly cameras?: readonly StandInCamera[];
  /** The counts of a scan of these columns and rows, by the name of the detector; missing ones are zero. */
  readonly stemDetectors?: Readonly<Record<string, (columns: number, rows: number) => readonly number[]>>;
  /** Called in the middle of every exposure. */
  readonly exposing?: (camera: string) => Promise<void> | void;
}

type Json = number | boolean | string | readonly Json[] | { readonly [name: string]: Json };
interface ScanState {
  image_size: string;
  binning: number;
  'dwell_time(s)': number;
}
interface CameraState {
  image_size: string;
  'exposure(s)': number;
  binning: number;
  correction: string;
}

const numbers = [
  'defocus',
  'intensity',
  'illuminated_area',
  'probe_defocus',
  'convergence_angle',
  'stem_magnification',
  'stem_rotation',
];
const integers = ['magnification_index', 'spot_size_index'];
const pairs = [
  'image_shift',
  'beam_shift',
  'beam_tilt',
  'diffraction_shift',
  'objective_stigmator',
  'condenser_stigmator',
];
const switches = ['beam_blanked', 'column_valves_open'];
const names: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  projection_mode: { IMAGING: 1, DIFFRACTION: 2 },
  illumination_mode: { NANOPROBE: 0, MICROPROBE: 1 },
  condenser_mode: { PARALLEL: 0, PROBE: 1 },
  dark_field_mode: { OFF: 1, CARTESIAN: 2, CONICAL: 3 },
  instrument_mode: { TEM: 0, STEM: 1 },
  screen_position: { UNKNOWN: 1, UP: 2, DOWN: 3 },
};
const groups = [
  'ALL',
  'SPOTSIZE',
  'INTENSITY',
  'CONDENSER',
  'MINI_CONDENSER',
  'OBJECTIVE',
  'PROJECTOR',
  'OBJECTIVE_CONDENSER',
  'OBJECTIVE_PROJECTIVE',
];
/** Endpoints that answer only in STEM. */
const scanned = ['stem_magnification', 'stem_rotation', 'stem_full_scan_field_of_view'];
/** A scan has magnifications in steps of two. */
const nearestStep = (value: number): number => 100 * 2 ** Math.round(Math.log2(value / 100));
const sizes: Readonly<Record<string, number>> = { FULL: 1, HALF: 2, QUARTER: 4 };

/** Pixels on a side of a whole scan, and the shortest time on one of them in seconds. */
const fullScan = 2048;
const shortestDwell = 1e-7;

class Unknown extends Error {}

/**
 * The HTTP server of temscript as it is described, with a column that remembers its commands; it shares nothing with
 * the program.
 */
export class TemscriptStandIn {
  /** Everything that changes something, in order: path and body. */
  readonly writes: { readonly path: string; readonly body: Json }[] = [];
  readonly exposures: string[] = [];
  requests = 0;
  mostAtOnce = 0;
  readonly values: Record<string, Json> = {
    family: 'NULL',
    microscope_id: 'vm',
    version: '2.1.1',
    voltage: 200,
    stage_holder: 'SINGLE_TILT',
    stage_status: 'READY',
    stage_position: { x: 0, y: 0, z: 0, a: 0, b: 0 },
    image_shift: [0, 0],
    beam_shift: [0, 0],
    beam_tilt: [0, 0],
    diffraction_shift: [0, 0],
    objective_stigmator: [0, 0],
    condenser_stigmator: [0, 0],
    projection_sub_mode: 'SA',
    projection_mode: 'IMAGING',
    projection_mode_string: 'SA',
    magnification_index: 6,
    indicated_camera_length: 0,
    indicated_magnification: 100000,
    defocus: 0,
    objective_excitation: 0,
    intensity: 0,
    screen_current: 1e-9,
    screen_position: 'DOWN',
    illumination_mode: 'MICROPROBE',
    condenser_mode: 'PARALLEL',
    illuminated_area: 1e-8,
    probe_defocus: 0,
    convergence_angle: 0.01,
    stem_magnification: 100000,
    stem_rotation: 0,
    spot_size_index: 1,
    dark_field_mode: 'OFF',
    beam_blanked: false,
    instrument_mode: 'TEM',
    column_valves_open: false,
    stem_available: true,
  };
  private readonly scanState: ScanState = { image_size: 'FULL', binning: 1, 'dwell_time(s)': 1e-6 };
  private readonly cameraStates = new Map<string, CameraState>();
  private readonly remembered = new Map<string, { readonly intensity: Json; readonly shift: Json }>();
  private readonly server: Server;
  private last: Promise<unknown> = Promise.resolve();
  private underWay = 0;

  constructor(private readonly options: TemscriptStandInOptions) {
    for (const { name } of options.cameras ?? [])
      this.cameraStates.set(name, { image_size: 'FULL', 'exposure(s)': 1, binning: 1, correction: 'DEFAULT' });
    this.server = createServer((request, response) => {
      this.requests++;
      // One request at a time: others wait.
      this.last = this.last.then(() => this.serve(request, response)).catch(() => response.destroy());
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', () => resolve()));
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const url = new URL(request.url ?? '', 'http://x');
    const send = (status: number, type: string, text: string | undefined): void => {
      response.writeHead(status, {
        Connection: 'close',
        ...(text !== undefined && { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }),
      });
      response.end(text);
    };
    const page = (status: number, message: string): void =>
      send(status, 'text/html', `<html><body><h1>Error response</h1><p>${message}</p></body></html>`);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    try {
      if (!url.pathname.startsWith('/v1/')) throw new Unknown('unknown endpoint');
      const [endpoint = '', parameter] = url.pathname.slice('/v1/'.length).split('/').map(decodeURIComponent);
      if (request.method === 'GET')
        return send(200, 'application/json', JSON.stringify(await this.get(endpoint, parameter, url)));
      if (request.method !== 'PUT') return page(501, 'unsupported method');
      if (request.headers['content-length'] === undefined || body.length > 4096) throw new Error('bad length');
      const value = JSON.parse(body.toString('utf8')) as Json;
      await this.put(endpoint, parameter, url, value);
      this.writes.push({ path: request.url!.slice('/v1/'.length), body: value });
      send(204, '', undefined);
    } catch (error) {
      page(error instanceof Unknown ? 404 : 500, (error as Error).message);
    } finally {
      this.underWay--;
    }
  }

  private async get(endpoint: string, parameter: string | undefined, url: URL): Promise<Json> {
    const cameras = this.options.cameras ?? [];
    if (endpoint === 'cameras' || endpoint === 'detectors')
      return Object.fromEntries(
        cameras.map(({ name, width, height, binnings }) => [
          name,
          { type: 'CAMERA', width, height, binnings: [...binnings] },
        ]),
      );
    if (endpoint === 'stem_detectors')
      return Object.fromEntries(
        Object.keys(this.options.stemDetectors ?? {}).map((name) => [
          name,
          { type: 'STEM_DETECTOR', binnings: [1, 2, 4] },
        ]),
      );
    if (endpoint === 'stem_acquisition_param') {
      this.requireStem();
      return { ...this.scanState };
    }
    if (endpoint === 'camera_param') return { ...this.cameraState(parameter) };
    if (endpoint === 'acquire') return this.acquire(url.searchParams.getAll('detectors'));
    if (scanned.includes(endpoint)) this.requireStem();
    if (endpoint === 'stem_full_scan_field_of_view') {
      const side = 0.12 / (this.values['stem_magnification'] as number);
      return [side, side];
    }
    if (!(endpoint in this.values)) throw new Unknown(`unknown endpoint ${endpoint}`);
    return this.values[endpoint]!;
  }

  private async put(endpoint: string, parameter: string | undefined, url: URL, value: Json): Promise<void> {
    if (endpoint === 'camera_param') return this.setCamera(parameter, value as unknown as Partial<CameraState>);
    if (endpoint === 'stem_acquisition_param') return this.setScan(value as unknown as Partial<ScanState>);
    if (endpoint === 'normalize') {
      if (typeof value !== 'string' || !groups.includes(value)) throw new Error('unknown normalization');
      return this.options.pass(1);
    }
    if (endpoint === 'stage_position') return this.moveStage(url, value as Record<string, number>);
    if (scanned.includes(endpoint)) this.requireStem();
    if (endpoint === 'instrument_mode') await this.options.pass(1);
    this.check(endpoint, value);
    const known = names[endpoint];
    const stored =
      known && typeof value === 'number' ? Object.keys(known).find((name) => known[name] === value)! : value;
    if (endpoint === 'illumination_mode' && stored !== this.values[endpoint]) this.changeProbe(stored as string);
    this.values[endpoint] = endpoint === 'stem_magnification' ? nearestStep(stored as number) : stored;
    await this.options.pass(0.1);
  }

  private check(endpoint: string, value: Json): void {
    const isPair = Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number');
    const known = names[endpoint];
    if (
      numbers.includes(endpoint)
        ? typeof value === 'number'
        : integers.includes(endpoint)
          ? Number.isInteger(value)
          : pairs.includes(endpoint)
            ? isPair
            : switches.includes(endpoint)
              ? typeof value === 'boolean'
              : false
    )
      return;
    if (known) {
      if (typeof value === 'string' ? value in known : Object.values(known).includes(value as number)) return;
      throw new Error('unknown name');
    }
    if (![...numbers, ...integers, ...pairs, ...switches].includes(endpoint))
      throw new Unknown(`unknown endpoint ${endpoint}`);
    throw new Error('wrong type');
  }

  /** The scripting below the server raises for every member of a scan while the column does not scan. */
  private requireStem(): void {
    if (this.values['instrument_mode'] !== 'STEM') throw new Error('STEM is not active');
  }

  private async moveStage(url: URL, target: Record<string, number>): Promise<void> {
    if (!['GO', 'MOVE'].includes(url.searchParams.get('method') ?? 'GO')) throw new Error('unknown movement method');
    const speed = url.searchParams.get('speed');
    if (speed !== null && !(Number(speed) > 0)) throw new Error('wrong speed');
    if (speed !== null && Object.keys(target).length > 1) throw new Error('several axes with a speed');
    const place = this.values['stage_position'] as Record<string, number>;
    for (const [axis, value] of Object.entries(target))
      if (!(axis in place) || typeof value !== 'number') throw new Error('unknown axis');
    await this.options.pass(2);
    this.values['stage_position'] = { ...place, ...target };
  }

  /** Condenser and image shift are kept for each probe mode. */
  private changeProbe(to: string): void {
    this.remembered.set(this.values['illumination_mode'] as string, {
      intensity: this.values['intensity']!,
      shift: this.values['image_shift']!,
    });
    const { intensity, shift } = this.remembered.get(to) ?? { intensity: 0.5, shift: [0, 0] };
    Object.assign(this.values, { intensity, image_shift: shift });
  }

  private cameraState(name: string | undefined): CameraState {
    const state = this.cameraStates.get(name ?? '');
    if (!state) throw new Unknown(`no camera ${name}`);
    return state;
  }

  private setCamera(name: string | undefined, given: Partial<CameraState>): void {
    const state = this.cameraState(name);
    const camera = this.options.cameras!.find((each) => each.name === name)!;
    for (const key of Object.keys(given)) if (!(key in state)) throw new Error('no such parameter');
    if (given.binning !== undefined && !camera.binnings.includes(given.binning)) throw new Error('no such binning');
    if (given.image_size !== undefined && !(given.image_size in sizes)) throw new Error('no such size');
    if (given.correction !== undefined && !['DEFAULT', 'UNPROCESSED'].includes(given.correction))
      throw new Error('no such correction');
    Object.assign(state, given);
    // An exposure is not always honoured.
    state['exposure(s)'] = Math.max(camera.shortest ?? 0, state['exposure(s)']);
  }

  /** The settings of a scan are common to all detectors. */
  private setScan(given: Partial<ScanState>): void {
    this.requireStem();
    for (const key of Object.keys(given)) if (!(key in this.scanState)) throw new Error('no such parameter');
    if (given.image_size !== undefined && !(given.image_size in sizes)) throw new Error('no such size');
    Object.assign(this.scanState, given);
    this.scanState['dwell_time(s)'] = Math.max(shortestDwell, this.scanState['dwell_time(s)']);
  }

  /** One scan for all detectors; the time of its lines is longer than that on the pixels. */
  private async scan(names: readonly string[]): Promise<Record<string, Json>> {
    this.requireStem();
    const { image_size: size, binning, 'dwell_time(s)': dwell } = this.scanState;
    const side = Math.floor(fullScan / sizes[size]! / binning);
    await this.options.pass(1.2 * dwell * side * side);
    return Object.fromEntries(
      names.map((name) => {
        const data = Buffer.alloc(2 * side * side);
        this.options.stemDetectors![name]!(side, side).forEach((count, at) =>
          data.writeUInt16LE(count & 0xffff, 2 * at),
        );
        return [
          name,
          {
            width: side,
            height: side,
            type: 'INT16',
            endianness: 'LITTLE',
            encoding: 'BASE64',
            data: data.toString('base64'),
          },
        ];
      }),
    );
  }

  private async acquire(wanted: readonly string[]): Promise<Json> {
    const scanned = wanted.filter((name) => Object.hasOwn(this.options.stemDetectors ?? {}, name));
    const taken: Record<string, Json> = scanned.length > 0 ? await this.scan(scanned) : {};
    for (const camera of this.options.cameras ?? []) {
      if (!wanted.includes(camera.name)) continue;
      const { binning, image_size: size, 'exposure(s)': exposure } = this.cameraState(camera.name);
      this.exposures.push(camera.name);
      await this.options.pass(camera.startup ?? 0);
      await this.options.exposing?.(camera.name);
      await this.options.pass(exposure);
      const [columns, rows] = [camera.width, camera.height].map((side) =>
        Math.floor(side / sizes[size]! / binning),
      ) as [number, number];
      const type = camera.pixelType ?? 'INT16';
      const bytes = type === 'INT32' ? 4 : 2;
      const data = Buffer.alloc(bytes * columns * rows);
      camera
        .picture(binning, columns, rows)
        .forEach((count, at) =>
          type === 'INT32' ? data.writeInt32LE(count, 4 * at) : data.writeUInt16LE(count & 0xffff, 2 * at),
        );
      taken[camera.name] = {
        width: columns,
        height: rows,
        type,
        endianness: 'LITTLE',
        encoding: 'BASE64',
        data: data.toString('base64'),
      };
    }
    return taken;
  }
}
