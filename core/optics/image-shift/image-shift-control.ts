import {
  type Clock,
  EucentricError,
  type ImageShiftUnits,
  type MagIndex,
  type Seconds,
  type Vector,
  add,
  inMicrometres,
  seconds,
  subtract,
  throwIfStopped,
  service,
} from '../../base';
import type { Cameras, Readable, Scope, Setting } from '../../devices';
import { opticsErrors } from '../errors';
import type { ImageShiftReach } from '../image-shift-limits';
import type { Optics } from '../optics';

/** Notes when the image comes to rest after a change of image shift. */
export interface ImageShiftRest {
  /** Notes that the image shift stands still from an instant on; an earlier one does not shorten what is noted. */
  imageShiftRestsAt(instant: Seconds): void;
}

/** Options of writing an image shift. */
export interface ImageShiftWriting {
  /** Multiplies the delay that the image needs to come to rest; 1 by default, 0 for an image that nobody will take. */
  readonly delayFactor?: number;
  readonly signal?: AbortSignal;
}

/** The image shift that calibrations and operators see: what the column holds, less the offsets that belong to the magnification. */
export interface ImageShiftControl {
  /** As a setting. What was read from it can always be written back, even if it lies outside the limits. */
  readonly net: Setting<Vector<ImageShiftUnits>>;
  /** Reads the net image shift at a mag index that the caller has just read. */
  readAt(magIndex: MagIndex, signal?: AbortSignal): Promise<Vector<ImageShiftUnits>>;
  /** The net image shift at a mag index that the caller has just read, as something that is read back. */
  at(magIndex: MagIndex): Readable<Vector<ImageShiftUnits>>;
  /**
   * Writes a net image shift and notes how long the image then takes to come to rest. Gives the mag index that it read for that, to be
   * handed on to an image that is taken at once. Throws `image-shift/out-of-range` before anything is sent.
   */
  write(value: Vector<ImageShiftUnits>, writing?: ImageShiftWriting): Promise<MagIndex>;
  /** Reason against an image shift at a magnification of the selected camera, in words; undefined if there is none. */
  checkLimits(value: Vector<ImageShiftUnits>, magIndex: MagIndex): string | undefined;
}
/** The token of the image-shift control. */
export const ImageShiftControl = service<ImageShiftControl>('ImageShiftControl');

/** Dependencies of the image-shift control. */
export interface ImageShiftParts {
  readonly scope: Pick<Scope, 'imageShift' | 'magIndex'>;
  readonly cameras: Pick<Cameras, 'selected'>;
  readonly optics: Optics;
  readonly settling: ImageShiftRest;
  readonly clock: Clock;
  /** The column's image shift at a net image shift of zero. */
  readonly offsetOf: (magIndex: MagIndex) => Promise<Vector<ImageShiftUnits>>;
  /** Checks what the offsets rest on, before a value is written. */
  readonly check?: (magIndex: MagIndex) => Promise<void>;
  /** Announces each value that is read or written. */
  readonly seen?: (setting: Setting<Vector<ImageShiftUnits>>, value: Vector<ImageShiftUnits>) => void;
  /** Brings along what follows image shift, after each value that is written. */
  readonly follow?: (signal?: AbortSignal) => Promise<void>;
}

/** The net image shift over the column's own. */
export class NetImageShiftControl implements ImageShiftControl {
  readonly net: Setting<Vector<ImageShiftUnits>>;

  constructor(private readonly parts: ImageShiftParts) {
    this.net = {
      name: 'image shift',
      // The column knows its range and its step once it is connected.
      get traits() {
        return parts.scope.imageShift.traits;
      },
      read: (signal) => this.read(signal),
      write: async (value, signal) => void (await this.write(value, signal && { signal })),
    };
  }

  checkLimits(value: Vector<ImageShiftUnits>, magIndex: MagIndex): string | undefined {
    const reach = this.reach(value, magIndex);
    if (reach.within) return undefined;
    if (!Number.isFinite(reach.distance)) return 'it is not a number';
    return `it would be ${inMicrometres(reach.distance).toFixed(2)} um on the specimen, and the limit is ${inMicrometres(reach.limit).toFixed(2)} um`;
  }

  async write(value: Vector<ImageShiftUnits>, { delayFactor = 1, signal }: ImageShiftWriting = {}): Promise<MagIndex> {
    const { scope, cameras, optics, settling, clock, offsetOf } = this.parts;
    if (signal) throwIfStopped(signal);
    const magIndex = await scope.magIndex.read(signal);
    await this.parts.check?.(magIndex);
    const raw = add(value, await offsetOf(magIndex));
    const change = subtract(raw, await scope.imageShift.read(signal));
    let refused = false;
    try {
      await scope.imageShift.write(raw, signal, magIndex);
    } catch (error) {
      refused = error instanceof EucentricError && error.code === 'limits/out-of-range';
      throw refused ? this.refusal(value, magIndex, error) : error;
    } finally {
      // A write that failed may still have moved the coils; one that was refused has not.
      if (!refused)
        settling.imageShiftRestsAt(
          seconds(
            clock.now() +
              delayFactor * optics.at({ magIndex, camera: cameras.selected.traits.index }).imageShiftDelay(change),
          ),
        );
    }
    this.parts.seen?.(this.net, value);
    await this.parts.follow?.(signal);
    return magIndex;
  }

  private async read(signal?: AbortSignal): Promise<Vector<ImageShiftUnits>> {
    return this.readAt(await this.parts.scope.magIndex.read(signal), signal);
  }

  at(magIndex: MagIndex): Readable<Vector<ImageShiftUnits>> {
    const { name, traits } = this.net;
    return { name, traits, read: (signal) => this.readAt(magIndex, signal) };
  }

  async readAt(magIndex: MagIndex, signal?: AbortSignal): Promise<Vector<ImageShiftUnits>> {
    const { scope, offsetOf } = this.parts;
    const net = subtract(await scope.imageShift.read(signal), await offsetOf(magIndex));
    this.parts.seen?.(this.net, net);
    return net;
  }

  /** The guard's refusal, in terms of the net image shift where that is possible. */
  private refusal(value: Vector<ImageShiftUnits>, magIndex: MagIndex, error: unknown): unknown {
    const reach = this.reach(value, magIndex);
    const isNumber = Number.isFinite(value.x) && Number.isFinite(value.y);
    return Number.isFinite(reach.distance) || !isNumber ? opticsErrors.imageShiftOutOfRange(reach) : error;
  }

  private reach(value: Vector<ImageShiftUnits>, magIndex: MagIndex): ImageShiftReach {
    const { optics, cameras } = this.parts;
    return optics.at({ magIndex, camera: cameras.selected.traits.index }).imageShiftReach(value);
  }
}
