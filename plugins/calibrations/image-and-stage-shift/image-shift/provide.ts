import type { PluginHost } from '../../../../core/kernel';
import { CarriedChanges } from './carried-changes';

/** Provides what image shift calibrations remember. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(CarriedChanges, new Set<string>());
}
