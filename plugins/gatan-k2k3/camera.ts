import { type Clock, type Seconds, seconds } from '../../core/base';
import {
  type Camera,
  type CameraConstraints,
  type CameraTraits,
  type Exposure,
  type Frame,
  exposureRefusal,
  fitExposure,
} from '../../core/devices';
import { readOutTraits, shutterTraits } from '../../core/optics';
import type { CameraSettings } from '../../core/settings';
import { image } from '../../imaging';
import { type CameraModel, cameraConstraints } from './camera-model';
import { groupOf } from './detectors';
import type { GatanClient, GatanServer, GatanShot, RawImage } from './protocol/client';
import { gatanErrors } from './errors';
import { frameCount } from './frames';
import { imageSize, isPart } from './geometry';
import { rotateFlip } from './rotate-flip';
import { settlingOf, shotOf, startupOf, turnInServer } from './shot';
import { ServedCamera } from './served-camera';

/** Value in the properties that leaves the decision to the program. */
const unsetValue = -1;
/** The NoShutter of a camera whose beam stays on until its image is there. */
const neverBlanked = 1;
/** Seconds of start-up delay below which a K3 may still expose when it should have ended, and from which on that of a K2 was measured. */
const k3LeastStartup = 0.5;
const measuredK2Startup = 1.46;
/** Version of the server's plugin that cuts parts out of frames. */
const cutsFrames = 118;

/** Traits of the camera, from the site's properties. */
export function traitsOf(model: CameraModel, camera: CameraSettings, leastStartupForPostActions: number): CameraTraits {
  // DigitalMicrograph drives its shutters itself, so that the blanker of the column is not timed to its start-up.
  const { blankedUntilStart: _, ...shutters } = shutterTraits(camera, model.choosesShutter);
  return Object.freeze({
    ...readOutTraits(model, camera),
    directDetector: groupOf(model.detector) === 'direct',
    ...shutters,
    ...(model.frames && {
      frames: Object.freeze({ shortestFrame: seconds(model.frames.shortest), step: seconds(model.frames.step) }),
    }),
    allowsPostActions: postActions(model, camera, leastStartupForPostActions),
  });
}

/**
 * True when the column may change something while the camera still reads out: only where it is known well enough when an exposure has ended. The site
 * decides about a K3, a OneView and CCDs; it cannot allow what is not safe.
 */
function postActions({ detector, startupDelay }: CameraModel, camera: CameraSettings, leastStartup: number): boolean {
  if (camera.get('NoShutter') === neverBlanked) return false;
  const group = groupOf(detector);
  const isSafe =
    detector === 'K3' ? startupDelay >= k3LeastStartup : group !== 'direct' || startupDelay >= leastStartup;
  const allowed = camera.get('AllowPostActions');
  return isSafe && (allowed === unsetValue ? detector !== 'K3' && group !== 'OneView' : allowed > 0);
}

/** The warning about a K2 whose start-up delay is not safe for actions after the exposure, though it seems to be measured; undefined for others. */
export const unsafeStartup = (
  { detector, name, startupDelay }: Pick<CameraModel, 'detector' | 'name' | 'startupDelay'>,
  leastStartup: number,
): string | undefined =>
  detector === 'K2 Summit' && startupDelay >= measuredK2Startup && startupDelay < leastStartup
    ? `${name}: StartupDelay ${startupDelay} s is less than K2MinStartupDelay, ${leastStartup} s, so nothing is done on the column while it reads out. If ${startupDelay} s was measured with Camera Timing and you want that, set StartupDelay to ${(leastStartup + 0.1).toFixed(1)}.`
    : undefined;

/** The camera of a model, with continuous mode and sums of frames where it has them. */
export function gatanCamera(
  traits: CameraTraits,
  model: CameraModel,
  client: GatanClient,
  clock: Clock,
): SingleShotCamera {
  const Kind = model.frames ? GatanCamera : model.continuous ? WatchingCamera : SingleShotCamera;
  return new Kind(traits, model, client, clock);
}

/** A camera behind a camera server. */
export class SingleShotCamera extends ServedCamera implements Camera {
  private readonly constraints: CameraConstraints;
  /** The server as it was when its shutter was set. */
  private preparedServer: unknown;
  /** The last exposure that returned before all its frames were taken, as long as its sum has not been fetched. */
  protected early: { readonly shot: GatanShot; readonly exposure: Exposure; readonly began: Seconds } | undefined;

  constructor(
    traits: CameraTraits,
    protected readonly model: CameraModel,
    client: GatanClient,
    clock: Clock,
  ) {
    super(traits, client, clock);
    this.constraints = cameraConstraints(model, traits);
  }

  /**
   * The nearest exposure that the camera takes: a read mode that it has, a whole number of its exposure steps, and an area whose edges
   * and sizes suit its chip.
   */
  fit(wanted: Exposure): Exposure {
    return fitExposure(wanted, this.constraints);
  }

