import { type Clock, type Seconds, StoppedError, seconds, throwIfStopped } from '../../core/base';
import { type Camera, type CameraTraits, type Exposure, type Frame, type ReadMode, exposureFault, nearestBinning } from '../../core/devices';
import type { CameraSettings } from '../../core/settings';
import { image } from '../../imaging';
import type { CameraModel } from './camera-model';
import type { GatanClient } from './client';
import { gatanErrors } from './errors';
import { fitArea, imageSize } from './geometry';
import { rotateFlip } from './rotate-flip';
import { shotOf } from './shot';

/** What stands in the properties when the program is to decide. */
const unset = -1;

/** What the program knows of the camera, from the site's properties. */
export function traitsOf(model: CameraModel, camera: CameraSettings, leastStartupForPostActions: number): CameraTraits {
  const allowed = camera.get('AllowPostActions');
  return Object.freeze({
    index: model.index,
    name: model.name,
    width: model.width,
    height: model.height,
    binnings: Object.freeze([...model.binnings]),
    directDetector: true,
    behindFilter: camera.isGif,
    stem: false,
    shortestExposure: seconds(model.shortestExposure),
    deadTime: seconds(camera.get('ShutterDeadTime')),
    startupDelay: seconds(model.startupDelay),
    builtInSettling: seconds(camera.get('BuiltInSettling')),
    allowsPostActions: allowed === unset ? model.startupDelay >= leastStartupForPostActions : allowed > 0,
  });
}

/** A K2 or K3 camera behind a camera server. */
export class GatanCamera implements Camera {
  private stopping = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    readonly traits: CameraTraits,
    private readonly model: CameraModel,
    private readonly client: GatanClient,
    private readonly clock: Clock,
  ) {}

  /**
   * The nearest exposure that the camera takes: a read mode that it has, a whole number of its exposure steps, and an area whose edges
   * and sizes suit its chip.
   */
  fit(wanted: Exposure): Exposure {
    const { model } = this;
    const binning = nearestBinning(model.binnings, wanted.binning);
    const readMode = this.readModeFor(wanted.readMode, binning);
    const step = model.exposureStep[readMode];
    const fewest = Math.ceil(model.shortestExposure / step - 1e-6);
    const steps = Math.max(1, fewest, Math.min(Math.floor(model.longestExposure / step + 1e-6), Math.round(wanted.exposure / step)));
    const fitted = { ...wanted, binning, readMode, exposure: seconds(steps * step), driftSettling: seconds(Math.max(0, wanted.driftSettling)) };
    return { ...fitted, area: fitArea(model, fitted) };
  }

  /** Takes an image with the nearest settings that the camera has. Refuses what is out of its limits before anything is sent. */
  async acquire(exposure: Exposure, signal?: AbortSignal): Promise<Frame> {
    if (signal) throwIfStopped(signal);
    this.check(exposure);
    if (!this.client.server) throw gatanErrors.notConnected(this.traits.name);
    const fitted = this.fit(exposure);
    const stopped = signal ? AbortSignal.any([signal, this.stopping.signal]) : this.stopping.signal;
    const work = this.take(fitted, stopped);
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }

  /** Ends all exposures that were asked for, as stopped. */
  async stop(): Promise<void> {
    if (this.underWay.size === 0) return;
    this.stopping.abort(new StoppedError('The exposure'));
    this.stopping = new AbortController();
    await Promise.allSettled(this.underWay);
  }

  private async take(exposure: Exposure, signal: AbortSignal): Promise<Frame> {
    const { model, clock } = this;
    await this.insertIfOut(signal);
    let began: Seconds = clock.now();
    const wait = model.startupDelay + exposure.driftSettling;
    const shot = { ...shotOf(model, exposure), onBegin: () => void (began = seconds(clock.now() + wait)) };
    const received = await this.client.acquire(shot, signal);
    const { width, height, data } = model.turnedBy === 'this program' ? rotateFlip(received, model.rotationFlip) : received;
    const wanted = imageSize(exposure);
    if (width !== wanted.width || height !== wanted.height) throw gatanErrors.wrongImage(this.traits.name, `${width} x ${height}`, `${wanted.width} x ${wanted.height}`);
    return { image: image(data, height, width), exposure, camera: model.index, began };
  }

  private async insertIfOut(signal: AbortSignal): Promise<void> {
    const { model, client } = this;
    if (!model.retractable || (await client.isInserted(model.number, signal))) return;
    await client.insert(model.number, true, signal);
    await this.clock.delay(seconds(model.insertionDelay), signal);
  }

  private readModeFor(wanted: ReadMode, binning: number): ReadMode {
    const { model } = this;
    // An odd number of super-resolution pixels can only be had by counting in super-resolution.
    if (model.pixelsPerPhysical === 2 && binning % 2 === 1) return 'super-resolution';
    return model.readModes.includes(wanted) ? wanted : model.readModes[0]!;
  }

  private check(exposure: Exposure): void {
    const fault = exposureFault(exposure, this.model);
    if (fault) throw gatanErrors.badExposure(this.traits.name, fault.what, fault.limits);
  }
}
