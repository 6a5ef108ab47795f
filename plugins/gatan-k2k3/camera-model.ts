import type { CameraIndex } from '../../core/base';
import type { CameraConstraints, CameraTraits, ReadMode } from '../../core/devices';
import type { CameraSettings, Settings } from '../../core/settings';
import {
  type Detector,
  type ExposureTimes,
  detectorOf,
  directFrames,
  directSteps,
  groupOf,
  oneViewTimes,
  readModesOf,
} from './detectors';

/** The program that turns and mirrors images to the operator's usual orientation. */
export type TurnedBy = 'server' | 'DigitalMicrograph' | 'this program';

/** Continuous mode of a camera in the server. */
export interface ContinuousMode {
  /** True when DigitalMicrograph is put into its own continuous readout. */
  readonly setsReadout: boolean;
  /** 0 leaves the quality to DigitalMicrograph. */
  readonly quality: number;
}

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
  /** True when the server reads the whole camera and cuts parts out of it. */
  readonly cutsInServer: boolean;
  /** 0 to 3: counter-clockwise turns by 90 degrees; 4 more: mirrored about the vertical axis before that. */
  readonly rotationFlip: number;
  readonly turnedBy: TurnedBy;
  readonly countsPerElectron: number;
  readonly linearScale: number;
  /** Counts that each readout of a K3 in linear mode adds. */
  readonly linearOffset: number;
  /** True when a K3 reads twice for each readout and takes the difference. */
  readonly doubleSampling: boolean;
  /** True for counts without a sign. */
  readonly unsigned: boolean;
  /** Steps and least of the exposures in a read mode at a binning. */
  times(readMode: ReadMode, binning: number): ExposureTimes;
  readonly shortestExposure: number;
  readonly longestExposure: number;
  /** Seconds of the shortest drift settling. */
  readonly shortestSettling: number;
  readonly readModes: readonly ReadMode[];
  /** Corrections by the camera itself before the server gets the data: 2 dark, 4 gain. */
  readonly hardwareProcessing: number;
  /** Bits of DM's own corrections; -1 leaves them as they are. */
  readonly corrections: number;
  /** The shutter that opens for an image. */
  readonly shutter: number;
  /** False where the site says that DigitalMicrograph cannot choose the shutter, or cannot settle before an exposure. */
  readonly choosesShutter: boolean;
  readonly settles: boolean;
  readonly retractable: boolean;
  /** Seconds. */
  readonly insertionDelay: number;
  readonly startupDelay: number;
  /** Seconds for which the camera illuminates the specimen before every exposure; 0 for a K2 or K3. */
  readonly builtInSettling: number;
  /** Seconds by which every frame of a divided exposure puts off its start. */
  readonly startupPerFrame: number;
  /** Seconds; undefined for a camera that does not divide exposures. */
  readonly frames: { readonly shortest: number; readonly step: number } | undefined;
  /** Undefined for a camera that cannot. */
  readonly continuous: ContinuousMode | undefined;
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

/** Start-up that every frame adds where the property is not entered, in seconds. */
const defaultStartupPerFrame = 0.005;
const k3LinearOffset = 8192;
const k3LinearToCounting = 350;
const defectCorrection = 1;
const fullHardwareProcessing = 6;
/** Sizes of which a K3 reads areas by itself, when their edges are multiples, too. */
const k3Block = { width: 32, height: 16 } as const;

/** Options of a camera beyond its properties. */
export type ModelOptions = Pick<CameraModel, 'number' | 'longestExposure' | 'frameFormat'> & {
  /** The program that turns the images; undefined lets the properties decide. */
  readonly turnedBy: TurnedBy | undefined;
  readonly doubleSampling?: boolean;
};

/**
 * The program that turns single images when the site does not say. DigitalMicrograph does if its own orientation has
 * the required value, and always for a CCD or OneView. Otherwise this program does, and asks the server for no turn:
 * the result is then the same for every version of the server.
 */
function usuallyTurnedBy(camera: CameraSettings): TurnedBy {
  if (groupOf(detectorOf(camera)) !== 'direct') return 'DigitalMicrograph';
  return camera.get('DMRotationAndFlip') === camera.get('RotationAndFlip') ? 'DigitalMicrograph' : 'this program';
}

/**
 * True when DigitalMicrograph turns images in a way that the properties do not explain, so that their orientation must
 * be checked.
 */
export const turnsUnclear = (camera: CameraSettings): boolean =>
  groupOf(detectorOf(camera)) === 'direct' &&
  camera.get('DMRotationAndFlip') > 0 &&
  camera.get('DMRotationAndFlip') !== camera.get('RotationAndFlip');

