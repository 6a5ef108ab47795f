import type { CameraIndex } from '../../core/base';
import { sparedUntilStart } from '../../core/optics';
import type { CameraSettings } from '../../core/settings';

/** Shortest time on a pixel in microseconds, where the site does not say. */
const shortestPixelTime = 0.1;

/** Description of a STEM camera of FEI's scripting, from the site's properties. */
export interface FeiScanModel {
  /** Number in the properties file. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Size of the whole scan at binning 1. */
  readonly width: number;
  readonly height: number;
  /** By rising value. */
  readonly binnings: readonly number[];
  /** Names of the detectors in FEI's software, the usual one first. */
  readonly detectors: readonly string[];
  /** Microseconds. */
  readonly shortestPixelTime: number;
  /** Step of the time on a pixel in microseconds; 0 for any. */
  readonly pixelTimeStep: number;
  /** Seconds of the shortest drift settling. */
  readonly shortestSettling: number;
  /** Seconds. */
  readonly startupDelay: number;
  readonly addedFlyback: number;
  readonly longestExposure: number;
  /** True when the blanker spares the specimen until a scan begins. */
  readonly blankedUntilStart?: true;
}

/** True for a STEM camera that belongs to this plugin. */
export const isFeiScanCamera = (camera: CameraSettings): boolean => camera.isStem && camera.get('FEICameraType') > 0;

/** Reads what a STEM camera is from its properties. */
export function feiScanModel(camera: CameraSettings, longestExposure: number): FeiScanModel {
  const named = camera.get('DetectorName').map(([, name]) => name);
  const detectors = named.length > 0 ? named : camera.get('ChannelName');
  return {
    index: camera.index,
    name: camera.name,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: [...camera.binnings].sort((a, b) => a - b),
    detectors: detectors.length > 0 ? detectors : [camera.name],
    shortestPixelTime: Math.max(shortestPixelTime, camera.get('MinimumPixelTime')),
    pixelTimeStep: Math.max(0, camera.get('PixelTimeIncrement')),
    shortestSettling: camera.get('MinimumDriftSettling'),
    startupDelay: camera.get('StartupDelay'),
    addedFlyback: camera.get('AddedFlybackTime'),
    longestExposure,
    ...sparedUntilStart(camera),
  };
}
