import type { PluginHost } from '../../../../core/kernel';
import { applyNeutralImageShift } from './neutral-image-shift';

/** Applies the neutral image shift. */
export function provide(host: Pick<PluginHost, 'hooks' | 'find' | 'settings' | 'log'>): void {
  applyNeutralImageShift(host);
}
