import { type Clock, EucentricError, StoppableWork, seconds, throwIfStopped } from '../../core/base';
import {
  type Camera,
  type CameraArea,
  type CameraTraits,
  type Exposure,
  type Frame,
  exposureRefusal,
  nearestBinning,
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
  private readonly exposures = new StoppableWork('The exposure');

  constructor(
    camera: CameraSettings,
    private readonly microscope: () => VirtualMicroscope,
    private readonly clock: Clock,
  ) {
    this.traits = plainTraits(camera);
  }

  fit(wanted: Exposure): Exposure {
    const { binnings, shortestExposure } = this.traits;
    const binning = nearestBinning(binnings, wanted.binning);
    const time = Math.min(longestExposure, Math.max(shortestExposure, wanted.exposure));
    return {
      ...wanted,
      binning,
      area: this.wholePixels(wanted.area, binning),
      exposure: seconds(time),
      driftSettling: seconds(Math.max(0, wanted.driftSettling)),
      readMode: 'linear',
    };
  }

  async acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    if (signal) throwIfStopped(signal);
    const { width, height, binnings, shutters, name } = this.traits;
    const refusal = exposureRefusal(exposure, {
      width,
      height,
      binnings,
      longestExposure,
      ...(shutters && { shutters }),
    });
    if (refusal)
      throw new EucentricError({
        code: 'simulator/bad-exposure',
        message: `${name} does not take ${refusal.asked} as ${refusal.what} (it takes ${refusal.allowed}).`,
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

  /** The part of the camera nearest to an area that whole binned pixels fill. */
  private wholePixels({ left, top, right, bottom }: CameraArea, binning: number): CameraArea {
    const axis = (low: number, high: number, whole: number): readonly [number, number] => {
      const most = Math.floor(whole / binning);
      const size = Math.max(1, Math.min(most, Math.floor((high - low) / binning)));
      const first = Math.max(0, Math.min(most - size, Math.floor(low / binning)));
      return [first * binning, (first + size) * binning];
    };
    const [first, last] = axis(left, right, this.traits.width);
    const [upper, lower] = axis(top, bottom, this.traits.height);
    return { left: first, top: upper, right: last, bottom: lower };
  }
}
