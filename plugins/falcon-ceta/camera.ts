import { type Clock, StoppableWork, answeredInTime, seconds, throwIfStopped } from '../../core/base';
import {
  type Camera,
  type CameraConstraints,
  type CameraTraits,
  type Exposure,
  type Frame,
  type Processing,
  exposureRefusal,
  fitExposure,
  shareHolding,
} from '../../core/devices';
import { readOutTraits, shutterTraits } from '../../core/optics';
import type { CameraSettings } from '../../core/settings';
import { image } from '../../imaging';
import { type FeiCameraModel, cameraConstraints, sentExposure } from './camera-model';
import { feiCameraErrors } from './errors';
import {
  type FeiCameraFound,
  type FeiCameraTransport,
  type FeiPicture,
  type FeiShot,
  corrections,
  readModes,
} from './transport';

const correctionOf: Readonly<Record<Processing, number>> = {
  unprocessed: corrections.none,
  'dark subtracted': corrections.dark,
  'gain normalized': corrections.gain,
};
/** Kinds of processed images, the one that stands for all others last. */
const processingsInOrder = Object.keys(correctionOf) as readonly Processing[];
/** Seconds of real time that an image may take beyond startup and exposure. */
const transferLimit = 60;
/** Until the camera software has been asked, nothing longer than this is taken. */
const longestUnasked = 60;

/** Traits of a camera, from the site's properties. */
export function traitsOf(model: FeiCameraModel, camera: CameraSettings): CameraTraits {
  return Object.freeze({
    ...readOutTraits(model, camera),
    ...shutterTraits(camera),
    allowsPostActions: camera.get('AllowPostActions') > 0,
  });
}

/** A Falcon, Ceta or Eagle camera. An exposure cannot be cut short: a stop waits for its end and throws the image away. */
export class FeiCamera implements Camera {
  private found: FeiCameraFound | undefined;
  private readonly exposures = new StoppableWork('The exposure');
  private heldUntil = 0;

  constructor(
    readonly traits: CameraTraits,
    private readonly model: FeiCameraModel,
    private readonly transport: FeiCameraTransport,
    private readonly clock: Clock,
  ) {}

  /** Asks the camera software for the camera; throws when it does not have it. */
  async connect(): Promise<void> {
    this.found = await this.transport.lookUp(this.model.scriptingName);
    if (!this.found) throw feiCameraErrors.unknownCamera(this.model.scriptingName);
  }

  disconnect(): void {
    this.found = undefined;
  }

  /** Takes no image before a time on the clock, in seconds: a Falcon may protect itself when lenses have just changed. */
  holdUntil(time: number): void {
    this.heldUntil = Math.max(this.heldUntil, time);
  }

  fit(wanted: Exposure): Exposure {
    return fitExposure(wanted, this.constraints);
  }

  /** Takes an image with the nearest settings that the camera has. Refuses what is out of its limits before anything is sent. */
  async acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    if (signal) throwIfStopped(signal);
    this.check(exposure);
    if (!this.found) throw feiCameraErrors.notConnected(this.traits.name);
    if (this.exposures.busy) throw feiCameraErrors.busy(this.traits.name);
    return this.exposures.run((stopped) => this.take(this.fit(exposure), stopped), signal);
  }

  async stop(): Promise<void> {
    await this.exposures.stop();
  }

  /** The constraints as far as they are known; the camera software adds its own once it was asked. */
  private get constraints(): CameraConstraints {
    const { model, found, transport } = this;
    const offered = found?.corrections ? new Set(found.corrections) : transport.corrections;
    const counts = model.counts && !transport.linearOnly && (found?.counts ?? true);
    return cameraConstraints(model, {
      counts,
      processings: processingsInOrder.filter((each) => offered?.has(correctionOf[each]) ?? true),
      shortestExposure: Math.max(model.shortestExposure, found?.shortestExposure ?? 0),
      longestExposure: found?.longestExposure ?? longestUnasked,
    });
  }

  private async take(exposure: Exposure, signal: AbortSignal): Promise<Frame> {
    const { model, clock, transport } = this;
    if (model.retractable && !(await transport.isInserted(model.scriptingName))) {
      await transport.setInserted(model.scriptingName, true);
      await clock.delay(seconds(model.insertionDelay), signal);
    }
    await clock.delay(seconds(exposure.driftSettling + Math.max(0, this.heldUntil - clock.now())), signal);
    throwIfStopped(signal);
    const counting = exposure.readMode === 'counting';
    const shot: FeiShot = {
      name: model.scriptingName,
      binning: exposure.binning,
      restrictedSize: shareHolding(model, exposure.area, exposure.binning),
      exposure: sentExposure(model, counting, exposure.exposure),
      correction: correctionOf[exposure.processing],
      readMode: counting ? readModes.counting : readModes.linear,
    };
    const began = seconds(clock.now() + model.startupDelay);
    const { width, height, data } = await this.answered(shot);
    throwIfStopped(signal);
    const wanted = {
      width: (exposure.area.right - exposure.area.left) / exposure.binning,
      height: (exposure.area.bottom - exposure.area.top) / exposure.binning,
    };
    if (width !== wanted.width || height !== wanted.height || data.length !== width * height)
      throw feiCameraErrors.wrongImage(this.traits.name, `${width} x ${height}`, `${wanted.width} x ${wanted.height}`);
    return { image: image(data, height, width), exposure, camera: model.index, began };
  }

  private answered(shot: FeiShot): Promise<FeiPicture> {
    const { name } = this.traits;
    return answeredInTime(() => this.transport.acquire(shot), {
      seconds: this.model.startupDelay + shot.exposure + transferLimit,
      late: (limit) => feiCameraErrors.noAnswer(name, limit),
      failed: (cause) => feiCameraErrors.callFailed(name, cause),
    });
  }

  private check(exposure: Exposure): void {
    const refusal = exposureRefusal(exposure, this.constraints);
    if (refusal) throw feiCameraErrors.badExposure(this.traits.name, refusal);
  }
}
