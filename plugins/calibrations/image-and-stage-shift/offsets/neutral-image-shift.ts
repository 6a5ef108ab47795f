import { add, imageShiftUnits, vector } from '../../../../core/base';
import { Cameras, NeutralImageShift } from '../../../../core/devices';
import type { PluginHost } from '../../../../core/kernel';
import { Calibrations } from '../../../../core/store';

/**
 * Takes image shift relative to what the column holds when its deflector does nothing at a magnification, on columns where that is not zero
 * and has been calibrated; a camera behind the energy filter has values of its own.
 */
export function applyNeutralImageShift({ hooks, find }: Pick<PluginHost, 'hooks' | 'find'>): void {
  hooks.imageShiftOffset.tap((offset, magIndex) => {
    const [calibrations, cameras] = [find(Calibrations), find(Cameras)];
    if (!calibrations || !cameras || !find(NeutralImageShift)) return offset;
    const record = cameras.selected.traits.behindFilter ? 'GIFNeutralIS' : 'NeutralImageShifts';
    const row = calibrations.records(record).find((each) => each.magIndex === magIndex);
    return row ? add(offset, vector(imageShiftUnits(row.x), imageShiftUnits(row.y))) : offset;
  });
}
