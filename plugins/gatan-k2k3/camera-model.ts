import type { CameraIndex } from '../../core/base';
import type { ReadMode } from '../../core/devices';
import type { CameraSettings, Settings } from '../../core/settings';

/** The program that turns and mirrors images to the operator's usual orientation. */
export type TurnedBy = 'server' | 'DigitalMicrograph' | 'this program';

/** The detectors that this plugin knows. */
export type Detector = 'K2 Summit' | 'K2 Base' | 'K3';

/** Description of a camera of this plugin, from the site's properties. Sizes are in unbinned pixels as delivered. */
export interface CameraModel {
  /** Number in the properties file. */
  readonly index: CameraIndex;
  /** Number in DigitalMicrograph. */
  readonly number: number;
  readonly name: string;
  readonly detector: Detector;
  readonly width: number;
  readonly height: number;
  readonly binnings: readonly number[];
  /** 2 where unbinned pixels are those of super-resolution, so that binning 2 is one physical pixel; otherwise 1. */
  readonly pixelsPerPhysical: 1 | 2;
  /** The width and height of an image must be multiples of these. */
  readonly widthMultiple: number;
  readonly heightMultiple: number;
  /** True when the edges of an area must be multiples too. */
  readonly edgesToo: boolean;
  /** Parts of the camera that can be read: any, centred ones, or only all of it. */
  readonly subareas: 'any' | 'centred' | 'none';
  /** 0 to 3: counter-clockwise turns by 90 degrees; 4 more: mirrored about the vertical axis before that. */
  readonly rotationFlip: number;
  readonly turnedBy: TurnedBy;
  readonly countsPerElectron: number;
  readonly linearScale: number;
  /** Counts that each readout of a K3 in linear mode adds. */
  readonly linearOffset: number;
  /** Exposures are multiples of this, in seconds. */
  readonly exposureStep: Readonly<Record<ReadMode, number>>;
  readonly shortestExposure: number;
  readonly longestExposure: number;
  readonly readModes: readonly ReadMode[];
  /** Bits of DM's own corrections; -1 leaves them as they are. */
  readonly corrections: number;
  readonly retractable: boolean;
  /** Seconds. */
  readonly insertionDelay: number;
  readonly startupDelay: number;
  /** Seconds by which every frame of a divided exposure puts off its start. */
  readonly startupPerFrame: number;
  /** Seconds. */
  readonly frames: { readonly shortest: number; readonly step: number };
  /** True when frames are saved only after all of them were taken. */
  readonly savesSynchronously: boolean;
  readonly frameFormat: FrameFormat;
  /**
   * The shutter of DigitalMicrograph that should be closed between images, to spare the specimen; undefined leaves it
   * as it is.
   */
  readonly closedShutter: number | undefined;
}

/** The formats in which the server saves frames. */
export type FrameFormat = 'mrc' | 'tiff-lzw' | 'tiff-zip';

const detectors: Readonly<Record<number, Detector>> = { 1: 'K2 Summit', 2: 'K2 Base', 3: 'K3' };
/** Base times of exposures without dose fractions, in seconds. */
const baseTimes = {
  k2Counting: 0.1,
  k2SuperResolution: 0.5,
  k3Linear: 0.01331558,
  k3SuperResolution: 0.0106525,
} as const;
const defaultReadoutIntervals: Readonly<Record<'K2 Summit' | 'K2 Base', number>> = {
  'K2 Summit': 0.0025,
  'K2 Base': 0.1138,
};
/** Shortest frames that the detectors give, in seconds. */
const shortestFrames: Readonly<Record<'K2 Summit' | 'K2 Base', number>> = { 'K2 Summit': 0.025, 'K2 Base': 0.1138 };
/** Start-up that every frame adds where the property is not entered, in seconds. */
const defaultStartupPerFrame = 0.005;
const k3LinearOffset = 8192;
const k3LinearToCounting = 350;

/** True for a camera that belongs to this plugin. */
export const isGatanDirectDetector = (camera: CameraSettings): boolean => detectors[camera.get('K2Type')] !== undefined;

/** True for a camera whose properties name no other program than DigitalMicrograph. */
const isInDigitalMicrograph = (camera: CameraSettings): boolean =>
  !camera.get('STEMCamera') &&
  camera.get('PluginName') === undefined &&
  (['FEICameraType', 'DECameraType', 'TietzCameraType', 'AMTCameraType'] as const).every((type) => !camera.get(type));

/**
 * The cameras that DigitalMicrograph numbers, in the order of the list: those of this plugin, and other
 * Gatan cameras that are reached in the same way, by a socket or without.
 */
