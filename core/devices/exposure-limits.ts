import type { Exposure, Shutter } from './camera';
import type { FrameSeries, FrameTraits } from './frames';
import type { ScanSettings, ScanTraits } from './scans';

/** Limits of the exposures that a camera takes. */
export interface ExposureLimits {
  readonly binnings: readonly number[];
  /** Size in unbinned pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly longestExposure: number;
  /** Not looked at by default. */
  readonly shutters?: readonly Shutter[];
  /** Undefined for a camera that cannot divide an exposure into frames. */
  readonly frames?: FrameTraits;
  /** Undefined for a camera that does not scan. */
  readonly scan?: ScanTraits;
}

/** Something of an exposure that a camera cannot do, in words. */
export interface ExposureRefusal {
  /** Such as `binning`. */
  readonly what: string;
  readonly asked: string;
  readonly allowed: string;
}

/** The first thing of an exposure that a camera cannot do; undefined when it can do all of it. */
export function exposureRefusal(
  { binning, area, exposure, driftSettling, frames, shutter, blanker, scanning }: Exposure,
  limits: ExposureLimits,
): ExposureRefusal | undefined {
  const { left, top, right, bottom } = area;
  const { binnings, width, height, longestExposure } = limits;
  if (!binnings.includes(binning))
    return { what: 'binning', asked: String(binning), allowed: `one of ${binnings.join(', ')}` };
  const inside = left >= 0 && top >= 0 && right <= width && bottom <= height && right > left && bottom > top;
  if (!inside)
    return {
      what: 'image area',
      asked: `${left}, ${top} to ${right}, ${bottom}`,
      allowed: `0, 0 to ${width}, ${height} pixels`,
    };
  if (!(exposure > 0)) return { what: 'exposure', asked: `${exposure} s`, allowed: 'more than 0 s' };
  if (exposure > longestExposure)
    return { what: 'exposure', asked: `${exposure} s`, allowed: `at most ${longestExposure} s` };
  if (!(driftSettling >= 0 && driftSettling <= longestExposure))
    return { what: 'drift settling', asked: `${driftSettling} s`, allowed: `0 to ${longestExposure} s` };
  const { shutters } = limits;
  if (shutter && shutters && !shutters.includes(shutter))
    return { what: 'shutter', asked: shutter, allowed: `one of ${shutters.join(', ')}` };
  if (blanker) {
    const { blankedFor, blankedFrom = Infinity } = blanker;
    if (!(blankedFor >= 0)) return { what: 'time without beam', asked: `${blankedFor} s`, allowed: '0 s or more' };
    if (!(blankedFrom >= blankedFor))
      return { what: 'end of the beam', asked: `${blankedFrom} s`, allowed: `${blankedFor} s or later` };
  }
  return (scanning && scanRefusal(scanning, limits.scan)) ?? (frames && framesRefusal(frames, exposure, limits.frames));
}

function scanRefusal(
  { detectors, lineSync, rotation }: ScanSettings,
  traits: ScanTraits | undefined,
): ExposureRefusal | undefined {
  if (!traits) return { what: 'scan', asked: 'detectors, rotation or lines of a scan', allowed: 'images' };
  const unknown = detectors?.find((name) => !traits.detectors.includes(name));
  if (detectors && (unknown !== undefined || detectors.length === 0 || new Set(detectors).size < detectors.length))
    return {
      what: 'detectors',
      asked: unknown ?? (detectors.length === 0 ? 'no detector' : detectors.join(', ')),
      allowed: `some of ${traits.detectors.join(', ')}, each once`,
    };
  if (detectors && detectors.length > traits.maxDetectors)
    return { what: 'detectors', asked: detectors.join(', '), allowed: `at most ${traits.maxDetectors} in one scan` };
  if (lineSync && !traits.lineSync)
    return { what: 'line synchronization', asked: 'lines that wait for the mains', allowed: 'lines that do not' };
  if (rotation !== undefined && !(traits.rotates && Math.abs(rotation) <= Math.PI))
    return {
      what: 'scan rotation',
      asked: `${((rotation * 180) / Math.PI).toFixed(1)} degrees`,
      allowed: traits.rotates ? '-180 to 180 degrees' : 'the rotation of the column',
    };
  return undefined;
}

function framesRefusal(
  { frameTime, saving }: FrameSeries,
  exposure: number,
  traits: FrameTraits | undefined,
): ExposureRefusal | undefined {
  if (!traits) return { what: 'division', asked: `frames of ${frameTime} s`, allowed: 'undivided exposures' };
  if (!(frameTime > 0 && frameTime <= exposure * 1.000001))
    return {
      what: 'frame time',
      asked: `${frameTime} s in an exposure of ${exposure} s`,
      allowed: `${traits.shortestFrame} s up to the exposure`,
    };
  if (!saving) return undefined;
  const { folder, name, returnAfter } = saving;
  if (folder === '' || name === '' || /[\\/:*?"<>|]/.test(name))
    return {
      what: 'file of frames',
      asked: `"${name}" in "${folder}"`,
      allowed: 'a folder, and a name without any of \\ / : * ? " < > |',
    };
  if (returnAfter !== undefined && !(Number.isInteger(returnAfter) && returnAfter >= 1))
    return { what: 'early return', asked: `after ${returnAfter} frames`, allowed: 'after 1 or more whole frames' };
  return undefined;
}

/** The binning that is nearest in ratio to the one wanted. */
export const nearestBinning = (allowed: readonly number[], wanted: number): number =>
  allowed.reduce((best, each) => (Math.abs(Math.log(each / wanted)) < Math.abs(Math.log(best / wanted)) ? each : best));
