import { type Clock, FilteredLogger, VirtualClock, degrees, seconds } from '../../../core/base';
import { type Exposure, fittedPixelTime } from '../../../core/devices';
import { parseSettings } from '../../../core/settings';
import { DigiScanCamera, digiScanTraits } from '../../../plugins/gatan-k2k3/digiscan';
import { type DigiScanModel, digiScanModel, generatorOf } from '../../../plugins/gatan-k2k3/digiscan-model';
import type { DigiScanRequest, Picture, ScanSource } from '../../../plugins/gatan-k2k3/picture-source';
import { GatanClient } from '../../../plugins/gatan-k2k3/protocol/client';
import { SocketTransport } from '../../../plugins/gatan-k2k3/protocol/socket-transport';
import { VirtualScans } from '../../../plugins/gatan-k2k3/stand-in/virtual-scans';
import { GatanStandInServer } from '../../../plugins/gatan-k2k3/stand-in/stand-in-server';
import { type CameraUnderTest, describeCamera } from '../../../testing';
import { someTurns } from '../../support/until';
import { scanBench, spreadOf } from '../../simulation/scan/scan-bench';
import { RampSource } from './setup';

/** Properties of a site with a DigiScan of two detectors, 64 pixels on a side. */
const settingsOf = (lines: readonly string[] = []) =>
  parseSettings(
    [
      'SerialEMProperties',
      'ActiveCameraList 0',
      'DigiScanLineSyncWait 10',
      'CameraProperties 0',
      'Name DigiScan',
      'STEMCamera 1',
      'CameraSizeX 64',
      'CameraSizeY 64',
      'Binnings 1 2 4',
      'MakesUnsignedImages 1',
      'DetectorName 0 HAADF',
      'DetectorName 2 BF',
      'StartupDelay 0.1',
      ...lines,
      'EndCameraProperties',
      '',
    ].join('\n'),
    'SerialEMproperties.txt',
  ).settings;

/** A scan whose counts are a ramp along both axes, and tell the channel by its thousands. */
class RampScans implements ScanSource {
  readonly requests: DigiScanRequest[] = [];
  mostAtOnce = 0;
  action: (() => void) | undefined;
  private running = 0;

  constructor(private readonly clock: Clock) {}

  scanTimes() {
    return { flyback: 400, lineFrequency: 50 };
  }

  async scan(request: DigiScanRequest, signal: AbortSignal): Promise<readonly Picture[]> {
    this.requests.push(request);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
    const { width, height, signals, pixelTime } = request;
    try {
      if (this.action) {
        const now = this.action;
        this.action = undefined;
        now();
        await someTurns();
      }
      await this.clock.delay(seconds(0.1 + (height * (width * pixelTime + 400)) / 1e6), signal);
    } finally {
      this.running--;
    }
    const step = 64 / width;
    return Array.from(signals, (channel) => ({
      width,
      height,
      data: Uint16Array.from(
        { length: width * height },
        (_, at) => 1000 * channel + 8 * ((at % width) + 0.5) * step + 4 * (Math.floor(at / width) + 0.5) * step,
      ),
    }));
  }
}

/** A DigiScan over a socket to a stand-in server. */
async function bench(lines: readonly string[] = []) {
  const settings = settingsOf(lines);
  const model = digiScanModel(settings.cameras[0]!, settings, 300);
  const clock = new VirtualClock();
  const scans = new RampScans(clock);
  const server = new GatanStandInServer(Object.assign(new RampSource(8, 8), { scans }));
  const port = await server.listen();
  const transport = new SocketTransport({ name: 'DigitalMicrograph', host: '127.0.0.1', port, connectLimit: 60_000 });
  const limits = { parameters: 60_000, image: 60_000, saving: 60_000 };
  const client = new GatanClient(transport, limits, new FilteredLogger(() => {}));
  await client.open();
  const camera = new DigiScanCamera(digiScanTraits(model, settings.cameras[0]!), model, client, clock);
  await camera.connect();
  const dispose = async (): Promise<void> => {
    await client.close();
    await server.close();
  };
  return { camera, clock, scans, model, dispose };
}

const whole = (more: Partial<Exposure> = {}): Exposure => ({
  binning: 1,
  area: { left: 0, top: 0, right: 64, bottom: 64 },
  exposure: seconds(0.04),
  driftSettling: seconds(0),
  processing: 'unprocessed',
  readMode: 'linear',
  ...more,
});

async function underTest(lines: readonly string[] = []): Promise<CameraUnderTest> {
  const { camera, clock, scans, dispose } = await bench(lines);
  return {
    camera,
    clock,
    exposures: () => scans.requests.length,
    mostAtOnce: () => scans.mostAtOnce,
    whileExposing: (next) => (scans.action = next),
    dispose,
  };
}

describeCamera('A DigiScan', () => underTest(), {
  binning: 'mean',
  noise: 0,
  binningTolerance: 0.02,
  exposure: 0.1,
  tooLong: 1000,
});

