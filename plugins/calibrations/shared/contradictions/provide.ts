import type { PluginHost } from '../../../../core/kernel';
import { reportContradictions } from './report-contradictions';

/** Provides the contradictions that each calibration caused, and reports them. */
export function provide(host: Pick<PluginHost, 'hooks' | 'log' | 'find' | 'settings' | 'provide'>): void {
  reportContradictions(host);
}