export function digitalMicrographCameras(cameras: readonly CameraSettings[]): readonly CameraSettings[] {
  const ways = new Set(cameras.filter(isGatanDirectDetector).map((camera) => camera.get('UseSocket')));
  return cameras.filter(
    (camera) => isGatanDirectDetector(camera) || (isInDigitalMicrograph(camera) && ways.has(camera.get('UseSocket'))),
  );
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

/** Options of a camera beyond its properties. */
export type ModelOptions = Pick<CameraModel, 'number' | 'longestExposure' | 'frameFormat'> & {
  /** The program that turns the images; undefined lets the properties decide. */
  readonly turnedBy: TurnedBy | undefined;
};

/**
 * The program that turns single images when the site does not say. DigitalMicrograph does if its own orientation has
 * the required value. Otherwise this program does, and asks the server for no turn: the result is then the same for
 * every version of the server.
 */
function usuallyTurnedBy(camera: CameraSettings): TurnedBy {
  return camera.get('DMRotationAndFlip') === camera.get('RotationAndFlip') ? 'DigitalMicrograph' : 'this program';
}

/**
 * True when DigitalMicrograph turns images in a way that the properties do not explain, so that their orientation must
 * be checked.
 */
export const turnsUnclear = (camera: CameraSettings): boolean =>
  camera.get('DMRotationAndFlip') > 0 && camera.get('DMRotationAndFlip') !== camera.get('RotationAndFlip');

/** Reads what a camera is from its properties. */
export function cameraModel(
  camera: CameraSettings,
  settings: Settings,
  { number, longestExposure, turnedBy, frameFormat }: ModelOptions,
): CameraModel {
  const detector = detectors[camera.get('K2Type')]!;
  const exposureStep = exposureSteps(detector, settings);
  const base = detector === 'K2 Base';
  const shortestStep = Math.min(...(base ? [exposureStep.linear] : Object.values(exposureStep)));
  const width = multipleOf(camera.get('XMustBeMultipleOf'));
  const height = multipleOf(camera.get('YMustBeMultipleOf'));
  const offset = camera.get('LinearOffset');
  return {
    index: camera.index,
    number,
    name: camera.name,
    detector,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings: [...camera.binnings].sort((a, b) => a - b),
    pixelsPerPhysical: base ? 1 : 2,
    widthMultiple: width.multiple,
    heightMultiple: height.multiple,
    edgesToo: camera.get('CoordsMustBeMultiple'),
    subareas: [width.subareas, height.subareas].includes('none')
      ? 'none'
      : [width.subareas, height.subareas].includes('centred')
        ? 'centred'
        : 'any',
    rotationFlip: camera.get('RotationAndFlip'),
    turnedBy: turnedBy ?? usuallyTurnedBy(camera),
    countsPerElectron: camera.get('CountsPerElectron'),
    linearScale:
      detector === 'K3'
        ? 1 / (camera.has('LinearToCountingRatio') ? camera.get('LinearToCountingRatio') : k3LinearToCounting)
        : base
          ? baseScale(settings)
          : 1,
    linearOffset: detector === 'K3' && !camera.has('LinearOffset') ? k3LinearOffset : offset,
    exposureStep,
    shortestExposure: Math.max(camera.get('MinimumExposure'), shortestStep),
    longestExposure,
    readModes: base ? ['linear'] : ['linear', 'counting', 'super-resolution'],
    corrections: camera.get('BasicCorrections'),
    retractable: camera.get('Retractable'),
    insertionDelay: camera.get('InsertionDelay'),
    startupDelay: camera.get('StartupDelay'),
    startupPerFrame: camera.get('StartDelayPerFrame') >= 0 ? camera.get('StartDelayPerFrame') : defaultStartupPerFrame,
    frames: framesOf(detector, settings),
    savesSynchronously: settings.get('K2SynchronousSaving'),
    frameFormat,
    closedShutter: camera.get('SetAlternateShutterNormallyClosed') ? camera.get('BeamBlankShutter') : undefined,
  };
}

/** A negative multiple says which parts of the camera can be read at all. */
function multipleOf(written: number): { readonly multiple: number; readonly subareas: CameraModel['subareas'] } {
  if (written >= 0) return { multiple: Math.max(1, written), subareas: 'any' };
  return { multiple: 1, subareas: written === -2 ? 'none' : 'centred' };
}

function exposureSteps(detector: Detector, settings: Settings): Readonly<Record<ReadMode, number>> {
  if (detector === 'K3') {
    // The base times are whole numbers of readouts of the standard interval; a site with another interval has them in proportion.
    const ratio = settings.get('K3ReadoutInterval') / 0.000665779;
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

function framesOf(detector: Detector, settings: Settings): CameraModel['frames'] {
  if (detector === 'K3')
    return { shortest: settings.get('MinimumK3FrameTime'), step: settings.get('K3ReadoutInterval') };
  const [shortest, interval] = [settings.get('MinimumK2FrameTime'), settings.get('K2ReadoutInterval')];
  return {
    shortest: shortest > 0 ? shortest : shortestFrames[detector],
    step: interval > 0 ? interval : defaultReadoutIntervals[detector],
  };
}

const baseScale = (settings: Settings): number =>
  settings.get('K2BaseModeScaling') > 0 ? settings.get('K2BaseModeScaling') : 0.25;
