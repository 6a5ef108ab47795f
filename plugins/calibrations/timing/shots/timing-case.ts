import { seconds } from '../../../../core/base';
import type { Camera, Exposure } from '../../../../core/devices';
import { cameraArea, singleExposureOf } from '../../../../core/acquisition';
import type { CameraSettings, Settings } from '../../../../core/settings';
import { minDelay } from './delays';

/** Numbers of K2Type. */
const [k2SummitType, k3Type] = [1, 3];

/** A camera as far as the way of timing it depends on it. */
export interface TimingCase {
  readonly camera: Camera;
  readonly properties: CameraSettings;
  readonly stem: boolean;
  /** True for a camera that has a shutter behind the specimen as well: what it does before an exposure is settling that is built in. */
  readonly dual: boolean;
  readonly k2Summit: boolean;
  readonly k3: boolean;
  /** Seconds of the start-up delay from which on a K2 Summit may do something after an exposure. */
  readonly k2LeastStartup: number;
  /** Seconds of the first delay of the beam. */
  readonly firstDelay: number;
}

/** The case of the selected camera. */
export function timingCase(camera: Camera, settings: Pick<Settings, 'cameras' | 'get'>): TimingCase {
  const { index, stem, shutters } = camera.traits;
  const properties = settings.cameras.find((each) => each.index === index)!;
  const k2Type = properties.get('K2Type');
  return {
    ...{ camera, properties, stem },
    dual: shutters?.includes('dual') ?? false,
    k2Summit: k2Type === k2SummitType,
    k3: k2Type === k3Type,
    k2LeastStartup: settings.get('K2MinStartupDelay'),
    firstDelay: k2Type === k2SummitType ? settings.get('CalibTimingK2InitialStartup') : minDelay,
  };
}

/** Smallest side in pixels of an image with the binning that is offered. */
const smallestSide = 1024;
/** Seconds that are offered as exposure, and the least ones. */
const usualExposure = { image: 0.4, scan: 1.2 };
/** Shortest exposure of a test image in seconds. */
export const minTestExposure = 0.1;
/** Number of test images that is offered; a K2 or K3 takes longer for each. */
const usualImages = { image: 100, scan: 30, counting: 40 };

/** Binning, exposure and number of images that are offered. */
export function usualEntries({ camera, stem, k2Summit, k3 }: TimingCase): {
  readonly binning: number;
  readonly exposure: number;
  readonly images: number;
} {
  const { binnings, width, height } = camera.traits;
  const fine = binnings.filter((each) => Math.min(width, height) / each >= smallestSide);
  return {
    binning: fine.length > 0 ? Math.max(...fine) : Math.min(...binnings),
    exposure: stem ? usualExposure.scan : usualExposure.image,
    images: stem ? usualImages.scan : k2Summit || k3 ? usualImages.counting : usualImages.image,
  };
}

/** The whole field in one frame, without settling, with a dark reference and a gain. */
export function testExposure(
  { camera, k2Summit, k3 }: TimingCase,
  settings: Pick<Settings, 'parameterSets'>,
  { binning, exposure }: { readonly binning: number; readonly exposure: number },
): Exposure {
  const { traits } = camera;
  const { Trial } = settings.parameterSets.get(traits.index)!;
  const trial = singleExposureOf(Trial, traits);
  return camera.fit({
    ...trial,
    ...(k2Summit || k3 ? { readMode: 'super-resolution' as const } : {}),
    binning,
    exposure: seconds(exposure),
    area: cameraArea('full', traits),
    driftSettling: seconds(0),
    processing: 'gain normalized',
  });
}
