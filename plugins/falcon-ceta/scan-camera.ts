import { type Clock, StoppableWork, answeredInTime, seconds, throwIfStopped } from '../../core/base';
import {
  type Camera,
  type CameraConstraints,
  type CameraTraits,
  type Exposure,
  type Frame,
  exposureRefusal,
  fitExposure,
  fittedScanExposure,
  shareHolding,
} from '../../core/devices';
import { scanCameraTraits } from '../../core/optics';
import { image } from '../../imaging';
import { feiCameraErrors } from './errors';
import type { FeiScanModel } from './scan-model';
import { type FeiCameraTransport, type FeiPicture, type FeiScanShot, restrictedSizes } from './transport';

/** Seconds of real time that a scan may take beyond the time on its pixels, and the share of this time that its flyback may take. */
const transferLimit = 60;
const flybackShare = 1;
/** Seconds of the first scan with a detector: a scan starts without waiting for the detectors that it inserts. */
const insertingExposure = 3;

/** Traits of a STEM camera, from the site's properties. */
export const scanTraitsOf = (
  model: FeiScanModel,
  { blocksColumn }: Pick<FeiCameraTransport, 'blocksColumn'> = {},
): CameraTraits =>
  scanCameraTraits(
    model,
    {
      // A quarter of each side.
      smallestShare: 1 / 16,
      detectors: model.detectors,
      maxDetectors: model.detectors.length,
      lineSync: false,
      rotates: false,
      ...(blocksColumn && { blocksColumn }),
    },
    { ...(model.blankedUntilStart && { blankedUntilStart: true }) },
  );

/**
 * A STEM camera of FEI's scripting: single scans of the whole field, or of the half or quarter of each side about its centre. Binning skips pixels. A scan
 * cannot be cut short: a stop waits for its end and throws the images away.
 */
export class FeiScanCamera implements Camera {
  private readonly exposures = new StoppableWork('The exposure');
  private connected = false;
  private chosen: readonly string[] = [];

  constructor(
    readonly traits: CameraTraits,
    private readonly model: FeiScanModel,
    private readonly transport: FeiCameraTransport,
    private readonly clock: Clock,
  ) {}

  connect(): void {
    this.connected = true;
    this.chosen = [];
  }

  disconnect(): void {
    this.connected = false;
  }

  fit(wanted: Exposure): Exposure {
    return fitExposure(wanted, this.constraints);
  }

  /** Scans once. Refuses what is out of its limits before anything is sent. */
  async acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    if (signal) throwIfStopped(signal);
    this.check(exposure);
    if (!this.connected) throw feiCameraErrors.notConnected(this.traits.name);
    if (this.exposures.busy) throw feiCameraErrors.busy(this.traits.name);
    return this.exposures.run((stopped) => this.take(this.fit(exposure), stopped), signal);
  }

  async stop(): Promise<void> {
    await this.exposures.stop();
  }

  private get constraints(): CameraConstraints {
    const { model } = this;
    const { width, height, binnings, longestExposure, shortestSettling } = model;
    const { scan, shortestExposure } = this.traits;
    return {
      ...{ width, height, binnings, shortestExposure, longestExposure, shortestSettling },
      area: { parts: 'shares' },
      timeFor: (wanted, { area, binning }) =>
        fittedScanExposure(model, Math.min(longestExposure, wanted), {
          columns: (area.right - area.left) / binning,
          rows: (area.bottom - area.top) / binning,
        }),
      ...(scan && { scan }),
    };
  }

  private async take(exposure: Exposure, signal: AbortSignal): Promise<Frame> {
    const { model, clock } = this;
    const detectors = exposure.scanning?.detectors ?? [model.detectors[0]!];
    await clock.delay(exposure.driftSettling, signal);
    const width = (exposure.area.right - exposure.area.left) / exposure.binning;
    const height = (exposure.area.bottom - exposure.area.top) / exposure.binning;
    const shot: FeiScanShot = {
      detectors,
      binning: exposure.binning,
      restrictedSize: shareHolding(model, exposure.area, exposure.binning),
      dwellTime: exposure.exposure / (width * height),
      exposure: exposure.exposure,
    };
    if (detectors.some((name) => !this.chosen.includes(name))) await this.bringIn(shot);
    throwIfStopped(signal);
    const began = seconds(clock.now() + model.startupDelay);
    const pictures = await this.answered(shot);
    throwIfStopped(signal);
    const images = Object.fromEntries(
      detectors.map((name) => {
        const picture = pictures[name];
        if (!picture || picture.width !== width || picture.height !== height)
          throw feiCameraErrors.wrongImage(
            name,
            picture ? `${picture.width} x ${picture.height}` : 'no',
            `${width} x ${height}`,
          );
        return [name, image(picture.data, height, width)];
      }),
    );
    return {
      image: images[detectors[0]!]!,
      exposure,
      camera: model.index,
      began,
      scan: { pixelTime: seconds(shot.dwellTime), images },
    };
  }

  /** Has detectors inserted by a scan whose images may show nothing yet. */
  private async bringIn(shot: FeiScanShot): Promise<void> {
    const { model } = this;
    const binning = model.binnings.at(-1)!;
    const pixels = Math.floor(model.width / binning) * Math.floor(model.height / binning);
    const dwellTime = insertingExposure / pixels;
    await this.answered({
      ...shot,
      binning,
      restrictedSize: restrictedSizes.full,
      dwellTime,
      exposure: insertingExposure,
    });
    this.chosen = shot.detectors;
  }

  private answered(shot: FeiScanShot): Promise<Readonly<Record<string, FeiPicture>>> {
    const { name } = this.traits;
    const limit = this.model.startupDelay + shot.exposure * (1 + flybackShare) + transferLimit;
    return answeredInTime(() => this.transport.scan(shot), {
      seconds: limit,
      late: (passed) => feiCameraErrors.noAnswer(name, passed),
      failed: (cause) => feiCameraErrors.callFailed(name, cause),
    });
  }

  private check(exposure: Exposure): void {
    const refusal = exposureRefusal(exposure, this.constraints);
    if (refusal) throw feiCameraErrors.badExposure(this.traits.name, refusal);
  }
}
