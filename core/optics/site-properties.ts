import {
  type MagIndex,
  type Metres,
  inDegrees,
  inMicrometres,
  inNanometres,
  magIndex,
  milliseconds,
  seconds,
} from '../base';
import type { CameraSettings, Settings } from '../settings';
import type { MeasuredMagnification, OpticalCamera, OpticsProperties, ShiftProperties } from './properties';

/** The longest start-up times that count, by K2Type: cameras of these kinds begin late but do not protect the image from settling that long. */
const startupCaps: Readonly<Record<number, number>> = { 1: 1.4, 2: 1.4, 3: 1 };

/** Gathers from the site's settings what decides magnifications, pixel sizes and rotations. */
export function readOpticsProperties(settings: Settings): OpticsProperties {
  const lowestRegular = settings.get('LowestMModeMagIndex');
  const lowestEftem = settings.get('LowestEFTEMNonLMIndex');
  return {
    magnifications: settings.magnificationTable.map(({ index, filmMag, rotation, eftemMag, eftemRotation }) => ({
      index,
      film: filmMag,
      rotation: inDegrees(rotation),
      eftem: eftemMag,
      eftemRotation: inDegrees(eftemRotation),
    })),
    stemMagnifications: settings
      .get('STEMMagTable')
      .map(([index, magnification]) => ({ index: magIndex(index), magnification })),
    cameras: settings.cameras.map(opticalCamera),
    lowestRegular,
    lowestRegularEftem: lowestEftem > 0 ? lowestEftem : lowestRegular,
    lowestRegularStem: settings.get('LowestSTEMnonLMmag'),
    lowestSecondary: settings.get('LowestSecondaryModeMag'),
    lowestMicroStem: settings.get('LowestMicroSTEMmag'),
    otherShiftBoundaries: settings.get('OtherShiftBoundaries'),
    globalExtraRotation: settings.get('GlobalExtraRotation'),
  };
}

function opticalCamera(camera: CameraSettings): OpticalCamera {
  const countingType = camera.get('K2Type');
  const cap = startupCaps[countingType];
  return {
    index: camera.index,
    name: camera.name,
    behindFilter: camera.isGif,
    stem: camera.isStem,
    sensorPixelMicrometres: inMicrometres(camera.sensorPixel),
    filmToCamera: camera.get('FilmToCameraMagnification'),
    extraRotation: camera.get('ExtraRotation'),
    imageRotation: camera.get('ImageRotation'),
    measured: camera.rotationAndPixel.map(({ magIndex, relativeRotation, rotation, pixelSize }) =>
      measuredMagnification(magIndex, relativeRotation, rotation, pixelSize),
    ),
    specialRotations: camera.get('SpecialRelativeRotation').map(([from, to, angle]) => ({
      from: magIndex(from),
      to: magIndex(to),
      angle,
    })),
    ...(cap !== undefined && { startupCap: seconds(cap) }),
    oneShutter: countingType > 0 || Boolean(camera.get('OnlyOneShutter')),
  };
}

function measuredMagnification(
  magIndex: MagIndex,
  delta: CameraSettings['rotationAndPixel'][number]['rotation'],
  rotation: typeof delta,
  pixel: Metres | undefined,
): MeasuredMagnification {
  return {
    magIndex,
    ...(delta !== undefined && { deltaRotation: inDegrees(delta) }),
    ...(rotation !== undefined && { rotation: inDegrees(rotation) }),
    ...(pixel !== undefined && { pixelNanometres: inNanometres(pixel) }),
  };
}

/** Gathers from the site's settings, as they are at the moment, what decides limits and delays. */
export function readShiftProperties(settings: Settings): ShiftProperties {
  const square = settings.get('UseSquareShiftLimits');
  const lowScale = settings.get('LowMagMicronsPerUnitIS');
  const stemScale = settings.get('STEMMicronsPerUnitImageShift');
  const normalization = milliseconds(settings.get('LensNormalizationDelay'));
  const lowNormalization = settings.get('LowMagNormalizationDelay');
  const lowMagFocus = settings.get('StandardLowMagFocus');
  return {
    delays: settings.get('ImageShiftDelays'),
    extraPerDoubling: seconds(settings.get('ExtraISdelayPerMagDoubling')),
    delayFactor: settings.get('ISdelayScaleFactor'),
    assumedStartup: seconds(settings.get('StartupForISDelays')),
    limits: { regular: settings.get('ImageShiftLimit'), lowMagnification: settings.get('LowMagShiftLimit') },
    ...(square >= 0 && { squareLimits: square > 0 }),
    roughScale: {
      ...(settings.has('MicronsPerUnitImageShift') && { regular: settings.get('MicronsPerUnitImageShift') }),
      ...(lowScale > 0 && { lowMagnification: lowScale }),
      ...(stemScale > 0 && { stem: stemScale }),
    },
    calibrationLimits: {
      regular: settings.get('MaxCalibrationImageShift'),
      lowMagnification: settings.get('MaxLMCalibrationImageShift'),
    },
    millimetresPerProjectorUnit: settings.get('JeolMMperUnitProjector'),
    normalizationDelay: {
      regular: normalization,
      lowMagnification: lowNormalization > 0 ? milliseconds(lowNormalization) : normalization,
    },
    stageMoveDelay: milliseconds(settings.get('StageMoveDelay')),
    ...(settings.has('StandardLowMagFocus') && lowMagFocus > -900 && { standardLowMagFocus: lowMagFocus }),
  };
}
