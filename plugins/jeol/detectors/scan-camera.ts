import {
  type Clock,
  StoppableWork,
  StoppedError,
  answeredInTime,
  degrees,
  inDegrees,
  seconds,
  throwIfStopped,
} from '../../../core/base';
import {
  type Camera,
  type CameraConstraints,
  type CameraTraits,
  type Exposure,
  type ExposureRefusal,
  type Frame,
  exposureRefusal,
  fitExposure,
  fittedScanExposure,
} from '../../../core/devices';
import { image } from '../../../imaging';
import { detectorErrors } from './errors';
import { type JeolScanModel, largestSide } from './model';
import { areaOf, documentedRanges, numberOf, rangeOf, settingNames, wholeScan } from './settings';
import type { DetectorImage, DetectorSettings, JeolDetectorTransport } from './transport';

/** Seconds of real time that a scan may take beyond the time of its lines. */
const transferLimit = 60;
/** Share by which the service may change the time on a pixel before it counts as refused. */
const pixelTimeTolerance = 0.02;
/** Share by which the time of a scan may differ from the wanted one and still be the same. */
const rounding = 1e-9;

/** A scan in terms of the service. */
interface Scan {
  readonly detectors: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** Microseconds. */
  readonly pixelTime: number;
  /** Degrees, 0 to 360. */
  readonly rotation: number;
}

/** The STEM camera of JEOL's detector service. It scans the whole field; a stop waits for the end of a scan and throws the images away. */
export class JeolScanCamera implements Camera {
  private readonly exposures = new StoppableWork('The exposure');
  private connected = false;
  /** Degrees of a scan that asks for no rotation, and steps of it. */
  private usualRotation = 0;
  private rotationStep = 1;

  constructor(
    readonly traits: CameraTraits,
    private readonly model: JeolScanModel,
    private readonly transport: JeolDetectorTransport,
    private readonly clock: Clock,
  ) {}

  /** Looks for the detectors, and reads how the scan is turned. */
  async connect(): Promise<void> {
    const { model, transport } = this;
    const attached = await transport.getAttachedDetectors();
    const absent = model.detectors.find((name) => !attached.includes(name));
    if (absent !== undefined) throw detectorErrors.missing(absent, attached);
    const settings = await transport.getSettings(model.detectors[0]!);
    this.usualRotation = model.rotation ?? numberOf(settings, settingNames.rotation);
    const step = settings[settingNames.rotationStep] === undefined ? 1 : numberOf(settings, settingNames.rotationStep);
    this.rotationStep = step > 0 ? step : 1;
    this.connected = true;
  }

  disconnect(): void {
    this.connected = false;
  }

  /** The nearest scan that the service makes: of the whole field, in its steps of time and rotation. */
  fit(wanted: Exposure): Exposure {
    const fitted = fitExposure(wanted, this.constraints);
    const { scanning } = fitted;
    if (scanning?.rotation === undefined) return fitted;
    const rotation = degrees(this.rotationStep * Math.round(inDegrees(scanning.rotation) / this.rotationStep));
    return { ...fitted, scanning: { ...scanning, rotation } };
  }

