import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Behaviour of the stand-in. */
export interface DetectorServiceOptions {
  /** Lets time pass for what takes a while; seconds. */
  readonly pass: (duration: number) => Promise<void>;
  /** Counts of a scan of these columns and rows by a detector. */
  readonly picture: (detector: string, columns: number, rows: number) => readonly number[];
  readonly detectors?: readonly string[];
  /** Settings that every detector has besides or instead of the usual ones. */
  readonly settings?: Record<string, unknown>;
  /** Bits of a pixel in the files; 16 by default. */
  readonly bits?: 8 | 16;
  /** True for a service that only takes the order of a scan, and answers before it has ended. */
  readonly answersAtOnce?: boolean;
}

interface Station {
  inside: boolean;
  setting: Record<string, unknown>;
  frame: Buffer | undefined;
}

/** Seconds from the end of one line to the next. */
const flyback = 60e-6;

/**
 * A detector service after the published table of its paths: one row for each, which says what it does. It is for a column in STEM, keeps a
 * frame of each channel until the next scan, sends files in chunks, and answers 404 for what it does not know and 400 for what it cannot do.
 */
export class DetectorServiceStandIn {
  readonly requests: string[] = [];
  scans = 0;
  mostScansAtOnce = 0;
  inStem = true;
  whileScanning: (() => void) | undefined;
  private running = 0;
  private readonly stations: Map<string, Station>;
  private readonly channels = new Map<number, string>();
  private liveOf: string | undefined;
  private server: Server | undefined;

  constructor(private readonly options: DetectorServiceOptions) {
    const { detectors = ['HAADF', 'BF', 'ADF1', 'STEM Image', 'TVCAM_U'], settings = {} } = options;
    this.stations = new Map(
      detectors.map((name) => [
        name,
        {
          inside: false,
          frame: undefined,
          setting: {
            ExposureTimeValue: 10,
            ExposureTimeValueMin: 0.2,
            ExposureTimeValueMax: 500,
            GainIndex: 1000,
            GainIndexMin: 0,
            GainIndexMax: 4095,
            OffsetIndex: 2000,
            OffsetIndexMin: 0,
            OffsetIndexMax: 4095,
            frameIntegration: 1,
            ScanRotation: 0,
            scanRotationStep: 1,
            ImagingArea: { X: 0, Y: 0, Width: 512, Height: 512 },
            AreaModeImagingArea: { X: 0, Y: 0, Width: 128, Height: 128 },
            SpotPosition: { X: 0, Y: 0 },
            scanMode: 1,
            OutputImageInformation: { ImageSize: { Width: 512, Height: 512 }, DataBits: 16, EffectBits: 16 },
            ...settings,
          },
        },
      ]),
    );
  }

