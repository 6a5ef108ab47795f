import { type Clock, type Logger, describe } from '../../core/base';
import { BeamTilt, Cameras, ObjectiveStigmator, Scope } from '../../core/devices';
import { type Kernel, tappingSide } from '../../core/kernel';
import type { ImageShiftControl, ImageShiftRest, Optics } from '../../core/optics';
import type { Settings } from '../../core/settings';
import { CoilsFollowImageShift, ImageShiftFollowing, comaOfSetting } from '../../core/tuning';
import { UserSettings } from '../../core/user-settings';

/** Part of the ids of tasks, whose image shifts are followed; those of calibrations are not. */
const ofTasks = /\/tasks\//;
/** Distance below a value from which it is approached: of the stigmator, and of the beam tilt in milliradians. */
const [stigmatorBacklash, tiltBacklash] = [0.02, 1];

/** Lets beam tilt and stigmator follow image shift while the user setting asks for it, and provides that. */
export function followImageShift(
  kernel: Kernel,
  settings: Settings,
  {
    optics,
    imageShift,
    settling,
    clock,
    log,
  }: {
    readonly optics: Optics;
    readonly imageShift: Pick<ImageShiftControl, 'readAt'>;
    readonly settling: ImageShiftRest;
    readonly clock: Clock;
    readonly log: Logger;
  },
): ImageShiftFollowing {
  const { registry, hooks } = kernel;
  const [scope, user] = [registry.get(Scope), registry.get(UserSettings)];
  const beamTilt = registry.has(BeamTilt) ? registry.get(BeamTilt).beamTilt : undefined;
  const stigmator = registry.has(ObjectiveStigmator) ? registry.get(ObjectiveStigmator).objectiveStigmator : undefined;
  const inMilliradians = (): boolean =>
    beamTilt !== undefined && 'unit' in beamTilt.traits && beamTilt.traits.unit === 'mrad';
  const following = new CoilsFollowImageShift({
    on: () => user.get('FollowImageShift'),
    calibration: () => comaOfSetting(user.get('ComaVsISCal')),
    beamTilt,
    stigmator,
    imageShift: (magIndex, signal) => imageShift.readAt(magIndex, signal),
    magIndex: (signal) => scope.magIndex.read(signal),
    camera: () => registry.get(Cameras).selected.traits.index,
    optics,
    settling,
    clock,
    skips: () => settings.get('SkipAstigAdjustmentForIS'),
    delay: () => Math.max(...settings.get('AstigmatismComaDelays')),
    backlash: () => {
      const skip = settings.get('AdjustForISSkipBacklash');
      // Without a choice of the site, columns that do not count in milliradians go there at once.
      if (skip === 1 || (skip < 0 && !inMilliradians())) return { tilt: 0, stigmator: 0 };
      return { tilt: tiltBacklash, stigmator: stigmatorBacklash };
    },
  });
  const taps = tappingSide(hooks, 'eucentric');
  const suspended = new Map<string, () => void>();
  taps.willRun.tap((item) => {
    if (!ofTasks.test(item)) suspended.set(item, following.suspend());
  });
  taps.didRun.tap(async (...[item]) => {
    suspended.get(item)?.();
    suspended.delete(item);
    await following.follow();
  });
  taps.didChangeMagnification.tap(() => following.follow());
  const stopListening = user.onChange(() => {
    if (!user.get('FollowImageShift') && !following.holds) return;
    following
      .follow()
      .catch((error: unknown) => log.warn(`Beam tilt and stigmator do not follow image shift: ${describe(error)}`));
  });
  taps.willDispose.tap(() => stopListening());
  kernel.provide(ImageShiftFollowing, following);
  return following;
}