describe('a DigiScan before the virtual microscope', () => {
  const request = { signals: Int32Array.of(0, 2), continuous: 0, rotation: 0, pixelTime: 4, lineSync: 0 };
  const model = {
    index: 0,
    width: 512,
    detectors: new Map([
      ['HAADF', 0],
      ['BF', 2],
    ]),
    rotationFlip: 0,
  } as unknown as DigiScanModel;

  it('scans what the column shows, for as long as that takes, and sees nothing of a column that images', async () => {
    const { microscope, clock: time } = scanBench({
      scanStartupSeconds: 0.1,
      flybackMicroseconds: 300,
      mainsHertz: 60,
    });
    const clock = {
      now: () => seconds(time.seconds),
      delay: async (duration: number) => void (time.seconds += duration),
    } as unknown as Clock;
    const scans = new VirtualScans(microscope, clock, model);
    expect(scans.scanTimes()).toEqual({ flyback: expect.closeTo(300, 6) as number, lineFrequency: 60 });
    const before = time.seconds;
    const size = { width: 128, height: 128 };
    const [dark, bright] = await scans.scan({ ...request, ...size }, new AbortController().signal);
    expect(time.seconds - before).toBeCloseTo(0.1 + 128 * (128 * 4e-6 + 300e-6), 9);
    expect(spreadOf(bright!.data).deviation).toBeGreaterThan(100);
    expect(spreadOf(dark!.data).mean).toBeGreaterThan(2000);
    microscope.setScanning(false);
    const [blank] = await scans.scan({ ...request, ...size }, new AbortController().signal);
    expect(spreadOf(blank!.data)).toEqual({ mean: 2000, deviation: 0 });
  });
});

describe('a DigiScan', () => {
  let open: Awaited<ReturnType<typeof bench>> | undefined;
  const use = async (lines: readonly string[] = []) => (open = await bench(lines));
  afterEach(() => open?.dispose());

  it('reads several detectors in one scan, and gives their images by name', async () => {
    const { camera, scans } = await use();
    const frame = await camera.acquire(whole({ scanning: { detectors: ['BF', 'HAADF'], rotation: degrees(30) } }));
    expect(scans.requests).toHaveLength(1);
    expect([...scans.requests[0]!.signals]).toEqual([2, 0]);
    expect(scans.requests[0]).toMatchObject({ width: 64, height: 64, lineSync: 0 });
    expect(scans.requests[0]!.rotation).toBeCloseTo(30, 9);
    const { BF, HAADF } = frame.scan!.images;
    expect(frame.image).toBe(BF);
    expect(BF!.data[0]! - HAADF!.data[0]!).toBe(2000);
    expect(frame.scan!.pixelTime).toBeCloseTo(0.04 / 4096, 12);
    expect(frame.scan!.lineTime).toBeCloseTo((0.04 * 64) / 4096 + 400e-6, 9);
  });

  it('takes the first detector of the site where none is named', async () => {
    const { camera, scans } = await use();
    await camera.acquire(whole());
    expect([...scans.requests[0]!.signals]).toEqual([0]);
  });

  it.each([
    [{ detectors: ['ADF'] }, 'ADF', 'HAADF, BF'],
    [{ detectors: [] }, 'no detector', 'HAADF, BF'],
  ])('refuses %p before anything is sent', async (scanning, asked, allowed) => {
    const { camera, scans } = await use();
    await expect(camera.acquire(whole({ scanning }))).rejects.toMatchObject({
      code: 'gatan/bad-exposure',
      message: expect.stringMatching(new RegExp(`${asked}.*${allowed}`)) as string,
    });
    expect(scans.requests).toEqual([]);
  });

  it('scans no faster than its generator, and in its steps', async () => {
    const { camera } = await use(['PixelTimeIncrement 0.2']);
    expect(camera.fit(whole({ exposure: seconds(1e-6) })).exposure).toBeCloseTo(0.6e-6 * 4096, 12);
    expect(camera.fit(whole({ exposure: seconds(4096 * 3.27e-6) })).exposure).toBeCloseTo(4096 * 3.2e-6, 12);
  });

  it('makes lines last whole periods of the mains where they wait for it', () => {
    // At 50 Hz with 50 us of flyback and 10 us of margin: published pixel times of such scans in microseconds.
    const model = { shortestPixelTime: 0.5, pixelTimeStep: 0, addedFlyback: 0, lineSyncMargin: 10 } as DigiScanModel;
    const sync = generatorOf(model, { flyback: 50, lineFrequency: 50 });
    expect(fittedPixelTime(sync, 2, 512)).toBeCloseTo(38.9, 1);
    expect(fittedPixelTime(sync, 10, 512)).toBeCloseTo(38.9, 1);
    expect(fittedPixelTime(sync, 20, 1024)).toBeCloseTo(19.5, 1);
    expect(fittedPixelTime(sync, 30, 1024)).toBeCloseTo(39, 1);
    expect(fittedPixelTime(generatorOf(model, undefined), 30, 1024)).toBe(30);
  });

  it('sends the flag of the mains and says how long a line lasts', async () => {
    const { camera, scans } = await use();
    const frame = await camera.acquire(whole({ exposure: seconds(1), scanning: { lineSync: true } }));
    expect(scans.requests[0]!.lineSync).toBe(1);
    expect((frame.scan!.lineTime! / 0.02) % 1).toBeCloseTo(0, 6);
  });

  it('turns an image as the site says', async () => {
    const plain = await (await use()).camera.acquire(whole());
    await open!.dispose();
    const turned = await (await use(['RotationAndFlip 1'])).camera.acquire(whole());
    expect(turned.image.data).not.toEqual(plain.image.data);
    expect([...turned.image.data].sort((a, b) => a - b)).toEqual([...plain.image.data].sort((a, b) => a - b));
  });

  it('hands over one scan after the other until it is stopped, never the image of nothing at the start', async () => {
    const { camera, scans } = await use();
    const stop = new AbortController();
    const seen: number[] = [];
    await camera.watch(
      whole({ scanning: { detectors: ['HAADF', 'BF'] } }),
      (frame) => {
        seen.push(frame.scan!.images['BF']!.data[0]!);
        if (seen.length === 3) stop.abort();
      },
      stop.signal,
    );
    expect(seen).toHaveLength(3);
    expect(Math.min(...seen)).toBeGreaterThan(2000);
    expect(scans.requests.length).toBeGreaterThanOrEqual(3);
    // It is idle again: a single scan goes as usual.
    expect((await camera.acquire(whole())).image.data[0]).toBeLessThan(1000);
  });
});
