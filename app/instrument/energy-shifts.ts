import type { Clock, Logger } from '../../core/base';
import { Cameras, EnergyFilter, Scope } from '../../core/devices';
import { type Kernel, tappingSide } from '../../core/kernel';
import { EnergyShifts, FilterFollowsMagnification } from '../../core/optics';
import type { Settings } from '../../core/settings';
import { type Calibrations, currentUser } from '../../core/store';
import { UserSettings } from '../../core/user-settings';

const millisecondsPerMinute = 60_000;

/** Keeps the zero-loss peak in the slit at every change of magnification, where a filter and energy shifts are there. */
export function followEnergyShifts(
  kernel: Kernel,
  settings: Settings,
  {
    calibrations,
    clock,
    log,
  }: {
    readonly calibrations: Pick<Calibrations, 'records' | 'shortTerm'>;
    readonly clock: Clock;
    readonly log: Logger;
  },
): void {
  const { registry, hooks } = kernel;
  if (!registry.has(EnergyFilter)) return registry.lackFor(EnergyFilter, [EnergyShifts]);
  const filter = registry.get(EnergyFilter);
  const [scope, cameras, user] = [registry.get(Scope), registry.get(Cameras), registry.get(UserSettings)];
  const shifts = new FilterFollowsMagnification({
    adjustment: () => filter.zeroLossAdjustment,
    shiftAt: (magIndex) =>
      calibrations.records('FilterMagShifts').find((row) => row.magIndex === magIndex)?.energyShift,
    magIndex: (signal) => scope.magIndex.read(signal),
    inUse: () => {
      const { behindFilter, stem } = cameras.selected.traits;
      return user.get('FilterDoMagShifts') && !stem && (behindFilter || settings.get('HasOmegaFilter'));
    },
    log,
    keep: async ({ adjustment, magIndex }, signal) => {
      const row = {
        zeroLossOffset: adjustment,
        slitWidth: await filter.slitWidth.read(signal),
        magIndex,
        alignTime: clock.now(),
        minutesNotRunning: 0,
        time: Math.floor(clock.date().getTime() / millisecondsPerMinute),
        user: currentUser(),
      };
      calibrations.shortTerm('FilterAlignment').replaceAll([row]);
    },
  });
  const taps = tappingSide(hooks, 'eucentric');
  const hasShifts = (): boolean => calibrations.records('FilterMagShifts').all().length > 0;
  taps.didChangeMagnification.tap((from, to) => shifts.follow(to, from));
  // The operator may have changed the magnification at the column.
  taps.willAcquire.tap(async (exposure, _camera) => {
    if (hasShifts()) await shifts.follow(await scope.magIndex.read());
    return exposure;
  });
  kernel.provide(EnergyShifts, shifts);
}
