import { type Driver, device } from './device';
import type { Setting } from './setting';
import { oneOf, onOff, quantity } from './setting-traits';

/** The detectors of scans, one of which is looked at by the other settings at a time. */
export interface StemDetectors {
  /** Name of the detector that the other settings are about. */
  readonly stemDetector: Setting<string>;
  /** True while it is in the beam. Absent where the detectors are inserted by the scan that needs them. */
  readonly detectorInserted?: Setting<boolean>;
  /** 0 to 1. */
  readonly detectorBrightness: Setting<number>;
  readonly detectorContrast: Setting<number>;
}
/** The token of the detectors of scans. */
export const StemDetectors = device<StemDetectors>('StemDetectors', {
  called: 'the detectors of scans',
  part: 'detectors',
  heading: 'STEM detectors',
  settings: {
    // Each instrument has its own names.
    stemDetector: oneOf({}, { label: 'STEM detector', short: 'Detector' }),
    detectorInserted: onOff({ label: 'Detector inserted', short: 'Inserted', on: 'in', off: 'out' }),
    detectorBrightness: quantity({
      label: 'Detector brightness',
      short: 'Brightness',
      unit: '%',
      decimals: 2,
      step: 1,
      range: [0, 1],
    }),
    detectorContrast: quantity({
      label: 'Detector contrast',
      short: 'Contrast',
      unit: '%',
      decimals: 2,
      step: 1,
      range: [0, 1],
    }),
  },
});

/** One way to the settings of a detector, by its name. */
export interface DetectorCalls {
  readonly isInserted?: (name: string, signal?: AbortSignal) => Promise<boolean>;
  readonly setInserted?: (name: string, inserted: boolean, signal?: AbortSignal) => Promise<void>;
  /** 0 to 1. */
  get(name: string, what: 'brightness' | 'contrast', signal?: AbortSignal): Promise<number>;
  set(name: string, what: 'brightness' | 'contrast', value: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Drives the detectors of a scan, by their names: the first one is looked at until another one is chosen.
 * @param deviceStep smallest change of brightness and contrast, where they go in steps
 */
export function drivenDetectors(
  names: readonly string[],
  calls: DetectorCalls,
  deviceStep?: number,
): Driver<StemDetectors> {
  let chosen = names[0]!;
  const level = (what: 'brightness' | 'contrast'): Driver<StemDetectors>['detectorBrightness'] => ({
    read: (signal) => calls.get(chosen, what, signal),
    write: (value, signal) => calls.set(chosen, what, value, signal),
    ...(deviceStep !== undefined && { deviceStep }),
  });
  const { isInserted, setInserted } = calls;
  return {
    stemDetector: {
      read: async () => chosen,
      write: async (name) => void (chosen = name),
      choices: names,
    },
    ...(isInserted &&
      setInserted && {
        detectorInserted: {
          read: (signal) => isInserted.call(calls, chosen, signal),
          write: (inserted, signal) => setInserted.call(calls, chosen, inserted, signal),
        },
      }),
    detectorBrightness: level('brightness'),
    detectorContrast: level('contrast'),
  };
}
