import type { PluginHost } from '../../../../core/kernel';
import { WholeImageCorrelation } from './whole-image-correlation';

/** Provides what stage calibrations remember. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(WholeImageCorrelation, { on: true });
}
