import type { Exposure } from './camera';

/** What a camera can do. */
export interface ExposureLimits {
  readonly binnings: readonly number[];
  /** Size in unbinned pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly longestExposure: number;
}

/** What of an exposure a camera cannot do, and what it can; undefined when it can do all of it. */
export function exposureFault({ binning, area, exposure, driftSettling }: Exposure, limits: ExposureLimits): { readonly what: string; readonly limits: string } | undefined {
  const { left, top, right, bottom } = area;
  const { binnings, width, height, longestExposure } = limits;
  if (!binnings.includes(binning)) return { what: `binning ${binning}`, limits: `binnings ${binnings.join(', ')}` };
  const inside = left >= 0 && top >= 0 && right <= width && bottom <= height && right > left && bottom > top;
  if (!inside) return { what: `the area from ${left}, ${top} to ${right}, ${bottom}`, limits: `areas within 0, 0 to ${width}, ${height} pixels` };
  if (!(exposure > 0 && exposure <= longestExposure)) return { what: `an exposure of ${exposure} s`, limits: `exposures up to ${longestExposure} s` };
  if (!(driftSettling >= 0 && driftSettling <= longestExposure)) return { what: `a drift settling of ${driftSettling} s`, limits: `0 to ${longestExposure} s` };
  return undefined;
}

/** The binning that is nearest in ratio to the one wanted. */
export const nearestBinning = (allowed: readonly number[], wanted: number): number =>
  allowed.reduce((best, each) => (Math.abs(Math.log(each / wanted)) < Math.abs(Math.log(best / wanted)) ? each : best));