  /** @returns its port */
  async start(): Promise<number> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', () => resolve()));
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** Requests that changed something. */
  get writes(): readonly string[] {
    return this.requests.filter((each) => /^POST|AssignChannel\//.test(each));
  }

  of(detector: string): Station {
    return this.stations.get(detector)!;
  }

  private readonly table: readonly (readonly [
    method: string,
    path: RegExp,
    act: (found: readonly string[], body: Record<string, unknown>) => unknown,
  ])[] = [
    ['GET', /^GetAttachedDetector$/, () => [...this.stations.keys()]],
    [
      'GET',
      /^GetAssignChannels$/,
      () => Object.fromEntries([...this.channels].map(([channel, name]) => [String(channel), name])),
    ],
    ['GET', /^(.+)\/AssignChannel\/(\d)$/, ([name, channel]) => void this.channels.set(Number(channel), name!)],
    ['GET', /^(.+)\/Setting$/, ([name]) => this.of(name!).setting],
    ['POST', /^(.+)\/Setting$/, ([name], body) => this.change(name!, body)],
    ['GET', /^(.+)\/GetInserted$/, ([name]) => ({ status: 'OK', Inserted: this.of(name!).inside })],
    ['POST', /^(.+)\/Insert$/, ([name]) => void (this.of(name!).inside = true)],
    ['POST', /^(.+)\/Retract$/, ([name]) => void (this.of(name!).inside = false)],
    ['POST', /^(.+)\/LiveStart$/, ([name]) => void (this.liveOf = name)],
    ['POST', /^(.+)\/LiveStop$/, () => void (this.liveOf = undefined)],
    ['POST', /^SnapShotAll$/, () => (this.options.answersAtOnce ? void this.scan() : this.scan())],
    ['GET', /^(.+)\/SnapShotFrame\/tiff$/, ([name]) => this.of(name!).frame ?? 404],
    ['GET', /^(.+)\/LiveSnapShot\/tiff$/, ([name]) => (this.liveOf === undefined ? 400 : this.picture(name!))],
  ];

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '').replace('/DetectorRESTService/Detector/', ''));
    this.requests.push(`${request.method} ${path}`);
    let text = '';
    for await (const piece of request) text += String(piece);
    const row = this.table.find(([method, pattern]) => method === request.method && pattern.test(path));
    const found = row?.[1].exec(path)?.slice(1) ?? [];
    const named = /\//.test(path) ? found[0] : undefined;
    const answer =
      !row || (named !== undefined && !this.stations.has(named))
        ? 404
        : await row[2](found, (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>);
    if (typeof answer === 'number') return void response.writeHead(answer).end('<html>error</html>');
    if (Buffer.isBuffer(answer)) {
      // In chunks, without saying how many bytes there are.
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
      response.write(answer.subarray(0, 100));
      return void response.end(answer.subarray(100));
    }
    const json = JSON.stringify(answer ?? { status: 'OK' });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': json.length }).end(json);
  }

  /** Takes only the keys that it knows, and only what lies within their companions. */
  private change(name: string, body: Record<string, unknown>): unknown {
    const { setting } = this.of(name);
    for (const [key, value] of Object.entries(body)) {
      const [least, most] = [setting[`${key}Min`], setting[`${key}Max`]] as [number?, number?];
      if (!(key in setting)) return 400;
      if (typeof value === 'number' && ((least !== undefined && value < least) || (most !== undefined && value > most)))
        return 400;
    }
    // The generator counts pixel times in steps of 50 ns.
    for (const [key, value] of Object.entries(body))
      setting[key] = key === 'ExposureTimeValue' ? Math.round((value as number) * 20) / 20 : value;
    return body;
  }

  private async scan(): Promise<unknown> {
    if (!this.inStem) return 400;
    this.scans++;
    this.mostScansAtOnce = Math.max(this.mostScansAtOnce, ++this.running);
    const [first] = this.channels.values();
    const {
      ImagingArea: area,
      ExposureTimeValue: dwell,
      scanMode: mode,
    } = this.of(first!).setting as {
      ImagingArea: { Width: number; Height: number };
      ExposureTimeValue: number;
      scanMode: number;
    };
    const meanwhile = this.whileScanning;
    this.whileScanning = undefined;
    meanwhile?.();
    await this.options.pass(area.Height * (area.Width * dwell * 1e-6 + flyback));
    for (const name of this.channels.values()) this.of(name).frame = mode === 0 ? this.picture(name) : undefined;
    this.running--;
    return undefined;
  }

  private picture(name: string): Buffer {
    const { inside, setting } = this.of(name);
    const { Width: columns, Height: rows } = setting['ImagingArea'] as { Width: number; Height: number };
    const counts = inside ? this.options.picture(name, columns, rows) : Array<number>(columns * rows).fill(0);
    return tiffOf(columns, rows, counts, this.options.bits ?? 16);
  }
}

/** A grey TIFF file with the lowest byte first: the head, the pixels, and the directory after them. */
function tiffOf(columns: number, rows: number, counts: readonly number[], bits: 8 | 16): Buffer {
  const size = bits / 8;
  const pixels = Buffer.alloc(counts.length * size);
  counts.forEach((value, at) =>
    size === 1 ? pixels.writeUInt8(value & 255, at) : pixels.writeUInt16LE(value, 2 * at),
  );
  const entries: readonly (readonly [tag: number, type: 3 | 4, value: number])[] = [
    [256, 4, columns],
    [257, 4, rows],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, rows],
    [279, 4, pixels.length],
  ];
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, value], k) => {
    const at = 2 + 12 * k;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    if (type === 3) directory.writeUInt16LE(value, at + 8);
    else directory.writeUInt32LE(value, at + 8);
  });
  const head = Buffer.alloc(8);
  head.write('II', 0, 'latin1');
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8 + pixels.length, 4);
  return Buffer.concat([head, pixels, directory]);
}
