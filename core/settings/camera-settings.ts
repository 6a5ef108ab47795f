import {
  type CameraIndex,
  type MagIndex,
  type Metres,
  type Place,
  type Radians,
  cameraIndex,
  degrees,
  magIndex,
  micrometres,
  nanometres,
} from '../base';
import { type CameraName, type CameraValue, type CameraValues, findDefinition } from './definitions';
import { type Section, rowsOf } from './source';
import { typedValue } from './values';

/** Measured pixel size and rotation of a camera at one magnification. */
export interface RotationAndPixel {
  readonly magIndex: MagIndex;
  /** Rotation from the next lower magnification; undefined when not measured. */
  readonly relativeRotation: Radians | undefined;
  /** Direction of the tilt axis; undefined when not measured. */
  readonly rotation: Radians | undefined;
  /** Size of an unbinned pixel on the specimen; undefined when not measured. */
  readonly pixelSize: Metres | undefined;
}

/** A rate as a counting camera counts it, and as it is: electrons per physical pixel and second. */
export interface CountedRate {
  readonly counted: number;
  readonly real: number;
}

/** The properties of one camera. */
export interface CameraSettings {
  /** The number of the camera block; negative for a parked one. */
  readonly index: CameraIndex;
  readonly name: string;
  /** Its place in the file. */
  readonly place: Place;
  /**
   * Size in unbinned pixels, in which image-shift and stage matrices count. On a camera with super-resolution these are
   * super-resolution pixels.
   */
  readonly sizeX: number;
  readonly sizeY: number;
  /** Binnings of the same pixels: on a camera with super-resolution, 2 is one physical pixel. */
  readonly binnings: readonly number[];
  /**
   * Unbinned pixels per pixel of the properties: 2 where the properties give the physical size of a camera with
   * super-resolution.
   */
  readonly pixelsPerPropertyPixel: 1 | 2;
  /** Size of an unbinned pixel on the sensor. */
  readonly sensorPixel: Metres;
  /** True for a camera behind a post-column filter; it uses the EFTEM columns of the magnification table. */
  readonly isGif: boolean;
  readonly isStem: boolean;
  readonly isDirectDetector: boolean;
  readonly rotationAndPixel: readonly RotationAndPixel[];
  /** Rates that the camera counts with those that really fall on it, rising; empty where the site has entered no DoseRateTable. */
  readonly countedRates: readonly CountedRate[];
  /** The value of a property in SerialEM's units, or its default. */
  get<Name extends CameraName>(name: Name): CameraValue<Name>;
  /** True when the property is entered. */
  has(name: CameraName): boolean;
}

const FALCONS = [2, 4, 5, 6];
const NOT_MEASURED_ANGLE = 999;
/**
 * Longest side in physical pixels, with some room, of the cameras with super-resolution, by K2Type. A longer side
 * counts super-resolution pixels.
 */
const LONGEST_PHYSICAL_SIDE: Readonly<Record<number, number>> = { 1: 4096, 3: 6000 };

/**
 * SerialEM stores calibrations of a K2 Summit or K3 in super-resolution pixels, but its properties give physical sizes.
 * Properties that give super-resolution sizes are used as they are.
 */
function pixelsPerPropertyPixel(kind: number, longerSide: number): 1 | 2 {
  const longest = LONGEST_PHYSICAL_SIDE[kind];
  return longest !== undefined && longerSide <= longest ? 2 : 1;
}

/** Gives the properties of a camera block their types. */
export function cameraSettings(section: Section): CameraSettings {
  const get = <Name extends CameraName>(name: Name): CameraValues[Name] =>
    typedValue(section, findDefinition('camera', name)!) as unknown as CameraValues[Name];
  const index = cameraIndex(section.index ?? 0);
  const fine = pixelsPerPropertyPixel(get('K2Type'), Math.max(get('CameraSizeX'), get('CameraSizeY')));
  const binnings = get('Binnings').map((binning) => Math.max(1, binning) * fine);
  return {
    index,
    name: get('Name') ?? `Camera ${index}`,
    place: section.place,
    sizeX: get('CameraSizeX') * fine,
    sizeY: get('CameraSizeY') * fine,
    binnings: fine === 2 ? [1, ...binnings] : binnings,
    pixelsPerPropertyPixel: fine,
    sensorPixel: micrometres(get('PixelSizeInMicrons') / fine),
    isGif: get('GIF') || get('FEIFilterType') > 0,
    isStem: get('STEMCamera') || get('TietzCameraType') < 0,
    isDirectDetector:
      get('K2Type') > 0 ||
      FALCONS.includes(get('FEICameraType')) ||
      get('DECameraType') > 1 ||
      get('DectrisCameraType') > 0,
    rotationAndPixel: get('RotationAndPixel').map(([index, relative, absolute, pixel]) => ({
      magIndex: magIndex(index),
      relativeRotation: relative === NOT_MEASURED_ANGLE ? undefined : degrees(relative),
      rotation: absolute === NOT_MEASURED_ANGLE ? undefined : degrees(absolute),
      pixelSize: pixel > 0 && pixel !== NOT_MEASURED_ANGLE ? nanometres(pixel / fine) : undefined,
    })),
    countedRates: countedRates(section, get('DoseRateTable')),
    get,
    has: (name) => rowsOf(section, name).length > 0,
  };
}

/** The rows of a DoseRateTable; the scale beside its name turns its counts into electrons. */
function countedRates(
  { entries }: Section,
  rows: readonly (readonly [counts: number, electrons: number])[],
): readonly CountedRate[] {
  const scale = Number(entries.find(({ name }) => name === 'DoseRateTable')?.header?.[1]?.text ?? 1);
  return rows
    .map(([counts, real]) => ({ counted: counts / (scale > 0 ? scale : 1), real }))
    .filter(({ counted, real }) => counted > 0 && real > 0)
    .sort((a, b) => a.counted - b.counted);
}
