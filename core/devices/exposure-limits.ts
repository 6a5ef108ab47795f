import type { Exposure } from './camera';
import type { FrameSeries, FrameTraits } from './frames';

/** What a camera can do. */
export interface ExposureLimits {
  readonly binnings: readonly number[];
  /** Size in unbinned pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly longestExposure: number;
  /** Undefined for a camera that cannot divide an exposure into frames. */
  readonly frames?: FrameTraits;
}

/** What of an exposure a camera cannot do, and what it can; undefined when it can do all of it. */
export function exposureFault(
  { binning, area, exposure, driftSettling, frames }: Exposure,
  limits: ExposureLimits,
): { readonly what: string; readonly limits: string } | undefined {
  const { left, top, right, bottom } = area;
  const { binnings, width, height, longestExposure } = limits;
  if (!binnings.includes(binning)) return { what: `binning ${binning}`, limits: `binnings ${binnings.join(', ')}` };
  const inside = left >= 0 && top >= 0 && right <= width && bottom <= height && right > left && bottom > top;
  if (!inside)
    return {
      what: `the area from ${left}, ${top} to ${right}, ${bottom}`,
      limits: `areas within 0, 0 to ${width}, ${height} pixels`,
    };
  if (!(exposure > 0 && exposure <= longestExposure))
    return { what: `an exposure of ${exposure} s`, limits: `exposures up to ${longestExposure} s` };
  if (!(driftSettling >= 0 && driftSettling <= longestExposure))
    return { what: `a drift settling of ${driftSettling} s`, limits: `0 to ${longestExposure} s` };
  return frames && framesFault(frames, exposure, limits.frames);
}

function framesFault(
  { frameTime, saving }: FrameSeries,
  exposure: number,
  traits: FrameTraits | undefined,
): ReturnType<typeof exposureFault> {
  if (!traits) return { what: 'an exposure divided into frames', limits: 'undivided exposures' };
  if (!(frameTime > 0 && frameTime <= exposure * 1.000001))
    return {
      what: `frames of ${frameTime} s in an exposure of ${exposure} s`,
      limits: `frames from ${traits.shortestFrame} s up to the exposure`,
    };
  if (!saving) return undefined;
  const { folder, name, returnAfter } = saving;
  if (folder === '' || name === '' || /[\\/:*?"<>|]/.test(name))
    return {
      what: `frames saved as "${name}" in "${folder}"`,
      limits: 'a folder, and a name without any of \\ / : * ? " < > |',
    };
  if (returnAfter !== undefined && !(Number.isInteger(returnAfter) && returnAfter >= 1))
    return { what: `a return after ${returnAfter} frames`, limits: 'returns after 1 or more whole frames' };
  return undefined;
}

/** The binning that is nearest in ratio to the one wanted. */
export const nearestBinning = (allowed: readonly number[], wanted: number): number =>
  allowed.reduce((best, each) => (Math.abs(Math.log(each / wanted)) < Math.abs(Math.log(best / wanted)) ? each : best));
