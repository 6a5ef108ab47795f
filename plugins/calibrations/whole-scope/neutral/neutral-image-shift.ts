import { add } from '../../../../core/base';
import { Cameras, NeutralImageShift } from '../../../../core/devices';
import type { PluginHost } from '../../../../core/kernel';
import { Calibrations } from '../../../../core/store';
import { NeutralChecks } from './neutral-checks';
import { neutralRecordFor, storedNeutral } from './stored-neutral';

/**
 * Takes image shift relative to what the column holds when its deflector does nothing at a magnification, on columns where that is not zero
 * and has been calibrated. Where the column can tell, the value is checked once a session before image shift is used at a magnification.
 */
export function applyNeutralImageShift(host: Pick<PluginHost, 'hooks' | 'find' | 'settings' | 'log'>): void {
  const { hooks, find } = host;
  const checks = new NeutralChecks(host);
  hooks.willShiftImage.tap((magIndex) => checks.check(magIndex));
  hooks.imageShiftOffset.tap((offset, magIndex) => {
    const [calibrations, cameras] = [find(Calibrations), find(Cameras)];
    if (!calibrations || !cameras || !find(NeutralImageShift)) return offset;
    const stored = storedNeutral(calibrations, cameras.selected, magIndex);
    const neutral = stored && (checks.found(neutralRecordFor(cameras.selected), magIndex, stored) ?? stored);
    return neutral ? add(offset, neutral) : offset;
  });
}
