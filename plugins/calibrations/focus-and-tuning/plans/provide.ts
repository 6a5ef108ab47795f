import type { PluginHost } from '../../../../core/kernel';
import { UserSettings } from '../../../../core/user-settings';
import { TuningPlans, newTuningPlans } from './tuning-plans';

/** Provides the parameters of the calibrations of focus and tuning. */
export function provide(host: Pick<PluginHost, 'need' | 'provide' | 'settings'>): void {
  host.provide(
    TuningPlans,
    newTuningPlans(host.settings, () => host.need(UserSettings)),
  );
}
