import type { PluginHost } from '../../../../core/kernel';
import { LatticeMemory, newLatticeMemory } from './lattice-memory';

/** Provides what the measurements of lattices remember. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(LatticeMemory, newLatticeMemory());
}
