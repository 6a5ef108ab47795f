import { type Clock, type MagIndex, type Seconds, seconds, service } from '../base';
import type { CameraTraits, LensNormalization, Stage } from '../devices';
import type { ImageShiftRest, Optics } from '../optics';

/** Knows what must have come to rest before an exposure may begin. */
export interface Settling extends ImageShiftRest {
  /** When the image shift stands still; undefined when it was not moved. */
  readonly imageShiftTimeout: Seconds | undefined;
  /**
   * The instant, on the program's clock, from which a camera may be asked for an image; one in the past means at once.
   * @param magIndex of the present magnification
   */
  readyAt(camera: CameraTraits, magIndex: MagIndex): Seconds;
  /** Waits until then. */
  wait(camera: CameraTraits, magIndex: MagIndex, signal?: AbortSignal): Promise<void>;
}
/** The token of the settling. */
export const Settling = service<Settling>('Settling');

/** Reckons with image shift, lens normalization, stage moves, and the time that the camera itself takes to begin. */
export class SettlingTimes implements Settling {
  private restsAt: Seconds | undefined;

  constructor(
    private readonly optics: Optics,
    private readonly clock: Clock,
    private readonly devices: {
      readonly normalization?: Pick<LensNormalization, 'lastNormalized'> | undefined;
      readonly stage?: Pick<Stage, 'lastMoved'> | undefined;
    },
  ) {}

  get imageShiftTimeout(): Seconds | undefined {
    return this.restsAt;
  }

  imageShiftRestsAt(instant: Seconds): void {
    this.restsAt = this.restsAt === undefined ? instant : seconds(Math.max(this.restsAt, instant));
  }

  readyAt(camera: CameraTraits, magIndex: MagIndex): Seconds {
    const { normalizationDelay, stageMoveDelay } = this.optics.shiftProperties();
    const { normalization, stage } = this.devices;
    const [normalized, moved] = [normalization?.lastNormalized(), stage?.lastMoved()];
    const delay = this.optics.at({ magIndex, camera: camera.index }).isLowMagnification
      ? normalizationDelay.lowMagnification
      : normalizationDelay.regular;
    const others = Math.max(
      normalized === undefined ? -Infinity : normalized + delay,
      moved === undefined ? -Infinity : moved + stageMoveDelay,
    );
    const imageShift = this.restsAt ?? -Infinity;
    const rest = Math.max(others, imageShift);
    if (!Number.isFinite(rest)) return this.clock.now();
    // A scan begins when it is asked to, so image shift has to have settled by itself.
    if (camera.stem && imageShift >= others) return seconds(rest);
    return seconds(rest - cameraHeadStart(this.optics, camera));
  }

  async wait(camera: CameraTraits, magIndex: MagIndex, signal?: AbortSignal): Promise<void> {
    const left = this.readyAt(camera, magIndex) - this.clock.now();
    if (left > 0) await this.clock.delay(seconds(left), signal);
  }
}

/**
 * Difference between the start of this camera's exposure and the start that the table of delays assumes. A camera with
 * a later start may be triggered this much earlier than at rest; negative for an earlier start.
 */
export function cameraHeadStart(optics: Pick<Optics, 'camera' | 'shiftProperties'>, camera: CameraTraits): Seconds {
  const { startupCap = Infinity, oneShutter = false } = optics.camera(camera.index);
  return seconds(
    Math.min(camera.startupDelay, startupCap) +
      (oneShutter ? 0 : camera.builtInSettling) -
      optics.shiftProperties().assumedStartup,
  );
}
