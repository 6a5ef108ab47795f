import { type CameraIndex, type Seconds, milliseconds } from '../../../core/base';
import type { CameraTraits } from '../../../core/devices';
import { scanCameraTraits, sparedUntilStart } from '../../../core/optics';
import type { CameraSettings, Settings } from '../../../core/settings';

/** Shortest time on a pixel in microseconds, where the site does not say. */
const shortestPixelTime = 0.1;
/** Flyback of a line in microseconds where nobody knows better. */
const usualFlyback = 50;
/** Largest side of a scan by the number of detectors that it reads. */
const largestSides: readonly number[] = [4096, 3072, 1024, 1024];
const maxDetectors = largestSides.length;

/** Description of the STEM camera of the detector service, from the site's properties. Times in microseconds unless named otherwise. */
export interface JeolScanModel {
  /** Number in the properties file. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Size of the largest scan. */
  readonly width: number;
  readonly height: number;
  /** By rising value. */
  readonly binnings: readonly number[];
  /** Names of the detectors in TEM Center, the usual one first. */
  readonly detectors: readonly string[];
  /** Groups of detectors of which one at most can be in the beam. */
  readonly exclusive: readonly (readonly string[])[];
  readonly shortestPixelTime: number;
  readonly pixelTimeStep: number;
  readonly flyback: number;
  /** Rotation in degrees that every scan has; undefined for the one of TEM Center. */
  readonly rotation?: number;
  readonly insertDelay: Seconds;
  readonly selectDelay: Seconds;
  /** Seconds. */
  readonly startupDelay: number;
  readonly longestExposure: number;
  readonly shortestSettling: number;
  /** True when the blanker spares the specimen until a scan begins. */
  readonly blankedUntilStart?: true;
}

/** True for a STEM camera whose detectors JEOL's own service reads. */
export const isJeolScanCamera = (camera: CameraSettings): boolean =>
  camera.isStem && /jeol/i.test(camera.get('PluginName') ?? '');

/** Reads what the STEM camera is from its properties. */
export function jeolScanModel(camera: CameraSettings, settings: Settings, longestExposure: number): JeolScanModel {
  const named = camera.get('DetectorName');
  const byNumber = new Map(named.length > 0 ? named : camera.get('ChannelName').map((name, at) => [at, name] as const));
  const detectors = byNumber.size > 0 ? [...byNumber.values()] : [camera.name];
  const rotation = settings.get('JeolSTEMrotation');
  return {
    index: camera.index,
    name: camera.name,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: [...camera.binnings].sort((a, b) => a - b),
    detectors,
    exclusive: settings
      .get('MutuallyExcludeDetectors')
      .map((group) => group.flatMap((number) => byNumber.get(number) ?? [])),
    shortestPixelTime: Math.max(shortestPixelTime, camera.get('MinimumPixelTime')),
    pixelTimeStep: Math.max(0, camera.get('PixelTimeIncrement')),
    flyback: usualFlyback + camera.get('AddedFlybackTime'),
    ...(rotation >= 0 && { rotation }),
    insertDelay: milliseconds(settings.get('InsertJeolDetectorDelay')),
    selectDelay: milliseconds(settings.get('SelectJeolDetectorDelay')),
    startupDelay: camera.get('StartupDelay'),
    longestExposure,
    shortestSettling: camera.get('MinimumDriftSettling'),
    ...sparedUntilStart(camera),
  };
}

/** Traits of the STEM camera, from the site's properties. */
export const jeolScanTraits = (model: JeolScanModel): CameraTraits =>
  scanCameraTraits(
    model,
    {
      detectors: model.detectors,
      maxDetectors: Math.min(maxDetectors, model.detectors.length),
      lineSync: false,
      rotates: true,
    },
    { ...(model.blankedUntilStart && { blankedUntilStart: true }) },
  );

/** Largest side of a scan that reads a number of detectors. */
export const largestSide = (detectors: number): number => largestSides[detectors - 1] ?? 0;
