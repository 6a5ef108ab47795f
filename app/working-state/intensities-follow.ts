import { type Logger, counted } from '../../core/base';
import { followedIntensity, intensityFrame, sameArea } from '../../core/illumination';
import { type Kernel, LowDose, tappingSide } from '../../core/kernel';
import type { Settings } from '../../core/settings';
import { type CalibrationHistory, type Calibrations } from '../../core/store';
import { comaOfSetting, comaSetting } from '../../core/tuning';
import type { UserSettings } from '../../core/user-settings';

/** Smallest change of an intensity that a settings file can hold. */
const minChange = 1e-6;

/**
 * Keeps the intensities that stand in the user settings, those of the areas of Low Dose and of Coma vs. Image Shift, for the beam that they stood for, when
 * crossovers or the first limits of the illuminated area are stored, and when these are restored or taken back from the history.
 */
export function letIntensitiesFollow(
  kernel: Pick<Kernel, 'registry' | 'hooks'>,
  settings: Settings,
  {
    calibrations,
    history,
    userSettings,
    log,
  }: {
    readonly calibrations: Pick<Calibrations, 'records'>;
    readonly history: Pick<CalibrationHistory, 'onRestore'>;
    readonly userSettings: UserSettings;
    readonly log: Pick<Logger, 'info'>;
  },
): void {
  const { registry, hooks } = kernel;
  const begin = (): (() => Promise<void>) => {
    const before = intensityFrame(settings, calibrations);
    return async () => {
      const after = intensityFrame(settings, calibrations);
      if (before.isCalibrated !== after.isCalibrated && registry.has(LowDose)) {
        const areas = await registry
          .get(LowDose)
          .convertIntensities((intensity, place) => sameArea(intensity, before.limits(place), after.limits(place)));
        if (areas > 0)
          log.info(`The intensity of ${counted(areas, 'area')} of Low Dose was converted with the limits.`);
      }
      const coma = comaOfSetting(userSettings.get('ComaVsISCal'));
      if (!coma) return;
      const intensity = followedIntensity({ ...coma, spot: coma.spotSize }, before, after);
      if (Math.abs(intensity - coma.intensity) < minChange) return;
      await userSettings.set('ComaVsISCal', comaSetting({ ...coma, intensity }));
      log.info('The intensity of Coma vs. Image Shift was converted, too.');
    };
  };
  const taps = tappingSide(hooks, 'eucentric');
  let end: (() => Promise<void>) | undefined;
  taps.willStore.tap(() => {
    end = begin();
  });
  taps.didStore.tap(async () => {
    await end?.();
    end = undefined;
  });
  history.onRestore(begin);
}
