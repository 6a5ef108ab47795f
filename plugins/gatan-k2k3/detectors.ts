import type { ReadMode } from '../../core/devices';
import type { CameraSettings, Settings } from '../../core/settings';

/** The detectors that this plugin knows: those that count by frames, the OneView and what is like it, and CCDs. */
export type Detector = 'K2 Summit' | 'K2 Base' | 'K3' | 'OneView' | 'Metro' | 'CCD';

/** Detectors that DigitalMicrograph reads in a mode. */
export type DetectorGroup = 'direct' | 'OneView' | 'CCD';

/** Steps and least of the exposures of a detector in seconds. */
export interface ExposureTimes {
  readonly step: number;
  readonly shortest: number;
}

const directDetectors: Readonly<Record<number, Detector>> = { 1: 'K2 Summit', 2: 'K2 Base', 3: 'K3' };
/** Number of OneViewType for the Metro, which has modes of its own. */
const metroType = 5;

/** The detector of a camera, from its properties. */
export function detectorOf(camera: CameraSettings): Detector {
  const direct = directDetectors[camera.get('K2Type')];
  if (direct) return direct;
  const type = camera.get('OneViewType');
  return type === metroType ? 'Metro' : type > 0 ? 'OneView' : 'CCD';
}

/** The group of a detector. */
export const groupOf = (detector: Detector): DetectorGroup =>
  detector === 'CCD' ? 'CCD' : detector === 'OneView' || detector === 'Metro' ? 'OneView' : 'direct';

/** Read modes of a detector, the usual one first. */
export const readModesOf: Readonly<Record<Detector, readonly ReadMode[]>> = {
  'K2 Summit': ['linear', 'counting', 'super-resolution'],
  'K2 Base': ['linear'],
  K3: ['linear', 'counting', 'super-resolution'],
  OneView: ['linear'],
  Metro: ['linear', 'counting'],
  CCD: ['linear'],
};

/** The server's numbers of the read modes. */
export const readModeNumbers: Readonly<Record<Detector, Readonly<Record<ReadMode, number>>>> = {
  'K2 Summit': { linear: 0, counting: 1, 'super-resolution': 2 },
  'K2 Base': { linear: 0, counting: 0, 'super-resolution': 0 },
  K3: { linear: 3, counting: 4, 'super-resolution': 4 },
  OneView: { linear: -3, counting: -3, 'super-resolution': -3 },
  Metro: { linear: -21, counting: -22, 'super-resolution': -22 },
  CCD: { linear: -1, counting: -1, 'super-resolution': -1 },
};

/** Base times of exposures without dose fractions, in seconds. */
const baseTimes = {
  k2Counting: 0.1,
  k2SuperResolution: 0.5,
  k3Linear: 0.01331558,
  k3SuperResolution: 0.0106525,
} as const;
const standardK3Readout = 0.000665779;
const defaultReadoutIntervals: Readonly<Record<'K2 Summit' | 'K2 Base', number>> = {
  'K2 Summit': 0.0025,
  'K2 Base': 0.1138,
};
/** Shortest frames that the detectors give, in seconds. */
const shortestFrames: Readonly<Record<'K2 Summit' | 'K2 Base', number>> = { 'K2 Summit': 0.025, 'K2 Base': 0.1138 };

/** Steps of the exposures of a K2 or K3 in each read mode, in seconds. */
export function directSteps(
  detector: 'K2 Summit' | 'K2 Base' | 'K3',
  settings: Settings,
): Readonly<Record<ReadMode, number>> {
  if (detector === 'K3') {
    // The base times are whole numbers of readouts of the standard interval; a site with another interval has them in proportion.
    const ratio = settings.get('K3ReadoutInterval') / standardK3Readout;
    return {
      linear: baseTimes.k3Linear * ratio,
      counting: baseTimes.k3SuperResolution * ratio,
      'super-resolution': baseTimes.k3SuperResolution * ratio,
    };
  }
  const given = settings.get('K2ReadoutInterval');
  const interval = given > 0 ? given : defaultReadoutIntervals[detector];
  return { linear: interval, counting: baseTimes.k2Counting, 'super-resolution': baseTimes.k2SuperResolution };
}

