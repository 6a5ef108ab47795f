import type { PluginHost } from '../../../../core/kernel';
import { DistortionOverlaps, usualOverlaps } from './overlaps';
import { DistortionMemory } from './pair-memory';

/** Provides what the items of distortion remember. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(DistortionOverlaps, { ...usualOverlaps });
  host.provide(DistortionMemory, { direction: 0 });
}
