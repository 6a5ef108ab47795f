import type { CameraIndex } from '../../core/base';
import type { ScanGenerator } from '../../core/devices';
import type { CameraSettings, Settings } from '../../core/settings';
import { isInDigitalMicrograph } from './gatan-cameras';

/** Shortest time on a pixel that DigiScan takes, in microseconds. */
const shortestPixelTime = 0.5;
/** Number of detectors that DigiScan reads at once. */
export const maxDetectors = 8;
/** Largest side of a scan in pixels. */
export const maxSide = 8192;
/** Flyback in microseconds where DigiScan does not tell. */
export const usualFlyback = 50;
/** Step of a generator that takes any pixel time. */
const noStep = 0;

/** Description of a DigiScan of this plugin, from the site's properties. Times in microseconds unless named otherwise. */
export interface DigiScanModel {
  /** Number in the properties file. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Size of the largest scan. */
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  /** Channels of DigiScan by the names of the detectors on them. */
  readonly detectors: ReadonlyMap<string, number>;
  readonly shortestPixelTime: number;
  readonly pixelTimeStep: number;
  readonly addedFlyback: number;
  readonly lineSyncMargin: number;
  /** Quarter turns, and 4 for a mirror image, that make of a scan the image as the operator sees it. */
  readonly rotationFlip: number;
  readonly unsigned: boolean;
  /** Seconds from the request to the first pixel. */
  readonly startupDelay: number;
  /** Seconds. */
  readonly longestExposure: number;
  /** Seconds of the shortest drift settling. */
  readonly shortestSettling: number;
}

/** True for a STEM camera that DigiScan drives. */
export const isDigiScan = (camera: CameraSettings): boolean => camera.isStem && isInDigitalMicrograph(camera);

/** Reads what a DigiScan is from its properties. */
export function digiScanModel(camera: CameraSettings, settings: Settings, longestExposure: number): DigiScanModel {
  const named = camera.get('DetectorName');
  const channels = camera.get('ChannelName').map((name, channel): readonly [string, number] => [name, channel]);
  const detectors =
    named.length > 0 ? named.map(([channel, name]): readonly [string, number] => [name, channel]) : channels;
  return {
    index: camera.index,
    name: camera.name,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: [...camera.binnings].sort((a, b) => a - b),
    detectors: new Map(detectors.length > 0 ? detectors : [['channel 0', 0]]),
    shortestPixelTime: Math.max(shortestPixelTime, camera.get('MinimumPixelTime')),
    pixelTimeStep: Math.max(noStep, camera.get('PixelTimeIncrement')),
    addedFlyback: camera.get('AddedFlybackTime'),
    lineSyncMargin: settings.get('DigiScanLineSyncWait'),
    rotationFlip: camera.get('RotationAndFlip'),
    unsigned: camera.get('MakesUnsignedImages'),
    startupDelay: camera.get('StartupDelay'),
    longestExposure,
    shortestSettling: camera.get('MinimumDriftSettling'),
  };
}

/** The generator as a scan uses it, with the mains where its lines wait for them. */
export const generatorOf = (
  { shortestPixelTime: least, pixelTimeStep, addedFlyback, lineSyncMargin }: Omit<DigiScanModel, 'index' | 'name'>,
  times: GeneratorTimes | undefined,
): ScanGenerator => ({
  shortestPixelTime: least,
  pixelTimeStep,
  ...(times && {
    sync: {
      lineFrequency: times.lineFrequency,
      flyback: times.flyback + addedFlyback,
      margin: lineSyncMargin,
    },
  }),
});

/** The flyback of a line and the frequency of the mains, as the generator tells them; microseconds and hertz. */
export interface GeneratorTimes {
  readonly flyback: number;
  readonly lineFrequency: number;
}