/**
 * Readouts and shortest frames of a K2 or K3, in seconds.
 * @param doubled true when each readout of a K3 is taken twice, before and after it caught electrons
 */
export function directFrames(
  detector: 'K2 Summit' | 'K2 Base' | 'K3',
  settings: Settings,
  doubled: boolean,
): { readonly shortest: number; readonly step: number } {
  if (detector === 'K3')
    return {
      shortest: settings.get('MinimumK3FrameTime'),
      step: settings.get('K3ReadoutInterval') * (doubled ? 2 : 1),
    };
  const [shortest, interval] = [settings.get('MinimumK2FrameTime'), settings.get('K2ReadoutInterval')];
  return {
    shortest: shortest > 0 ? shortest : shortestFrames[detector],
    step: interval > 0 ? interval : defaultReadoutIntervals[detector],
  };
}

/** Shortest exposures of the kinds of OneView at their first four binnings, in seconds. */
const oneViewShortest: Readonly<Record<number, readonly number[]>> = {
  1: [0.04, 0.01, 0.005, 0.005],
  2: [0.067, 0.017, 0.017, 0.017],
  3: [0.05, 0.0125, 0.00625, 0.00625],
  4: [0.067, 0.067, 0.067, 0.067],
};
const oneViewSteps: readonly number[] = [0.01, 0.01, 0.005, 0.005];
/** Step of the exposures of a Rio and of the later kinds, in seconds. */
const rioStep = 0.001;
/** Sizes in pixels that distinguish a Rio of 4K and one of 2K from one of 3K. */
const rioSizes = { least4K: 3500, most2K: 2500 } as const;

/** The kind of OneView: a Rio is one of three, by its size. */
function oneViewKind(camera: CameraSettings): number {
  const type = camera.get('OneViewType');
  if (type < 2 || type > 4) return type;
  if (camera.sizeX > rioSizes.least4K && camera.sizeY > rioSizes.least4K) return 3;
  return camera.sizeX < rioSizes.most2K && camera.sizeY < rioSizes.least4K ? 4 : 2;
}

/** Exposure times of a OneView or what is like it, at each binning. */
export function oneViewTimes(camera: CameraSettings, settings: Settings): ReadonlyMap<number, ExposureTimes> {
  const kind = oneViewKind(camera);
  const entered = (name: 'OneViewLikeMinExposures' | 'OneViewLikeDeltaExposures'): readonly number[] | undefined =>
    settings
      .get(name)
      .find(([type]) => type === kind)
      ?.slice(1);
  const own = (
    name: 'OneViewMinExposures' | 'OneViewDeltaExposures' | 'RioMinExposures',
  ): readonly number[] | undefined => (settings.has(name) ? settings.get(name) : undefined);
  const shortest =
    entered('OneViewLikeMinExposures') ??
    (kind === 1 ? own('OneViewMinExposures') : kind === 2 ? own('RioMinExposures') : undefined) ??
    oneViewShortest[kind] ??
    [];
  const steps =
    entered('OneViewLikeDeltaExposures') ??
    (kind === 1 ? (own('OneViewDeltaExposures') ?? oneViewSteps) : undefined) ??
    [];
  // A list that ends early holds for the binnings that follow, too.
  const at = (list: readonly number[], place: number): number | undefined => list[Math.min(place, list.length - 1)];
  return new Map(
    [...camera.binnings]
      .sort((a, b) => a - b)
      .map((binning, place) => {
        const step = at(steps, place) ?? rioStep;
        return [binning, { step, shortest: at(shortest, place) ?? step }];
      }),
  );
}