/** Reads what a camera is from its properties. */
export function cameraModel(
  camera: CameraSettings,
  settings: Settings,
  { number, longestExposure, turnedBy, frameFormat, doubleSampling = false }: ModelOptions,
): CameraModel {
  const detector = detectorOf(camera);
  const group = groupOf(detector);
  const direct = group === 'direct';
  const [width, height] = [multipleOf(camera.get('XMustBeMultipleOf')), multipleOf(camera.get('YMustBeMultipleOf'))];
  const edgesToo = camera.get('CoordsMustBeMultiple');
  const doubled = doubleSampling && detector === 'K3';
  const binnings = [...camera.binnings].sort((a, b) => a - b);
  const times = timesOf(detector, camera, settings);
  const corrections = camera.get('BasicCorrections');
  return {
    index: camera.index,
    number,
    name: camera.name,
    detector,
    width: camera.sizeX,
    height: camera.sizeY,
    binnings,
    pixelsPerPhysical: direct && detector !== 'K2 Base' ? 2 : 1,
    widthMultiple: width.multiple,
    heightMultiple: height.multiple,
    edgesToo,
    subareas: [width.subareas, height.subareas].includes('none')
      ? 'none'
      : [width.subareas, height.subareas].includes('centred')
        ? 'centred'
        : 'any',
    cutsInServer:
      group === 'OneView' ||
      (detector === 'K3' &&
        !(edgesToo && width.multiple % k3Block.width === 0 && height.multiple % k3Block.height === 0)),
    rotationFlip: camera.get('RotationAndFlip'),
    turnedBy: turnedBy ?? usuallyTurnedBy(camera),
    countsPerElectron: camera.get('CountsPerElectron'),
    linearScale: linearScale(detector, camera, settings) / (doubled ? camera.get('K3CDSLinearRatio') : 1),
    linearOffset: detector === 'K3' && !camera.has('LinearOffset') ? k3LinearOffset : camera.get('LinearOffset'),
    doubleSampling: doubled,
    unsigned: direct || camera.get('MakesUnsignedImages'),
    times,
    shortestExposure: Math.max(
      camera.get('MinimumExposure'),
      Math.min(...readModesOf[detector].flatMap((mode) => binnings.map((binning) => times(mode, binning).shortest))),
    ),
    longestExposure,
    shortestSettling: camera.get('MinimumDriftSettling'),
    readModes: readModesOf[detector],
    // The simulated camera of DigitalMicrograph has no hardware.
    hardwareProcessing: direct && !camera.name.includes('Faux') ? fullHardwareProcessing : 0,
    corrections: detector === 'K3' ? corrections | defectCorrection : corrections,
    shutter: camera.get('BeamBlankShutter'),
    choosesShutter: camera.get('CanDriveDMBeamShutter'),
    // A OneView with two shutters ignores the settling that it is asked for.
    settles:
      camera.get('CanDriveDMDriftSettling') &&
      camera.get('NoShutter') === 0 &&
      !(group === 'OneView' && camera.get('OnlyOneShutter') === 0),
    retractable: camera.get('Retractable'),
    insertionDelay: camera.get('InsertionDelay'),
    startupDelay: camera.get('StartupDelay'),
    builtInSettling: direct ? 0 : camera.get('BuiltInSettling'),
    startupPerFrame: camera.get('StartDelayPerFrame') >= 0 ? camera.get('StartDelayPerFrame') : defaultStartupPerFrame,
    frames: direct ? directFrames(detector as DirectDetector, settings, doubled) : undefined,
    continuous: continuousMode(detector, camera),
    savesSynchronously: settings.get('K2SynchronousSaving'),
    frameFormat,
    closedShutter: camera.get('SetAlternateShutterNormallyClosed') ? camera.get('BeamBlankShutter') : undefined,
  };
}

/** Constraints of a camera: its read modes, a whole number of its exposure steps or frames, and areas that suit its chip. */
export function cameraConstraints(model: CameraModel, { frames }: Pick<CameraTraits, 'frames'>): CameraConstraints {
  const { width, height, binnings, shortestExposure, longestExposure, shortestSettling, readModes } = model;
  return {
    ...{ width, height, binnings, shortestExposure, longestExposure, shortestSettling, readModes },
    area: {
      parts: model.subareas === 'none' ? 'whole' : model.subareas,
      widthMultiple: model.widthMultiple,
      heightMultiple: model.heightMultiple,
      edgesToo: model.edgesToo,
      pixelsPerPhysical: model.pixelsPerPhysical,
    },
    times: ({ readMode, binning }) => model.times(readMode, binning),
    ...(frames && { frames }),
  };
}

type DirectDetector = 'K2 Summit' | 'K2 Base' | 'K3';

function timesOf(detector: Detector, camera: CameraSettings, settings: Settings): CameraModel['times'] {
  const group = groupOf(detector);
  if (group === 'direct') {
    const steps = directSteps(detector as DirectDetector, settings);
    return (readMode) => ({ step: steps[readMode], shortest: steps[readMode] });
  }
  const shortest = camera.get('MinimumExposure');
  // A CCD takes any exposure; a step of a millisecond keeps to what DigitalMicrograph shows.
  if (group === 'CCD') return () => ({ step: 0.001, shortest });
  const table = oneViewTimes(camera, settings);
  return (_readMode, binning) => table.get(binning) ?? { step: 0.001, shortest };
}

/** A negative multiple says which parts of the camera can be read at all. */
function multipleOf(written: number): { readonly multiple: number; readonly subareas: CameraModel['subareas'] } {
  if (written >= 0) return { multiple: Math.max(1, written), subareas: 'any' };
  return { multiple: 1, subareas: written === -2 ? 'none' : 'centred' };
}

function linearScale(detector: Detector, camera: CameraSettings, settings: Settings): number {
  if (detector === 'K3')
    return 1 / (camera.has('LinearToCountingRatio') ? camera.get('LinearToCountingRatio') : k3LinearToCounting);
  if (detector !== 'K2 Base') return 1;
  return settings.get('K2BaseModeScaling') > 0 ? settings.get('K2BaseModeScaling') : 0.25;
}

/** Continuous mode by the properties, or by what is known of the detector where they leave it open. */
function continuousMode(detector: Detector, camera: CameraSettings): ContinuousMode | undefined {
  const [use, setsReadout, quality] = camera.get('UseContinuousMode');
  const group = groupOf(detector);
  if (group === 'direct') return { setsReadout: true, quality: 1 };
  if (use === 0) return undefined;
  if (use > 0) return { setsReadout: setsReadout > 0, quality };
  if (group === 'OneView') return { setsReadout: true, quality: 0 };
  const reference = camera.get('DMGainReferenceName') ?? camera.name;
  if (/Orius/i.test(reference)) return { setsReadout: true, quality: 1 };
  return /US[14]000/i.test(reference) ? { setsReadout: false, quality: 0 } : undefined;
}
