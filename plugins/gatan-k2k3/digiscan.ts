import { type Clock, type Seconds, inDegrees, radians, seconds, throwIfStopped } from '../../core/base';
import {
  type Camera,
  type CameraConstraints,
  type CameraTraits,
  type Exposure,
  type Frame,
  exposureRefusal,
  fitExposure,
  fittedScanExposure,
} from '../../core/devices';
import { scanCameraTraits, sparedUntilStart } from '../../core/optics';
import type { CameraSettings } from '../../core/settings';
import { image } from '../../imaging';
import {
  type DigiScanModel,
  type GeneratorTimes,
  generatorOf,
  maxDetectors,
  maxSide,
  usualFlyback,
} from './digiscan-model';
import { gatanErrors } from './errors';
import type { GatanClient, RawImage } from './protocol/client';
import type { DigiScanShot } from './protocol/digiscan-shot';
import { rotateFlip } from './rotate-flip';
import { ServedCamera } from './served-camera';

/** Frequency of the mains where DigiScan does not tell, in hertz. */
const usualLineFrequency = 50;
/** Bit of the line flags that lets lines wait for the mains. */
const lineSyncFlag = 1;
/** Counts are halved for a program that reads them as signed. */
const divideBy2 = { unsigned: 0, signed: 1 } as const;

/** Traits of a DigiScan, from the site's properties. */
export const digiScanTraits = (model: DigiScanModel, camera: CameraSettings): CameraTraits =>
  scanCameraTraits(
    model,
    { detectors: [...model.detectors.keys()], maxDetectors, lineSync: true, rotates: true },
    { behindFilter: camera.isGif, ...sparedUntilStart(camera) },
  );

/** A STEM camera whose scans DigiScan makes. It scans the whole field alone, and never knows the magnification, which is the column's. */
export class DigiScanCamera extends ServedCamera implements Camera {
  private times: GeneratorTimes = { flyback: usualFlyback, lineFrequency: usualLineFrequency };

  constructor(
    traits: CameraTraits,
    private readonly model: DigiScanModel,
    client: GatanClient,
    clock: Clock,
  ) {
    super(traits, client, clock);
  }

  /** Asks DigiScan for its flyback and for the frequency of the mains. */
  async connect(signal?: AbortSignal): Promise<void> {
    const { flyback, lineFrequency } = await this.client.scanTimes(signal);
    this.times = {
      flyback: flyback > 0 ? flyback : usualFlyback,
      lineFrequency: lineFrequency > 0 ? lineFrequency : usualLineFrequency,
    };
  }

  /** The nearest scan that DigiScan makes: of the whole field, with a time on a pixel that it has. */
  fit(wanted: Exposure): Exposure {
    return fitExposure(wanted, this.constraints);
  }

  /** Scans once. Refuses what DigiScan cannot do before anything is sent. */
  acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    return this.working(exposure, signal, async (fitted, stopped) => {
      if (fitted.driftSettling > 0) await this.clock.delay(fitted.driftSettling, stopped);
      throwIfStopped(stopped);
      const shot = this.shotOf(fitted);
      const began = seconds(this.clock.now() + this.model.startupDelay);
      return this.frameOf(await this.client.scan(shot, stopped), fitted, shot, began);
    });
  }

  /** Scans one time after the other and hands each image over. */
  watch(exposure: Exposure, show: (frame: Frame) => void | Promise<void>, signal: AbortSignal): Promise<void> {
    return this.working(exposure, signal, (fitted, stopped) => {
      const shot = this.shotOf(fitted);
      const handOver = async (images: readonly RawImage[]): Promise<void> =>
        show(this.frameOf(images, fitted, shot, seconds(this.clock.now() - shot.frameTime)));
      return this.client.watchScans(shot, handOver, stopped);
    });
  }

  private get constraints(): CameraConstraints {
    const { model, traits } = this;
    const { width, height, binnings, longestExposure, shortestSettling } = model;
    return {
      ...{ binnings, longestExposure, shortestSettling, shortestExposure: traits.shortestExposure },
      width,
      height,
      area: { parts: 'whole' },
      timeFor: (wanted, { binning, scanning }) =>
        fittedScanExposure(
          generatorOf(model, scanning?.lineSync ? this.times : undefined),
          Math.min(longestExposure, wanted),
          this.sizeAt(binning),
        ),
      ...(traits.scan && { scan: traits.scan }),
    };
  }

  private sizeAt(binning: number): { readonly columns: number; readonly rows: number } {
    const { width, height } = this.model;
    return {
      columns: Math.min(maxSide, Math.floor(width / binning)),
      rows: Math.min(maxSide, Math.floor(height / binning)),
    };
  }

  private detectorsOf({ scanning }: Exposure): readonly string[] {
    return scanning?.detectors ?? [[...this.model.detectors.keys()][0]!];
  }

  private shotOf(exposure: Exposure): DigiScanShot {
    const { model, times } = this;
    const { columns: width, rows: height } = this.sizeAt(exposure.binning);
    const pixelTime = (exposure.exposure * 1e6) / (width * height);
    const synchronous = exposure.scanning?.lineSync ?? false;
    const lineTime = width * pixelTime + times.flyback + model.addedFlyback + (synchronous ? model.lineSyncMargin : 0);
    return {
      width,
      height,
      signals: this.detectorsOf(exposure).map((name) => model.detectors.get(name)!),
      rotation: inDegrees(exposure.scanning?.rotation ?? radians(0)),
      pixelTime,
      lineSync: synchronous ? lineSyncFlag : 0,
      divideBy2: model.unsigned ? divideBy2.unsigned : divideBy2.signed,
      startup: model.startupDelay,
      lineTime: lineTime / 1e6,
      frameTime: (lineTime * height) / 1e6,
    };
  }

  private frameOf(received: readonly RawImage[], exposure: Exposure, shot: DigiScanShot, began: Seconds): Frame {
    const { model } = this;
    const images = received.map((raw) => {
      const { width, height, data } = rotateFlip(raw, model.rotationFlip);
      if (width !== shot.width || height !== shot.height)
        throw gatanErrors.wrongImage(this.traits.name, `${width} x ${height}`, `${shot.width} x ${shot.height}`);
      return image(model.unsigned ? data : new Int16Array(data.buffer, data.byteOffset, data.length), height, width);
    });
    return {
      image: images[0]!,
      exposure,
      camera: model.index,
      began,
      scan: {
        pixelTime: seconds(shot.pixelTime / 1e6),
        lineTime: seconds(shot.lineTime),
        images: Object.fromEntries(this.detectorsOf(exposure).map((name, at) => [name, images[at]!])),
      },
    };
  }

  protected check(exposure: Exposure): void {
    const { traits } = this;
    const refusal = exposureRefusal(exposure, this.constraints);
    if (refusal) throw gatanErrors.badExposure(traits.name, refusal);
  }
}
