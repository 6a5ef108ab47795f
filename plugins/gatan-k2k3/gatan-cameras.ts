import type { CameraSettings, Settings } from '../../core/settings';

/** Numbers of K2Type. */
const directDetectors: readonly number[] = [1, 2, 3];

/** True for a K2 or K3. */
export const isDirectDetector = (camera: CameraSettings): boolean => directDetectors.includes(camera.get('K2Type'));

const otherMakes = ['FEICameraType', 'DECameraType', 'TietzCameraType', 'AMTCameraType', 'DectrisCameraType'] as const;

/** True for a camera whose properties name no other program than DigitalMicrograph. */
export const isInDigitalMicrograph = (camera: CameraSettings): boolean =>
  camera.get('PluginName') === undefined && otherMakes.every((type) => !camera.get(type));

/**
 * The cameras of the one DigitalMicrograph that this plugin reaches, in the order of the list, by which they are
 * numbered. Cameras that are reached in another way, by a socket or without, belong to another DigitalMicrograph: that
 * of the K2 and K3 counts, and where there is none, the one behind the socket.
 */
export function gatanCameras(cameras: readonly CameraSettings[]): readonly CameraSettings[] {
  const imaging = cameras.filter((camera) => !camera.isStem);
  const candidates = imaging.filter((camera) => isDirectDetector(camera) || isInDigitalMicrograph(camera));
  const direct = candidates.filter(isDirectDetector).map((camera) => camera.get('UseSocket'));
  const bySocket = candidates.some((camera) => camera.get('UseSocket'));
  const ways = new Set(direct.length > 0 ? direct : [bySocket]);
  return candidates.filter((camera) => isDirectDetector(camera) || ways.has(camera.get('UseSocket')));
}

/** DigitalMicrograph's numbers of its cameras: in the order of the list, without the ignored ones. */
export function numberCameras(
  cameras: readonly CameraSettings[],
  settings: Settings,
  given: Readonly<Record<string, number>>,
): ReadonlyMap<number, number> {
  const ignored = new Set(settings.get('IgnoreSocketCameras'));
  const free = Array.from({ length: cameras.length + ignored.size }, (_, number) => number).filter(
    (number) => !ignored.has(number),
  );
  return new Map(cameras.map((camera, at) => [camera.index, given[String(camera.index)] ?? free[at]!]));
}
