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
  /**
   * Brings both once to where the present image shift, or a given one, needs them, whether they follow or not. What an earlier adjustment has added is taken
   * off with it. Returns all that is added now; undefined where nothing is known of coma at this magnification.
   */
  adjust(shift: Vector<ImageShiftUnits> | undefined, signal?: AbortSignal): Promise<AddedToCoils | undefined>;
  /** Takes off what adjustments have added, and returns it. */
  takeOff(signal?: AbortSignal): Promise<AddedToCoils>;
  /** Sum of what adjustments have added. */
  readonly adjusted: AddedToCoils;
}
/** Changes of beam tilt, in the unit of the column, and of the objective stigmator. */
export interface AddedToCoils {
  readonly tilt: Vector;
  readonly stigmator: Vector;
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
const nothing: AddedToCoils = { tilt: none, stigmator: none };
/** Differences below this are rounding. */
const roundingError = 1e-7;

/**
 * The changes are added to what the column has, so that an alignment that the operator makes meanwhile is kept. They count from no image shift, at which
 * columns are aligned. What was added is remembered and taken away again.
 */
export class CoilsFollowImageShift implements ImageShiftFollowing {
  private readonly suspensions = new Set<symbol>();
  private added: AddedToCoils = nothing;
  private byHand: AddedToCoils = nothing;
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
    return this.inTurn(() => this.followNow(signal));
  }

  get adjusted(): AddedToCoils {
    return this.byHand;
  }

  adjust(shift: Vector<ImageShiftUnits> | undefined, signal?: AbortSignal): Promise<AddedToCoils | undefined> {
    return this.inTurn(async () => {
      const { calibration } = this.parts;
      const given = calibration();
      const needed = given && (await this.neededFor(given, shift, signal));
      if (!needed) return undefined;
      await this.adjustTo(needed, signal);
      return this.byHand;
    });
  }

  takeOff(signal?: AbortSignal): Promise<AddedToCoils> {
    return this.inTurn(async () => {
      const before = this.byHand;
      await this.adjustTo(nothing, signal);
      this.byHand = nothing;
      return before;
    });
  }

  /** One after the other: each adds to what the one before has left. */
  private inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const next = this.working.then(work);
    this.working = next.then(
      () => undefined,
      () => undefined,
    );
    return next;
  }

  private async adjustTo(needed: AddedToCoils, signal?: AbortSignal): Promise<void> {
    let now = this.byHand;
    await this.change(now, needed, (added) => void (now = added), signal);
    // A run that fails puts both coils back, so that what was added before is still there.
    this.byHand = now;
  }

  /** Changes both coils from what was added to what is needed, and says after each of them what is added now. */
  private async change(
    added: AddedToCoils,
    needed: AddedToCoils,
    say: (now: AddedToCoils) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { beamTilt, stigmator, backlash, clock, settling, delay } = this.parts;
    const below = backlash();
    const tilt = await this.move(beamTilt, subtract(needed.tilt, added.tilt), below.tilt, signal);
    say({ ...added, tilt: add(added.tilt, tilt) });
    const poles = await this.move(stigmator, subtract(needed.stigmator, added.stigmator), below.stigmator, signal);
    say({ tilt: add(added.tilt, tilt), stigmator: add(added.stigmator, poles) });
    if (length(tilt) > 0 || length(poles) > 0) settling.imageShiftRestsAt(seconds(clock.now() + milliseconds(delay())));
  }

  private async followNow(signal?: AbortSignal): Promise<void> {
    if (this.suspensions.size > 0 || (!this.parts.on() && !this.holds)) return;
    const wanted = await this.needed(signal);
    if (!wanted) return;
    await this.change(this.added, wanted, (now) => void (this.added = now), signal);
    if (!this.parts.on()) this.added = nothing;
  }

  /** Changes that the present image shift needs against none; undefined where they cannot be said. */
  private async needed(signal?: AbortSignal): Promise<AddedToCoils | undefined> {
    const { on, calibration } = this.parts;
    const given = calibration();
    return on() && given ? this.neededFor(given, undefined, signal) : nothing;
  }

  private async neededFor(
    given: ComaAndImageShift,
    asked: Vector<ImageShiftUnits> | undefined,
    signal?: AbortSignal,
  ): Promise<AddedToCoils | undefined> {
    const { optics, camera, magIndex, imageShift, skips } = this.parts;
    const now = await magIndex(signal);
    const [here, there] = [now, given.magIndex].map((each) => optics.at({ magIndex: each, camera: camera() }));
    // In diffraction and on the other side of low magnification an alignment means nothing.
    if (!(now > 0) || here!.isLowMagnification !== there!.isLowMagnification) return undefined;
    const present = asked ?? (await imageShift(now, signal));
    const change = comaChange(given, optics.transferImageShift(present, now, given.magIndex, camera()));
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
