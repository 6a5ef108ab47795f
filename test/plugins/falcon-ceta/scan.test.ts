import { type Clock, VirtualClock, seconds } from '../../../core/base';
import { type Exposure, areaOfShare } from '../../../core/devices';
import { FeiScanCamera, scanTraitsOf } from '../../../plugins/falcon-ceta/scan-camera';
import type { FeiScanModel } from '../../../plugins/falcon-ceta/scan-model';
import { SimulatedFeiCameras } from '../../../plugins/falcon-ceta/simulated-wire';
import { TemscriptCameras } from '../../../plugins/falcon-ceta/temscript-wire';
import type { FeiCameraTransport, FeiPicture, FeiScanShot } from '../../../plugins/falcon-ceta/transport';
import { type CameraUnderTest, describeCamera } from '../../../testing';
import { scanBench, spreadOf } from '../../simulation/scan/scan-bench';
import { TemscriptStandIn } from '../../support/temscript-stand-in';
import { someTurns } from '../../support/until';

const model = {
  index: 0,
  name: 'STEM',
  width: 64,
  height: 64,
  binnings: [1, 2, 4],
  detectors: ['HAADF', 'BF'],
  shortestPixelTime: 0.1,
  pixelTimeStep: 0,
  startupDelay: 0.1,
  addedFlyback: 0,
  longestExposure: 60,
} as unknown as FeiScanModel;

/** FEI's software with scans of a ramp, which skips pixels where it is binned. */
class RampScans {
  readonly shots: FeiScanShot[] = [];
  mostAtOnce = 0;
  action: (() => void) | undefined;
  private running = 0;

  constructor(private readonly clock: Clock) {}

  readonly transport = {
    scan: (shot: FeiScanShot) => this.scan(shot),
  } as FeiCameraTransport;

