import { type Metres, inMicrometres } from '../base';
import type { Exposure } from '../devices';

/** Fastest rates at which a probe is moved along the lines, in micrometres per millisecond: one that is held, and one above which images are distorted. */
export interface ScanRates {
  readonly fastest: number;
  readonly advisable: number;
}

/** Rate of a scan along its lines, in micrometres per millisecond. @param pixel of the image, with its binning */
export function scanRate(
  { area, binning, exposure }: Pick<Exposure, 'area' | 'binning' | 'exposure'>,
  pixel: Metres,
): number {
  const columns = Math.floor((area.right - area.left) / binning);
  const rows = Math.floor((area.bottom - area.top) / binning);
  return (1e-3 * columns * rows * inMicrometres(pixel)) / exposure;
}

/** Factor by which the time of a scan must be longer, so that it is not faster than a rate; 1 for a scan that is slow enough. */
export const slowerBy = (
  exposure: Pick<Exposure, 'area' | 'binning' | 'exposure'>,
  pixel: Metres,
  fastest: number,
): number => (fastest > 0 ? Math.max(1, scanRate(exposure, pixel) / fastest) : 1);