  /** Scans once. Refuses what is out of its limits before anything is sent. */
  acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    return this.working(exposure, signal, async (fitted, stopped) => {
      if (fitted.driftSettling > 0) await this.clock.delay(fitted.driftSettling, stopped);
      throwIfStopped(stopped);
      const scan = await this.prepare(this.scanOf(fitted), stopped);
      throwIfStopped(stopped);
      const { transport, clock, model } = this;
      const began = clock.now() + model.startupDelay;
      const lasts = this.lineTime(scan) * scan.rows;
      await this.answered(lasts, () => transport.scanAll(model.startupDelay + lasts));
      // A service that only takes the order answers before the scan has ended.
      const rest = began + lasts - clock.now();
      if (rest > 0) await clock.delay(seconds(rest));
      throwIfStopped(stopped);
      const images: [string, DetectorImage][] = [];
      for (const name of scan.detectors)
        images.push([name, await this.answered(0, () => transport.getScannedImage(name))]);
      throwIfStopped(stopped);
      return this.frameOf(images, fitted, scan, began);
    });
  }

  /** Has the service scan one time after the other, and hands over an image of each scan. */
  watch(exposure: Exposure, show: (frame: Frame) => void | Promise<void>, signal: AbortSignal): Promise<void> {
    return this.working(exposure, signal, async (fitted, stopped) => {
      const { transport, clock } = this;
      const scan = await this.prepare(this.scanOf(fitted), stopped);
      const [first] = scan.detectors as [string];
      await transport.startLive(first);
      try {
        while (!stopped.aborted) {
          await clock.delay(seconds(this.lineTime(scan) * scan.rows), stopped);
          const began = clock.now() - this.lineTime(scan) * scan.rows;
          const images: [string, DetectorImage][] = [];
          for (const name of scan.detectors)
            images.push([name, await this.answered(0, () => transport.getLiveImage(name))]);
          await show(this.frameOf(images, fitted, scan, began));
        }
      } finally {
        await transport.stopLive(first);
      }
    }).catch((error: unknown) => {
      if (!(error instanceof StoppedError) && !signal.aborted) throw error;
    });
  }

  async stop(): Promise<void> {
    await this.exposures.stop();
  }

  private get constraints(): CameraConstraints {
    const { model, traits } = this;
    const { width, height, binnings, longestExposure, shortestSettling } = model;
    return {
      ...{ width, height, binnings, longestExposure, shortestSettling, shortestExposure: traits.shortestExposure },
      area: { parts: 'whole' },
      timeFor: (wanted, { binning }) =>
        fittedScanExposure(model, Math.min(longestExposure, wanted), this.sizeAt(binning)),
      ...(traits.scan && { scan: traits.scan }),
    };
  }

  private sizeAt(binning: number): { readonly columns: number; readonly rows: number } {
    return { columns: Math.floor(this.model.width / binning), rows: Math.floor(this.model.height / binning) };
  }

  private async working<T>(
    exposure: Exposure,
    signal: AbortSignal | undefined,
    work: (fitted: Exposure, stopped: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (signal) throwIfStopped(signal);
    const { name } = this.traits;
    const refusal = exposureRefusal(exposure, this.constraints) ?? this.refusal(exposure);
    if (refusal) throw detectorErrors.badExposure(name, refusal);
    if (!this.connected) throw detectorErrors.notConnected(name);
    if (this.exposures.busy) throw detectorErrors.busy(name);
    return this.exposures.run((stopped) => work(this.fit(exposure), stopped), signal);
  }

  /** Refusal of what the detectors cannot do together. */
  private refusal(exposure: Exposure): ExposureRefusal | undefined {
    const { columns, rows, detectors } = this.scanOf(exposure);
    const most = largestSide(detectors.length);
    const side = Math.max(columns, rows);
    if (side > most)
      return {
        what: 'number of pixels',
        asked: `${columns} x ${rows} with ${detectors.length} detectors`,
        allowed: `at most ${most} on a side with this number`,
      };
    const group = this.model.exclusive.find((each) => each.filter((name) => detectors.includes(name)).length > 1);
    return group && { what: 'detectors', asked: detectors.join(', '), allowed: `one of ${group.join(', ')} at a time` };
  }

  private scanOf({ binning, exposure, scanning }: Exposure): Scan {
    const { columns, rows } = this.sizeAt(binning);
    const turned = this.usualRotation + inDegrees(scanning?.rotation ?? degrees(0));
    return {
      detectors: scanning?.detectors ?? [this.model.detectors[0]!],
      columns,
      rows,
      pixelTime: (exposure * 1e6) / (columns * rows),
      rotation: ((turned % 360) + 360) % 360,
    };
  }

  /** Seconds from one line to the next. */
  private lineTime({ columns, pixelTime }: Scan): number {
    return (columns * pixelTime + this.model.flyback) / 1e6;
  }

  /** Brings the detectors in, has the scan read them, and sets it up. @returns the scan as the service holds it */
  private async prepare(scan: Scan, signal: AbortSignal): Promise<Scan> {
    const { model, transport, clock } = this;
    const { detectors } = scan;
    let moved = false;
    for (const name of detectors) {
      if (await transport.isInserted(name)) continue;
      throwIfStopped(signal);
      await transport.setInserted(name, true);
      moved = true;
    }
    if (moved) await clock.delay(model.insertDelay, signal);
    const missing = async (): Promise<readonly string[]> => {
      const assigned = await transport.getAssignedDetectors();
      return detectors.filter((name) => !assigned.includes(name));
    };
    if ((await missing()).length > 0) {
      for (const [at, name] of detectors.entries()) await transport.assignTo(name, at + 1);
      await clock.delay(model.selectDelay, signal);
      const still = await missing();
      if (still.length > 0) throw detectorErrors.notAssigned(still);
    }
    const held: number[] = [];
    for (const name of detectors) held.push(await this.setUp(name, scan));
    return { ...scan, pixelTime: held[0]! };
  }

  /** Changes what differs in the settings of a detector, and reads it back. @returns microseconds on a pixel as it holds them */
  private async setUp(name: string, { columns, rows, pixelTime, rotation }: Scan): Promise<number> {
    const { transport } = this;
    const differs = (settings: DetectorSettings): readonly [string, unknown][] => {
      const { width, height } = areaOf(settings);
      const held = numberOf(settings, settingNames.pixelTime);
      const turned = Math.abs(numberOf(settings, settingNames.rotation) - rotation) % 360;
      return [
        ...(numberOf(settings, settingNames.mode) === wholeScan
          ? []
          : [[settingNames.mode, wholeScan] as [string, unknown]]),
        ...(width === columns && height === rows
          ? []
          : [[settingNames.area, { X: 0, Y: 0, Width: columns, Height: rows }] as [string, unknown]]),
        ...(Math.abs(held - pixelTime) <= pixelTimeTolerance * pixelTime
          ? []
          : [[settingNames.pixelTime, pixelTime] as [string, unknown]]),
        ...(Math.min(turned, 360 - turned) <= this.rotationStep / 2
          ? []
          : [[settingNames.rotation, rotation] as [string, unknown]]),
      ];
    };
    const settings = await transport.getSettings(name);
    const [least, most] = rangeOf(settings, settingNames.pixelTime, documentedRanges.pixelTime);
    if (!(pixelTime >= least && pixelTime <= most))
      throw detectorErrors.notTaken(name, `${pixelTime} us on a pixel, where ${least} to ${most} us are possible`);
    const changes = differs(settings);
    if (changes.length === 0) return numberOf(settings, settingNames.pixelTime);
    await transport.change(name, Object.fromEntries(changes));
    const after = await transport.getSettings(name);
    const left = differs(after);
    if (left.length > 0)
      throw detectorErrors.notTaken(name, left.map(([what, value]) => `${what} ${JSON.stringify(value)}`).join(', '));
    return numberOf(after, settingNames.pixelTime);
  }

  private frameOf(
    received: readonly (readonly [string, DetectorImage])[],
    exposure: Exposure,
    scan: Scan,
    began: number,
  ): Frame {
    const images = Object.fromEntries(
      received.map(([name, { width, height, data }]) => {
        if (width !== scan.columns || height !== scan.rows)
          throw detectorErrors.wrongImage(name, `${width} x ${height}`, `${scan.columns} x ${scan.rows}`);
        return [name, image(data, height, width)];
      }),
    );
    const held = (scan.pixelTime * scan.columns * scan.rows) / 1e6;
    return {
      image: images[scan.detectors[0]!]!,
      exposure:
        Math.abs(held - exposure.exposure) <= rounding * held ? exposure : { ...exposure, exposure: seconds(held) },
      camera: this.model.index,
      began: seconds(began),
      scan: { pixelTime: seconds(scan.pixelTime / 1e6), images },
    };
  }

  private answered<Answer>(lasts: number, work: () => Promise<Answer>): Promise<Answer> {
    const { name } = this.traits;
    return answeredInTime(work, {
      seconds: lasts + this.model.startupDelay + 2 * transferLimit,
      late: (passed) => detectorErrors.noAnswer(name, passed),
      failed: (cause) => detectorErrors.failed(name, cause),
    });
  }
}
