import { type Clock, EucentricError, StoppableWork, seconds, throwIfStopped } from '../../core/base';
import {
  type Camera,
  type CameraConstraints,
  type CameraTraits,
  type Exposure,
  type Frame,
  exposureRefusal,
  fitExposure,
} from '../../core/devices';
import { shutterTraits } from '../../core/optics';
import type { CameraSettings } from '../../core/settings';
import { image } from '../../imaging';
import type { VirtualMicroscope } from '../../simulation';

/** Seconds of the longest exposure of a plain camera. */
const longestExposure = 100;

/** Traits of a plain camera, from the properties of the site's own. */
function plainTraits(camera: CameraSettings): CameraTraits {
  return Object.freeze({
    index: camera.index,
    name: camera.name,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: Object.freeze([...camera.binnings].sort((a, b) => a - b)),
    directDetector: camera.isDirectDetector,
    behindFilter: camera.isGif,
    stem: false,
    shortestExposure: seconds(camera.get('MinimumExposure')),
    deadTime: seconds(camera.get('ShutterDeadTime')),
    startupDelay: seconds(camera.get('StartupDelay')),
    builtInSettling: seconds(camera.get('BuiltInSettling')),
    ...shutterTraits(camera),
    allowsPostActions: camera.get('AllowPostActions') > 0,
  });
}

/**
 * A camera of the virtual microscope without a vendor, for a twin of a site whose own camera no plugin drives: any area, linear, no frames.
 * It has no protocol, so that it says nothing of the real camera but size, binnings and times.
 */
export class PlainCamera implements Camera {
  readonly traits: CameraTraits;
  private readonly constraints: CameraConstraints;
  private readonly exposures = new StoppableWork('The exposure');

  constructor(
    camera: CameraSettings,
    private readonly microscope: () => VirtualMicroscope,
    private readonly clock: Clock,
  ) {
    this.traits = plainTraits(camera);
    this.constraints = {
      ...this.traits,
      longestExposure,
      shortestSettling: camera.get('MinimumDriftSettling'),
      area: { parts: 'any' },
    };
  }

  fit(wanted: Exposure): Exposure {
    return fitExposure(wanted, this.constraints);
  }

  async acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    if (signal) throwIfStopped(signal);
    const refusal = exposureRefusal(exposure, this.constraints);
    if (refusal)
      throw new EucentricError({
        code: 'simulator/bad-exposure',
        message: `${this.traits.name} does not take ${refusal.asked} as ${refusal.what} (it takes ${refusal.allowed}).`,
        hint: 'Change the camera parameters.',
      });
    return this.exposures.run((stopped) => this.take(this.fit(exposure), stopped), signal);
  }

  async stop(): Promise<void> {
    await this.exposures.stop();
  }

  private async take(exposure: Exposure, signal: AbortSignal): Promise<Frame> {
    const { traits, clock } = this;
    const microscope = this.microscope();
    const startup = microscope.requestExposure(traits.index, { startup: traits.startupDelay });
    await clock.delay(seconds(startup + exposure.driftSettling), signal);
    // The image is made at the end, so that it holds what the blanker and the screen did meanwhile.
    const began = clock.now();
    await clock.delay(exposure.exposure, signal);
    const { left, top, right, bottom } = exposure.area;
    const { width, height, data } = microscope.expose({
      camera: traits.index,
      binning: exposure.binning,
      area: { left, top, width: right - left, height: bottom - top },
      exposure: exposure.exposure,
      processing: exposure.processing,
      atTime: began,
    });
    return { image: image(data, height, width), exposure, camera: traits.index, began: seconds(began) };
  }
}
