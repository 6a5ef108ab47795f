import type { CameraIndex } from '../../../core/base';
import type { CameraArea, CameraConstraints, ReadMode } from '../../../core/devices';
import type { CameraSettings } from '../../../core/settings';

/** Description of a camera that SerialEM drives, from the site's properties. Sizes are in unbinned pixels. */
export interface SerialEmCameraModel {
  /** Number in the properties file. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Place in the list of active cameras, from 1, by which SerialEM selects it. */
  readonly place: number;
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  /** 2 where unbinned pixels are those of super-resolution, which count as half a binning in scripts. */
  readonly binningUnit: 1 | 2;
  readonly widthMultiple: number;
  readonly heightMultiple: number;
  /** Parts that can be read: any, centred ones, or only the whole. */
  readonly subareas: 'any' | 'centred' | 'none';
  readonly readModes: readonly ReadMode[];
  /** True when the camera has read modes, and when it divides exposures unless it is set not to. */
  readonly hasReadModes: boolean;
  readonly shortestExposure: number;
  readonly longestExposure: number;
  readonly shortestSettling: number;
  readonly startupDelay: number;
}

/** K2Type of the camera that only reads linearly. */
const k2Base = 2;
const onlyWhole = -2;
/** The first of the TietzCameraType whose sizes SerialEM takes from a list of its own. */
const firstListedSizes = 15;

/** True for a camera of a kind that SerialEM reaches and no other plugin of this program. */
export const isThroughSerialEm = (camera: CameraSettings): boolean =>
  !camera.get('STEMCamera') &&
  (camera.get('PluginName') !== undefined ||
    (['DECameraType', 'TietzCameraType', 'AMTCameraType'] as const).some((type) => Boolean(camera.get(type))));

/** Reads what a camera is from its properties. */
export function serialEmCameraModel(
  camera: CameraSettings,
  active: readonly CameraSettings[],
  longestExposure: number,
): SerialEmCameraModel {
  const multiples = [camera.get('XMustBeMultipleOf'), camera.get('YMustBeMultipleOf')] as const;
  const direct = camera.get('K2Type') > 0;
  const counts = direct && camera.get('K2Type') !== k2Base;
  const fits =
    multiples.includes(onlyWhole) || camera.get('TietzCameraType') >= firstListedSizes
      ? 'none'
      : multiples.some((each) => each < 0) || counts
        ? 'centred'
        : 'any';
  return {
    index: camera.index,
    name: camera.name,
    place: 1 + active.findIndex(({ index }) => index === camera.index),
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: [...camera.binnings].sort((a, b) => a - b),
    binningUnit: counts ? 2 : 1,
    widthMultiple: Math.max(1, multiples[0]),
    heightMultiple: Math.max(1, multiples[1]),
    subareas: fits,
    readModes: counts ? ['linear', 'counting', 'super-resolution'] : ['linear'],
    hasReadModes: direct,
    shortestExposure: camera.get('MinimumExposure'),
    longestExposure,
    shortestSettling: camera.get('MinimumDriftSettling'),
    startupDelay: camera.get('StartupDelay'),
  };
}

/** Constraints of a camera as far as its properties say them; SerialEM may round times to what the camera takes. */
export const constraintsOf = ({
  subareas,
  widthMultiple,
  heightMultiple,
  binningUnit,
  ...model
}: SerialEmCameraModel): CameraConstraints => ({
  ...model,
  area: {
    parts: subareas === 'none' ? 'whole' : subareas,
    widthMultiple,
    heightMultiple,
    pixelsPerPhysical: binningUnit,
  },
});

/** True when an area at a binning is the one of its size in the middle of the camera. */
export function isCentred({ width, height }: SerialEmCameraModel, area: CameraArea, binning: number): boolean {
  const middle = (low: number, high: number, whole: number): boolean =>
    low / binning === Math.floor((Math.floor(whole / binning) - (high - low) / binning) / 2);
  return middle(area.left, area.right, width) && middle(area.top, area.bottom, height);
}
