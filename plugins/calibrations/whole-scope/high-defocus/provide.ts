import type { PluginHost } from '../../../../core/kernel';
import { HighDefocusMemory } from './high-defocus-memory';

/** Provides what calibrations at high defocus remember. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(HighDefocusMemory, {});
}
