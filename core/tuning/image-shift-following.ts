import {
  type BeamTiltUnits,
  type CameraIndex,
  type Clock,
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  add,
  length,
  milliseconds,
  seconds,
  service,
  subtract,
  vector,
} from '../base';
import { type Setting, readBack } from '../devices';
import type { ImageShiftRest, Optics } from '../optics';
import { type ComaAndImageShift, comaChange } from './coma-and-image-shift';

/** Lets beam tilt and objective stigmator follow image shift, by what was measured of coma. */
export interface ImageShiftFollowing {
  /** Brings both to where the present image shift needs them; back to where they belong without image shift when it does not follow. */
  follow(signal?: AbortSignal): Promise<void>;
  /** Leaves both alone until what is returned is called; for calibrations, which set them themselves. */
  suspend(): () => void;
  /** True while image shift holds them off their own values. */
  readonly holds: boolean;
}
/** The token of the following. */
export const ImageShiftFollowing = service<ImageShiftFollowing>('ImageShiftFollowing');

/** Dependencies of the following. */
export interface FollowingParts {
  /** True while they should follow. */
  readonly on: () => boolean;
  /** The calibration by which they follow; undefined where there is none. */
  readonly calibration: () => ComaAndImageShift | undefined;
  readonly beamTilt: Setting<Vector<BeamTiltUnits>> | undefined;
  readonly stigmator: Setting<Vector> | undefined;
  readonly imageShift: (magIndex: MagIndex, signal?: AbortSignal) => Promise<Vector<ImageShiftUnits>>;
  readonly magIndex: (signal?: AbortSignal) => Promise<MagIndex>;
  readonly camera: () => CameraIndex;
  readonly optics: Pick<Optics, 'at' | 'transferImageShift'>;
  readonly settling: ImageShiftRest;
  readonly clock: Clock;
  /** Parts that do not follow: 1 the stigmator, -1 the beam tilt. */
  readonly skips: () => number;
  /** Milliseconds that the coils need to come to rest. */
  readonly delay: () => number;
  /** Distances below a value from which it is approached, of the beam tilt and of the stigmator; 0 to go there at once. */
  readonly backlash: () => { readonly tilt: number; readonly stigmator: number };
}

const none: Vector = vector(0, 0);
/** Differences below this are rounding. */
const roundingError = 1e-7;

/**
 * The changes are added to what the column has, so that an alignment that the operator makes meanwhile is kept. They count from no image shift, at which
 * columns are aligned. What was added is remembered and taken away again.
 */
export class CoilsFollowImageShift implements ImageShiftFollowing {
  private readonly suspensions = new Set<symbol>();
  private added: { readonly tilt: Vector; readonly stigmator: Vector } = { tilt: none, stigmator: none };
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly parts: FollowingParts) {}

  get holds(): boolean {
    return length(this.added.tilt) > 0 || length(this.added.stigmator) > 0;
  }

  suspend(): () => void {
    const suspension = Symbol('suspension');
    this.suspensions.add(suspension);
    return () => void this.suspensions.delete(suspension);
  }

  follow(signal?: AbortSignal): Promise<void> {
    // One after the other: each adds to what the one before has left.
    const next = this.working.then(() => this.followNow(signal));
    this.working = next.catch(() => undefined);
    return next;
  }

  private async followNow(signal?: AbortSignal): Promise<void> {
    if (this.suspensions.size > 0 || (!this.parts.on() && !this.holds)) return;
    const wanted = await this.needed(signal);
    if (!wanted) return;
    const { beamTilt, stigmator, backlash, clock, settling, delay } = this.parts;
    const below = backlash();
    const tilt = await this.move(beamTilt, subtract(wanted.tilt, this.added.tilt), below.tilt, signal);
    this.added = { ...this.added, tilt: add(this.added.tilt, tilt) };
    const poles = await this.move(stigmator, subtract(wanted.stigmator, this.added.stigmator), below.stigmator, signal);
    this.added = { ...this.added, stigmator: add(this.added.stigmator, poles) };
    if (!this.parts.on()) this.added = { tilt: none, stigmator: none };
    if (length(tilt) > 0 || length(poles) > 0) settling.imageShiftRestsAt(seconds(clock.now() + milliseconds(delay())));
  }

  /** Changes that the present image shift needs against none; undefined where they cannot be said. */
  private async needed(signal?: AbortSignal): Promise<CoilsFollowImageShift['added'] | undefined> {
    const { on, calibration, optics, camera, magIndex, imageShift, skips } = this.parts;
    const given = calibration();
    if (!on() || !given) return { tilt: none, stigmator: none };
    const now = await magIndex(signal);
    const [here, there] = [now, given.magIndex].map((each) => optics.at({ magIndex: each, camera: camera() }));
    // In diffraction and on the other side of low magnification an alignment means nothing.
    if (!(now > 0) || here!.isLowMagnification !== there!.isLowMagnification) return undefined;
    const shift = optics.transferImageShift(await imageShift(now, signal), now, given.magIndex, camera());
    const change = comaChange(given, shift);
    return { tilt: skips() < 0 ? none : change.tilt, stigmator: skips() > 0 ? none : change.stigmator };
  }

  /** Changes a pair of coils, and returns the change that the device made. */
  private async move<Unit extends number>(
    setting: Setting<Vector<Unit>> | undefined,
    change: Vector,
    below: number,
    signal?: AbortSignal,
  ): Promise<Vector> {
    if (!setting || length(change) < roundingError) return none;
    const before = await setting.read(signal);
    const value = add(before, change as Vector<Unit>);
    if (below > 0) await setting.write(subtract(value, vector(below as Unit, below as Unit)), signal);
    await setting.write(value, signal);
    return subtract(await readBack(setting, value, signal && { signal }), before);
  }
}
