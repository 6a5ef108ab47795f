import { TemscriptClient, type TemscriptOptions } from '../../wires';
import { feiCameraErrors } from './errors';
import {
  type FeiCameraFound,
  type FeiCameraTransport,
  type FeiPicture,
  type FeiScanShot,
  type FeiShot,
  corrections,
  restrictedSizes,
} from './transport';

/** Address of the server, and time limits; seconds. */
export interface TemscriptCamerasOptions extends TemscriptOptions {
  readonly imageLimit: number;
  readonly longestExposure: number;
}

/** Seconds; the server does not tell what a camera takes. */
const shortestExposure = 0.001;
/** An exposure that the camera changes by less than this fraction is the one that was asked for. */
const exposureTolerance = 0.01;
const sizeNames: Readonly<Record<number, string>> = {
  [restrictedSizes.full]: 'FULL',
  [restrictedSizes.half]: 'HALF',
  [restrictedSizes.quarter]: 'QUARTER',
};
const correctionNames: Readonly<Record<number, string>> = {
  [corrections.none]: 'UNPROCESSED',
  [corrections.gain]: 'DEFAULT',
};
const bytesOf: Readonly<Record<string, number>> = {
  INT8: 1,
  UINT8: 1,
  INT16: 2,
  UINT16: 2,
  INT32: 4,
  UINT32: 4,
  FLOAT32: 4,
};

/**
 * Cameras of FEI's standard scripting through the HTTP server of temscript on the microscope computer. It has no counting, no fractions and
 * no images that are only dark-corrected, and it cannot say whether a camera is inserted: the camera software inserts it for an image.
 */
export class TemscriptCameras implements FeiCameraTransport {
  readonly corrections: ReadonlySet<number> = new Set([corrections.none, corrections.gain]);
  readonly linearOnly = true;
  /** The server answers one request at a time. */
  readonly blocksColumn = true;
  private readonly server: TemscriptClient;

  constructor(private readonly options: TemscriptCamerasOptions) {
    this.server = new TemscriptClient(options, {
      notOpen: () => feiCameraErrors.notConnected('The camera'),
      refused: feiCameraErrors.serverRefused,
    });
  }

  open(signal?: AbortSignal): Promise<void> {
    return this.server.open('cameras', signal);
  }

  close(): Promise<void> {
    return this.server.close();
  }

  async lookUp(name: string): Promise<FeiCameraFound | undefined> {
    const cameras = await this.server.get('cameras');
    if (typeof cameras !== 'object' || cameras === null || !Object.hasOwn(cameras, name)) return undefined;
    return { shortestExposure, longestExposure: this.options.longestExposure, counts: false };
  }

  async lookUpDetectors(): Promise<readonly string[]> {
    const detectors = await this.server.get('stem_detectors');
    return typeof detectors === 'object' && detectors !== null ? Object.keys(detectors) : [];
  }

  /** The settings of a scan are common to all detectors; they are read again, since the column may adjust them. */
  async scan({
    detectors,
    binning,
    restrictedSize,
    dwellTime,
    exposure,
  }: FeiScanShot): Promise<Readonly<Record<string, FeiPicture>>> {
    const wanted = { image_size: sizeNames[restrictedSize], binning, 'dwell_time(s)': dwellTime };
    await this.server.put('stem_acquisition_param', wanted);
    const set = ((await this.server.get('stem_acquisition_param')) ?? {}) as Record<string, unknown>;
    const differs = Object.entries(wanted).filter(([key, value]) => !same(set[key], value));
    if (differs.length > 0)
      throw feiCameraErrors.notTaken(
        detectors.join(' and '),
        differs.map(([key, value]) => `${key} ${String(value)} became ${String(set[key])}`).join(', '),
      );
    const query = detectors.map((name) => `detectors=${encodeURIComponent(name)}`).join('&');
    const taken = ((await this.server.get(`acquire?${query}`, {
      limit: 2 * exposure + this.options.imageLimit,
      largest: largestAnswer * detectors.length,
    })) ?? {}) as Record<string, unknown>;
    return Object.fromEntries(
      detectors.map((name) => {
        if (!Object.hasOwn(taken, name)) throw feiCameraErrors.unknownCamera(name);
        return [name, pictureOf(name, taken[name])];
      }),
    );
  }

  isInserted(): Promise<boolean> {
    return Promise.resolve(true);
  }

  setInserted(name: string): Promise<void> {
    return Promise.reject(feiCameraErrors.notOnThisWire(name, 'insertion of a camera'));
  }

