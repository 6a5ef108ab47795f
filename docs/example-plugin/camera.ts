import * as eucentric from 'eucentric';
import { image } from 'eucentric/imaging';
import type { Detector } from './detectors';

const longestExposure = 30;
const failed = (message: string, hint: string, cause?: unknown) =>
  new eucentric.EucentricError({ code: 'lab-camera/failed', message, hint, cause });

/** The camera of our laboratory: it sums the pixels that it bins, corrects its images itself and takes one at a time. */
export class LabCamera implements eucentric.Camera {
  private readonly constraints: eucentric.CameraConstraints;
  private current: Promise<unknown> | undefined;
  private stopping = new AbortController();

  constructor(
    readonly traits: eucentric.CameraTraits,
    private readonly detector: Detector,
    private readonly clock: eucentric.Clock,
  ) {
    // The detector reads whole binned pixels of any part, and corrects its images itself.
    this.constraints = { ...traits, longestExposure, area: { parts: 'any' }, processings: ['gain normalized'] };
  }

  fit(wanted: eucentric.Exposure): eucentric.Exposure {
    return eucentric.fitExposure(wanted, this.constraints);
  }

  async acquire(wanted: eucentric.Exposure, signal?: AbortSignal): Promise<eucentric.Frame> {
    const stopped = AbortSignal.any([this.stopping.signal, ...(signal ? [signal] : [])]);
    eucentric.throwIfStopped(stopped);
    const refusal = eucentric.exposureRefusal(wanted, this.constraints);
    if (refusal) throw failed(`No image with ${refusal.what} ${refusal.asked}.`, `Allowed: ${refusal.allowed}.`);
    if (this.current) throw failed('The camera is still busy.', 'Wait for its image, or stop it.');
    const taken = (this.current = this.take(this.fit(wanted), stopped));
    return taken.finally(() => (this.current = undefined));
  }

  async stop(): Promise<void> {
    this.stopping.abort(new eucentric.StoppedError('The exposure'));
    this.stopping = new AbortController();
    await this.current?.catch(() => undefined);
  }

  private async take(exposure: eucentric.Exposure, stopped: AbortSignal): Promise<eucentric.Frame> {
    await this.clock.delay(exposure.driftSettling, stopped);
    const began = this.clock.now();
    const counts = await this.detector(exposure, stopped).catch((error: unknown) => {
      eucentric.throwIfStopped(stopped);
      throw failed(`The detector gave no image: ${String(error)}`, 'See whether its server is running.', error);
    });
    eucentric.throwIfStopped(stopped);
    const { binning, area } = exposure;
    const pixels = image(counts, (area.bottom - area.top) / binning, (area.right - area.left) / binning);
    return { image: pixels, exposure, camera: this.traits.index, began };
  }
}
