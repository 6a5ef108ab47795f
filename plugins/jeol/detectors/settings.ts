import { detectorErrors } from './errors';
import type { DetectorSettings } from './transport';

/** Settings of a detector by the names of the service. */
export const settingNames = {
  /** Microseconds on a pixel of a scan. */
  pixelTime: 'ExposureTimeValue',
  gain: 'GainIndex',
  offset: 'OffsetIndex',
  /** Degrees, 0 to 360. */
  rotation: 'ScanRotation',
  rotationStep: 'scanRotationStep',
  /** Size of the image of a whole scan. */
  area: 'ImagingArea',
  mode: 'scanMode',
} as const;

/** The number of a scan of the whole field among the scan modes. */
export const wholeScan = 0;

/** Ranges that the documents give, for a service that does not tell its own. */
export const documentedRanges = { pixelTime: [0, 1000], level: [0, 4095] } as const;

/** The number of a setting; the service may send numbers as text. @throws EucentricError where it is none */
export function numberOf(settings: DetectorSettings, name: string): number {
  const written = settings[name];
  const value = typeof written === 'string' && written.trim() !== '' ? Number(written) : written;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw detectorErrors.strangeAnswer(name, written);
  return value;
}

/** Range of a setting: its companions for the least and the most value, or else the documented one. */
export function rangeOf(
  settings: DetectorSettings,
  name: string,
  documented: readonly [number, number],
): readonly [number, number] {
  const names = new Map(Object.keys(settings).map((each) => [each.toLowerCase(), each]));
  const companion = (...words: readonly string[]): number | undefined => {
    const keys = words.flatMap((word) => [`${name}${word}`, `${word}${name}`]);
    const found = keys.flatMap((key) => names.get(key.toLowerCase()) ?? [])[0];
    return found === undefined ? undefined : numberOf(settings, found);
  };
  const [least = documented[0], most = documented[1]] = [companion('Min', 'Minimum'), companion('Max', 'Maximum')];
  if (!(least < most)) throw detectorErrors.strangeAnswer(`the range of ${name}`, [least, most]);
  return [least, most];
}

/** Width and height of the image of a scan. */
export function areaOf(settings: DetectorSettings): { readonly width: number; readonly height: number } {
  const area = settings[settingNames.area];
  if (typeof area !== 'object' || area === null) throw detectorErrors.strangeAnswer(settingNames.area, area);
  return {
    width: numberOf(area as DetectorSettings, 'Width'),
    height: numberOf(area as DetectorSettings, 'Height'),
  };
}
