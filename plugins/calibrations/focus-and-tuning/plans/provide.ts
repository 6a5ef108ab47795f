import type { PluginHost } from '../../../../core/kernel';
import { TuningPlans, newTuningPlans } from './tuning-plans';

/** Provides what the items for focus and tuning remember. */
export function provide(host: Pick<PluginHost, 'provide' | 'settings'>): void {
  host.provide(TuningPlans, newTuningPlans(host.settings));
}