  async acquire({ name, binning, restrictedSize, exposure, correction }: FeiShot): Promise<FeiPicture> {
    const wantedCorrection = correctionNames[correction];
    if (wantedCorrection === undefined)
      throw feiCameraErrors.notOnThisWire(name, 'an image that is only dark-corrected');
    const wanted = {
      image_size: sizeNames[restrictedSize],
      binning,
      'exposure(s)': exposure,
      correction: wantedCorrection,
    };
    await this.setUp(name, wanted);
    const taken = await this.server.get(`acquire?detectors=${encodeURIComponent(name)}`, {
      limit: exposure + this.options.imageLimit,
      largest: largestAnswer,
    });
    if (typeof taken !== 'object' || taken === null || !Object.hasOwn(taken, name))
      throw feiCameraErrors.unknownCamera(name);
    return pictureOf(name, (taken as Record<string, unknown>)[name]);
  }

  /**
   * A change of binning may change the exposure, and a camera may adjust the exposure that it gets. So the settings are
   * read again, and set once more.
   */
  private async setUp(
    name: string,
    wanted: Readonly<Record<string, unknown>> & { readonly 'exposure(s)': number; readonly binning: number },
  ): Promise<void> {
    const path = `camera_param/${encodeURIComponent(name)}`;
    for (let attempt = 0; ; attempt++) {
      await this.server.put(path, wanted);
      const set = ((await this.server.get(path)) ?? {}) as Record<string, unknown>;
      const differs = Object.entries(wanted).filter(([key, value]) => !same(set[key], value));
      if (differs.length === 0) return;
      if (attempt > 0)
        throw feiCameraErrors.notTaken(
          name,
          differs.map(([key, value]) => `${key} ${String(value)} became ${String(set[key])}`).join(', '),
        );
    }
  }
}

/** Bytes of the largest answer that is taken: an image of 8192 x 8192 pixels of four bytes, in text. */
const largestAnswer = 8192 * 8192 * 4 * 1.4;

const same = (is: unknown, wanted: unknown): boolean =>
  typeof wanted === 'number' && typeof is === 'number'
    ? Math.abs(is - wanted) <= exposureTolerance * Math.abs(wanted)
    : is === wanted;

/** The pixels of an image as the server wrote them, whole; none of them is cut off or wrapped around. */
function pictureOf(name: string, given: unknown): FeiPicture {
  const { width, height, type, endianness, encoding, data } = (given ?? {}) as Record<string, unknown>;
  const bytesPerPixel = typeof type === 'string' && Object.hasOwn(bytesOf, type) ? bytesOf[type]! : 0;
  const sane =
    Number.isInteger(width) &&
    Number.isInteger(height) &&
    (width as number) > 0 &&
    (height as number) > 0 &&
    bytesPerPixel > 0 &&
    endianness === 'LITTLE' &&
    encoding === 'BASE64' &&
    typeof data === 'string';
  if (!sane)
    throw feiCameraErrors.strangeImage(
      name,
      `${String(width)} x ${String(height)} ${String(type)} ${String(endianness)} ${String(encoding)}`,
    );
  const [columns, rows, text] = [width, height, data] as [number, number, string];
  const bytes = columns * rows * bytesPerPixel;
  // Characters outside base64 would be skipped silently.
  if (text.length !== 4 * Math.ceil(bytes / 3) || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw feiCameraErrors.strangeImage(name, `${text.length} characters for ${columns} x ${rows} ${String(type)}`);
  const raw = Buffer.from(text, 'base64');
  if (raw.length !== bytes)
    throw feiCameraErrors.strangeImage(name, `${raw.length} bytes for ${columns} x ${rows} ${String(type)}`);
  return { width: columns, height: rows, data: countsOf(raw, type as string, columns * rows) };
}

function countsOf(raw: Buffer, type: string, count: number): FeiPicture['data'] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const every =
    (read: (at: number) => number) =>
    (_: unknown, index: number): number =>
      read((bytesOf[type] ?? 1) * index);
  switch (type) {
    case 'UINT16':
      return Uint16Array.from(
        { length: count },
        every((at) => view.getUint16(at, true)),
      );
    case 'INT16':
      return Int16Array.from(
        { length: count },
        every((at) => view.getInt16(at, true)),
      );
    case 'UINT8':
      return Uint16Array.from(
        { length: count },
        every((at) => view.getUint8(at)),
      );
    case 'INT8':
      return Int16Array.from(
        { length: count },
        every((at) => view.getInt8(at)),
      );
    case 'FLOAT32':
      return Float32Array.from(
        { length: count },
        every((at) => view.getFloat32(at, true)),
      );
    default:
      // Counts above 16 bits would be cut off; floating-point numbers hold them up to 24.
      return Float32Array.from(
        { length: count },
        every((at) => (type === 'UINT32' ? view.getUint32(at, true) : view.getInt32(at, true))),
      );
  }
}
