import { token } from '../../../core/base';
import type { PluginHost } from '../../../core/kernel';
import { ImageShiftAdjustment } from '../../../core/optics';
import { LatticeMemory, newLatticeMemory } from '../pixel-size/lattice/lattice-memory';
import { applyNeutralImageShift } from '../image-and-stage-shift/offsets/neutral-image-shift';

/** What the shift calibrations remember from one run to the next within a session. */
export interface ShiftCalibrationMemory {
  /** Mags (as `camera:mag index`) from which a change has been carried over to other mags in this session. */
  readonly propagationSources: Set<string>;
  /** Whether stage calibrations correlate whole images instead of the expected overlap. */
  wholeImageCorrelation: boolean;
  /** The mode, regular (0) or energy-filtered (1), that has the magnification with an offset of zero, once the operator has said so. */
  zeroOffsetMode?: 0 | 1;
}
/** The token of that memory. */
export const ShiftCalibrationMemory = token<ShiftCalibrationMemory>('ShiftCalibrationMemory');

/** Provides what several items share. */
export function provideShared(
  host: Pick<PluginHost, 'provide' | 'find' | 'hooks'>,
  { adjustImageShiftBetweenMags }: { readonly adjustImageShiftBetweenMags: boolean },
): void {
  applyNeutralImageShift(host);
  host.provide(ImageShiftAdjustment, { betweenMagnifications: adjustImageShiftBetweenMags });
  host.provide(ShiftCalibrationMemory, { propagationSources: new Set<string>(), wholeImageCorrelation: true });
  host.provide(LatticeMemory, newLatticeMemory());
}
