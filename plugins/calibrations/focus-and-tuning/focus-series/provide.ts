import type { PluginHost } from '../../../../core/kernel';
import { MeasuredCurves } from './measured-curves';

/** Provides what the calibrations of autofocus remember. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(MeasuredCurves, new Set<string>());
}
