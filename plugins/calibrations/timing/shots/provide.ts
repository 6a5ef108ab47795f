import type { PluginHost } from '../../../../core/kernel';
import { TimingMemory } from './timing-memory';

/** Provides what the timing items remember for the session. */
export function provide(host: Pick<PluginHost, 'provide'>): void {
  host.provide(TimingMemory, new TimingMemoryOfSession());
}

/** Memory of one run of the program. */
class TimingMemoryOfSession implements TimingMemory {
  readonly deadTimeStart: TimingMemory['deadTimeStart'] = new Map();
  readonly entries: TimingMemory['entries'] = new Map();
  flybackSet = 'R';
}
