import type { CameraIndex } from '../../core/base';
import type { CameraConstraints, Processing } from '../../core/devices';
import type { CameraSettings, Settings } from '../../core/settings';

/** The detectors that this plugin knows, by FEICameraType. */
export type FeiDetector = 'Eagle' | 'Falcon 2' | 'Ceta' | 'Falcon 3' | 'Falcon 4' | 'Falcon 4i';

const detectors: Readonly<Record<number, FeiDetector>> = {
  1: 'Eagle',
  2: 'Falcon 2',
  3: 'Ceta',
  4: 'Falcon 3',
  5: 'Falcon 4',
  6: 'Falcon 4i',
};
/** Seconds of one readout; others take any exposure. */
const readoutIntervals: Partial<Record<FeiDetector, number>> = {
  'Falcon 2': 0.055771,
  'Falcon 3': 0.02495,
  'Falcon 4': 0.004021,
  'Falcon 4i': 0.003133,
};
/** Readouts that a counted image comes in. */
const countedGroups: Partial<Record<FeiDetector, number>> = { 'Falcon 4': 7, 'Falcon 4i': 9 };
/** Shortest exposure of FEI's software where the site does not give one. */
const usualShortest = 0.011;
const unsetShortest = 0.001;

/** Description of a camera of this plugin, from the site's properties. */
export interface FeiCameraModel {
  /** Number in the properties file. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Name in FEI's software. */
  readonly scriptingName: string;
  readonly detector: FeiDetector;
  readonly width: number;
  readonly height: number;
  /** By rising value. */
  readonly binnings: readonly number[];
  readonly counts: boolean;
  /** True for a camera that delivers only gain-normalized images. */
  readonly normalizedOnly: boolean;
  /** Seconds of one readout; undefined where any exposure is taken. */
  readonly readoutInterval: number | undefined;
  /** Readouts that a counted image comes in. */
  readonly countedGroup: number;
  readonly shortestExposure: number;
  readonly shortestSettling: number;
  readonly startupDelay: number;
  readonly retractable: boolean;
  readonly insertionDelay: number;
}

/** True for a camera that belongs to this plugin. */
export const isFeiCamera = (camera: CameraSettings): boolean =>
  !camera.isStem && detectors[camera.get('FEICameraType')] !== undefined;

/** Reads what a camera is from its properties. */
export function feiCameraModel(camera: CameraSettings, settings: Settings): FeiCameraModel {
  const detector = detectors[camera.get('FEICameraType')]!;
  const counts = detector === 'Falcon 3' || detector === 'Falcon 4' || detector === 'Falcon 4i';
  const usual = readoutIntervals[detector];
  const readoutInterval =
    usual !== undefined && settings.has('FalconReadoutInterval') ? settings.get('FalconReadoutInterval') : usual;
  const shortest = camera.get('MinimumExposure');
  return {
    index: camera.index,
    name: camera.name,
    scriptingName: camera.get('DetectorName').find(([number]) => number === 0)?.[1] ?? camera.name,
    detector,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: [...camera.binnings].sort((a, b) => a - b),
    counts,
    normalizedOnly: counts,
    readoutInterval,
    countedGroup: countedGroups[detector] ?? 1,
    shortestExposure: Math.max(shortest > unsetShortest ? shortest : usualShortest, readoutInterval ?? 0),
    shortestSettling: camera.get('MinimumDriftSettling'),
    startupDelay: camera.get('StartupDelay'),
    retractable: camera.get('Retractable'),
    insertionDelay: camera.get('InsertionDelay'),
  };
}

/** Constraints of a camera with what its software says of it: whole readouts, and whole groups of them where it counts. */
export function cameraConstraints(
  model: FeiCameraModel,
  {
    counts,
    processings,
    ...limits
  }: Pick<CameraConstraints, 'shortestExposure' | 'longestExposure'> & {
    readonly counts: boolean;
    readonly processings: readonly Processing[];
  },
): CameraConstraints {
  const { width, height, binnings, readoutInterval = 0, countedGroup, normalizedOnly, shortestSettling } = model;
  return {
    ...limits,
    width,
    height,
    binnings,
    shortestSettling,
    area: { parts: 'shares' },
    readModes: counts ? ['linear', 'counting'] : ['linear'],
    processings: normalizedOnly || processings.length === 0 ? ['gain normalized'] : processings,
    times: ({ readMode }) => ({
      step: readoutInterval * (readMode === 'counting' ? countedGroup : 1),
      shortest: limits.shortestExposure,
    }),
  };
}

/** The exposure in seconds to ask for so that a counting camera delivers the wanted one: it loses some readouts to its own bookkeeping. */
export function sentExposure(
  { detector, readoutInterval }: Pick<FeiCameraModel, 'detector' | 'readoutInterval'>,
  counting: boolean,
  exposure: number,
): number {
  if (!counting || readoutInterval === undefined) return exposure;
  const readouts = Math.round(exposure / readoutInterval);
  if (detector === 'Falcon 3') return (readouts + Math.floor(readouts / 32)) * readoutInterval;
  return Math.floor((32 * readouts + 30) / 31) * readoutInterval;
}