  /** Takes an image with the nearest settings that the camera has. Refuses what is out of its limits before anything is sent. */
  acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    return this.working(exposure, signal, (fitted, stopped) => this.take(fitted, stopped));
  }

  private async take(exposure: Exposure, signal: AbortSignal): Promise<Frame> {
    const { model, clock } = this;
    const server = await this.prepare(exposure, signal);
    this.early = undefined;
    let began: Seconds = clock.now();
    const shot: GatanShot = {
      ...shotOf(model, exposure, server),
      onBegin: () => void (began = seconds(clock.now() + startupOf(model, exposure, server))),
    };
    const received = await this.client.acquire(shot, signal);
    const frame = this.frameOf(received, exposure, began);
    if (!exposure.frames) return frame;
    const { saved, doseRate } = received;
    if (shot.returnsEarly) this.early = { shot, exposure, began };
    const report = {
      count: frameCount(exposure, exposure.frames),
      ...(saved !== undefined ? { saved } : !exposure.frames.saving && { saved: 0 }),
      ...(doseRate !== undefined && { doseRate }),
    };
    return { ...frame, frames: report };
  }

  /** The image as the operator is used to see it. */
  protected frameOf(received: RawImage, exposure: Exposure, began: Seconds): Frame {
    const { model } = this;
    const turned =
      model.turnedBy === 'DigitalMicrograph' || turnInServer(model, exposure) > 0
        ? received
        : rotateFlip(received, model.rotationFlip);
    const { width, height, data } = turned;
    const wanted = imageSize(exposure);
    if (width !== wanted.width || height !== wanted.height)
      throw gatanErrors.wrongImage(this.traits.name, `${width} x ${height}`, `${wanted.width} x ${wanted.height}`);
    const counts = model.unsigned ? data : new Int16Array(data.buffer, data.byteOffset, data.length);
    return { image: image(counts, height, width), exposure, camera: model.index, began };
  }

  /**
   * Closes the shutter between images, once for each time that the server was reached, inserts the camera, and waits for the specimen to
   * settle where the server cannot; connecting changes nothing.
   */
  protected async prepare(exposure: Exposure, signal: AbortSignal): Promise<GatanServer> {
    const { model, client, clock } = this;
    const { server } = client;
    if (!server) throw gatanErrors.notConnected(this.traits.name);
    if (exposure.frames && isPart(model, exposure) && server.pluginVersion < cutsFrames)
      throw gatanErrors.oldServer(client.name, server.pluginVersion, cutsFrames, `a part of ${model.name} in frames`);
    if (model.closedShutter !== undefined && this.preparedServer !== server) {
      await client.closeShutter(model.number, model.closedShutter, signal);
      this.preparedServer = server;
    }
    if (model.retractable && !(await client.isInserted(model.number, signal))) {
      await client.insert(model.number, true, signal);
      await clock.delay(seconds(model.insertionDelay), signal);
    }
    const { before } = settlingOf(model, exposure, server);
    if (before > 0) await clock.delay(seconds(before), signal);
    return server;
  }

  protected check(exposure: Exposure): void {
    // A negative read mode, as other cameras have, makes the server drop frames silently.
    if (exposure.frames && !this.traits.frames)
      throw gatanErrors.badExposure(this.traits.name, {
        what: 'division',
        asked: `frames of ${exposure.frames.frameTime} s`,
        allowed: 'undivided exposures, since the camera server divides those of a K2 or K3 alone',
      });
    const refusal = exposureRefusal(exposure, this.constraints);
    if (refusal) throw gatanErrors.badExposure(this.traits.name, refusal);
  }
}

/** A camera behind a camera server that also takes images one after the other. */
class WatchingCamera extends SingleShotCamera {
  /** Has the camera take images of one kind in its continuous mode; an exposure divided into frames is refused. */
  async watch(exposure: Exposure, show: (frame: Frame) => void | Promise<void>, signal: AbortSignal): Promise<void> {
    if (exposure.frames)
      throw gatanErrors.badExposure(this.traits.name, {
        what: 'division',
        asked: 'frames in continuous mode',
        allowed: 'undivided exposures there',
      });
    await this.working(continuousExposure(this.model, exposure), signal, async (fitted, stopped) => {
      const server = await this.prepare(fitted, stopped);
      const shot = shotOf(this.model, fitted, server);
      await this.client.watch(
        shot,
        async (raw) => show(this.frameOf(raw, fitted, seconds(this.clock.now() - fitted.exposure))),
        stopped,
      );
    });
  }
}

/** A K2 or K3 camera behind a camera server. */
export class GatanCamera extends WatchingCamera {
  /** The sum of all frames of the last exposure that returned early; it can be fetched once. */
  async deferredSum(signal?: AbortSignal): Promise<Frame> {
    const { early } = this;
    if (!early) throw gatanErrors.noDeferredSum(this.traits.name);
    const raw = await this.client.deferredSum(early.shot, signal);
    this.early = undefined;
    const { exposure, began } = early;
    return { ...this.frameOf(raw, exposure, began), frames: { count: frameCount(exposure, exposure.frames!) } };
  }
}

/** The exposure nearest to a wish that a camera takes continuously: the server of a K2 does not reduce images then. */
function continuousExposure({ detector }: CameraModel, exposure: Exposure): Exposure {
  const reduced = detector === 'K2 Summit' && exposure.readMode === 'super-resolution' && exposure.binning % 2 === 0;
  return reduced ? { ...exposure, readMode: 'counting' } : exposure;
}