  private async scan(shot: FeiScanShot): Promise<Readonly<Record<string, FeiPicture>>> {
    this.shots.push(shot);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
    const { left, top, right, bottom } = areaOfShare(model, shot.restrictedSize, shot.binning);
    const [width, height] = [(right - left) / shot.binning, (bottom - top) / shot.binning];
    await this.clock.delay(seconds(0.1));
    if (shot.exposure < 3 && this.action) {
      const now = this.action;
      this.action = undefined;
      now();
      await someTurns();
    }
    await this.clock.delay(seconds(1.2 * shot.exposure));
    this.running--;
    const at = (k: number): number =>
      8 * (left + ((k % width) + 0.5) * shot.binning) + 4 * (top + (Math.floor(k / width) + 0.5) * shot.binning);
    return Object.fromEntries(
      shot.detectors.map((name, signal) => [
        name,
        { width, height, data: Uint16Array.from({ length: width * height }, (_, k) => at(k) + 2000 * signal) },
      ]),
    );
  }
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

function bench() {
  const clock = new VirtualClock();
  const scans = new RampScans(clock);
  const camera = new FeiScanCamera(scanTraitsOf(model), model, scans.transport, clock);
  camera.connect();
  return { clock, scans, camera };
}

describeCamera(
  'A STEM camera of FEI',
  async (): Promise<CameraUnderTest> => {
    const { clock, scans, camera } = bench();
    // The detectors are in their places already.
    await camera.acquire(whole({ scanning: { detectors: ['HAADF'] } }));
    const before = scans.shots.length;
    return {
      camera,
      clock,
      exposures: () => scans.shots.length - before,
      mostAtOnce: () => scans.mostAtOnce,
      whileExposing: (next) => (scans.action = next),
      dispose: async () => camera.disconnect(),
    };
  },
  { binning: 'mean', noise: 0, binningTolerance: 0.02, exposure: 0.1, tooLong: 1000 },
);

describe('a STEM camera of FEI', () => {
  it('scans once for detectors that are new, so that they are inserted, and once for the image', async () => {
    const { camera, scans } = bench();
    const frame = await camera.acquire(whole({ scanning: { detectors: ['BF', 'HAADF'] } }));
    expect(scans.shots.map(({ exposure, binning }) => [exposure, binning])).toEqual([
      [3, 4],
      [0.04, 1],
    ]);
    expect(frame.image).toBe(frame.scan!.images['BF']);
    expect(frame.scan!.images['HAADF']!.data[0]! - frame.image.data[0]!).toBe(2000);
    await camera.acquire(whole({ scanning: { detectors: ['HAADF'] } }));
    expect(scans.shots).toHaveLength(3);
  });

  it('reads the part that FEI has, and says how long the probe is on a pixel', async () => {
    const { camera, scans } = bench();
    const area = { left: 20, top: 20, right: 40, bottom: 40 };
    const frame = await camera.acquire(whole({ area, binning: 2 }));
    expect(scans.shots.at(-1)).toMatchObject({ restrictedSize: 1, binning: 2 });
    expect(frame.exposure.area).toEqual({ left: 16, top: 16, right: 48, bottom: 48 });
    expect(frame.scan!.pixelTime).toBeCloseTo(0.04 / 256, 9);
  });

  it('scans no faster than it may, and in the steps of PixelTimeIncrement', () => {
    const stepped = { ...model, pixelTimeStep: 0.2, shortestPixelTime: 0.5 };
    const camera = new FeiScanCamera(scanTraitsOf(stepped), stepped, {} as FeiCameraTransport, new VirtualClock());
    expect(camera.traits.scan!.pixelTimeStep).toBeCloseTo(0.2e-6, 12);
    expect(camera.fit(whole({ exposure: seconds(1e-6) })).exposure).toBeCloseTo(4096 * 0.6e-6, 12);
    expect(camera.fit(whole({ exposure: seconds(4096 * 3.27e-6) })).exposure).toBeCloseTo(4096 * 3.2e-6, 12);
  });

  it.each([
    [{ lineSync: true }, 'line synchronization'],
    [{ rotation: 0.2 }, 'scan rotation'],
    [{ detectors: ['ADF'] }, 'detectors'],
  ])('refuses %p, which its scripting does not have, before anything is sent', async (scanning, what) => {
    const { camera, scans } = bench();
    await expect(
      camera.acquire(whole({ scanning: scanning as NonNullable<Exposure['scanning']> })),
    ).rejects.toMatchObject({ code: 'falcon-ceta/bad-exposure', message: expect.stringContaining(what) as string });
    expect(scans.shots).toEqual([]);
  });

  it('before the virtual microscope takes the time of its lines, and fails where the column images', async () => {
    const { microscope, clock: time } = scanBench({ scanStartupSeconds: 0.2, flybackMicroseconds: 500 });
    const clock = {
      now: () => seconds(time.seconds),
      delay: async (duration: number) => void (time.seconds += duration),
    } as unknown as Clock;
    const fieldOf512 = { ...model, width: 512, height: 512 };
    const cameras = new SimulatedFeiCameras(() => microscope, clock, [], fieldOf512);
    await cameras.open();
    const shot = { detectors: ['BF'], binning: 4, restrictedSize: 1, dwellTime: 8e-6, exposure: 4096 * 8e-6 } as const;
    const before = time.seconds;
    const { BF } = await cameras.scan(shot);
    expect(time.seconds - before).toBeCloseTo(0.2 + 64 * (64 * 8e-6 + 500e-6), 9);
    expect([BF!.width, BF!.height]).toEqual([64, 64]);
    expect(spreadOf(BF!.data).deviation).toBeGreaterThan(50);
    microscope.setScanning(false);
    await expect(cameras.scan(shot)).rejects.toThrow('outside STEM');
    await cameras.close();
  });
});

describe('a STEM camera over temscript', () => {
  it('sets the scan, reads it again, and gets the images of all detectors', async () => {
    const server = new TemscriptStandIn({
      pass: async () => {},
      stemDetectors: { HAADF: (columns, rows) => Array.from({ length: columns * rows }, (_, at) => at), BF: () => [] },
    });
    const port = await server.listen();
    const options = { host: '127.0.0.1', port, answerLimit: 20, imageLimit: 20, longestExposure: 60 };
    const cameras = new TemscriptCameras(options);
    await cameras.open();
    expect(await cameras.lookUpDetectors()).toEqual(['HAADF', 'BF']);
    const shot = {
      detectors: ['HAADF', 'BF'],
      binning: 64,
      restrictedSize: 1,
      dwellTime: 1e-5,
      exposure: 0.01,
    } as const;
    await expect(cameras.scan(shot)).rejects.toMatchObject({ code: 'falcon-ceta/server-refused' });
    server.values['instrument_mode'] = 'STEM';
    const { HAADF, BF } = await cameras.scan(shot);
    expect([HAADF!.width, HAADF!.height, HAADF!.data[5], BF!.data[5]]).toEqual([16, 16, 5, 0]);
    expect(server.writes.at(-1)).toEqual({
      path: 'stem_acquisition_param',
      body: { image_size: 'HALF', binning: 64, 'dwell_time(s)': 1e-5 },
    });
    // The column has steps of its own: a time that it changes is not taken for the one that was asked for.
    await expect(cameras.scan({ ...shot, dwellTime: 1e-8 })).rejects.toMatchObject({
      code: 'falcon-ceta/setting-not-taken',
    });
    await cameras.close();
    await server.close();
  });
});
