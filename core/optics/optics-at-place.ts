import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  type Metres,
  type Radians,
  type RawLensValue,
  type Seconds,
  type Vector,
  inMicrometres,
} from '../base';
import type { ProbeMode } from '../devices';
import type { Geometry, Sourced } from './geometry/geometry';
import { imageShiftDelay } from './image-shift-delays';
import { type ImageShiftReach, imageShiftReach } from './image-shift-limits';
import type { OpticalPlace } from './geometry/optical-knowledge';
import type { MagRange } from './geometry/magnification-table';
import type { FoundMatrix } from './geometry/matrices';
import type { OpticalCamera, OpticsTraits, ShiftProperties } from './properties';
import { type FoundStandardFocus, type StandardFocus, standardFocus } from './standard-focus';

/** Conditions of a delay. */
export interface DelayOptions {
  /** Counts instead of the factor in use, so that the delay at another one can be asked for. */
  readonly factor?: number;
}

/** Optics at one magnification of one camera. */
export interface OpticsAtPlace extends OpticalPlace {
  /** 0 when the mag index is not in use. */
  readonly magnification: number;
  /** The mag indexes that belong to the same range; searches from this one stay in it. */
  readonly range: MagRange;
  readonly isLowMagnification: boolean;

  /** Size of an unbinned pixel on the specimen. */
  readonly pixelSize: Sourced<Metres> | undefined;
  readonly nominalPixelSize: Metres | undefined;
  /** Direction of the tilt axis, counter-clockwise from camera +X. */
  readonly rotation: Sourced<Radians> | undefined;
  readonly nominalRotation: Radians;
  /** The rotation where it is measured or linked to a measured one by relative rotations. */
  readonly calibratedRotation: Radians | undefined;

  /** Pixels for one micrometre on the specimen. */
  readonly specimenToCamera: Matrix | undefined;
  /** Pixels for one image-shift unit. */
  readonly imageShiftToCamera: FoundMatrix | undefined;
  /** Micrometres on the specimen for one image-shift unit. */
  readonly imageShiftToSpecimen: Matrix | undefined;
  /** Pixels for one micrometre of the stage. */
  readonly stageToCamera: FoundMatrix | undefined;

  /** Micrometres for one image-shift unit where nothing is calibrated. */
  readonly roughImageShiftScale: number;
  /** The largest step, in image-shift units, that a calibration may take. */
  readonly largestCalibrationImageShift: number;
  /** An image shift relative to its limit. */
  imageShiftReach(value: Vector): ImageShiftReach;
  /** Time until the image is at rest after a change of image shift. */
  imageShiftDelay(change: Vector, options?: DelayOptions): Seconds;
  /** The focus to set before a calibration in low magnification; undefined outside it and where there is none. */
  standardFocus(probe: ProbeMode): RawLensValue | undefined;
  /** The standard focus of a magnification on either side of low magnification, with its origin; undefined where there is none. */
  findStandardFocus(probe: ProbeMode): FoundStandardFocus | undefined;
}

/** Sources of the answers about a place, each as it is at the moment. */
export interface PlaceParts {
  readonly traits: OpticsTraits;
  readonly geometry: () => Geometry;
  readonly shiftProperties: () => ShiftProperties;
  readonly standardFocuses?: () => readonly StandardFocus[];
  /** Focus that the column adds at a magnification by itself. */
  readonly baseFocus?: (magIndex: MagIndex) => number | undefined;
  /** Binning of Record images of a camera. */
  readonly recordBinning?: (camera: CameraIndex) => number;
}

/** Answers about a place from the geometry and the settings of the moment. */
export class PlaceOptics implements OpticsAtPlace {
  readonly magIndex: MagIndex;
  readonly camera: CameraIndex;

  constructor(
    { magIndex, camera }: OpticalPlace,
    private readonly parts: PlaceParts,
  ) {
    this.magIndex = magIndex;
    this.camera = camera;
  }

  private get geometry(): Geometry {
    return this.parts.geometry();
  }
  private get opticalCamera(): OpticalCamera {
    return this.geometry.camera(this.camera);
  }

  get magnification(): number {
    return this.geometry.table.magnificationFor(this.opticalCamera, this.magIndex);
  }
  get range(): MagRange {
    return this.geometry.table.rangeOf(this.opticalCamera, this.magIndex);
  }
  get isLowMagnification(): boolean {
    return this.geometry.isLowMagnification(this.magIndex, this.camera);
  }

  get pixelSize(): Sourced<Metres> | undefined {
    return this.geometry.pixelSize(this.magIndex, this.camera);
  }
  get nominalPixelSize(): Metres | undefined {
    return this.geometry.nominalPixelSize(this.magIndex, this.camera);
  }
  get rotation(): Sourced<Radians> | undefined {
    return this.geometry.rotation(this.magIndex, this.camera);
  }
  get nominalRotation(): Radians {
    return this.geometry.nominalRotation(this.magIndex, this.camera);
  }
  get calibratedRotation(): Radians | undefined {
    return this.geometry.calibratedRotation(this.magIndex, this.camera);
  }

  get specimenToCamera(): Matrix | undefined {
    return this.geometry.specimenToCamera(this.magIndex, this.camera);
  }
  get imageShiftToCamera(): FoundMatrix | undefined {
    return this.geometry.imageShiftToCamera(this.magIndex, this.camera);
  }
  get imageShiftToSpecimen(): Matrix | undefined {
    return this.geometry.imageShiftToSpecimen(this.magIndex, this.camera);
  }
  get stageToCamera(): FoundMatrix | undefined {
    return this.geometry.stageToCamera(this.magIndex, this.camera);
  }

  get roughImageShiftScale(): number {
    const { traits } = this.parts;
    const { roughScale, millimetresPerProjectorUnit } = this.parts.shiftProperties();
    const camera = this.opticalCamera;
    const regular = roughScale.regular ?? traits.roughImageShiftScale.regular;
    if (camera.stem) return roughScale.stem ?? traits.roughImageShiftScale.scan ?? regular;
    const pixel = this.pixelSize;
    if (traits.usesProjectorForImageShift && pixel) {
      // The deflector moves the picture on the camera, which a filter magnifies about tenfold.
      const pixels =
        ((1000 * millimetresPerProjectorUnit) / camera.sensorPixelMicrometres) * (camera.behindFilter ? 10 : 1);
      return pixels * inMicrometres(pixel.value);
    }
    if (!this.isLowMagnification) return regular;
    const { regular: ofColumn, lowMagnification } = traits.roughImageShiftScale;
    return roughScale.lowMagnification ?? (ofColumn === lowMagnification ? regular : lowMagnification);
  }
  get largestCalibrationImageShift(): number {
    const { calibrationLimits } = this.parts.shiftProperties();
    const limit = this.isLowMagnification ? calibrationLimits.lowMagnification : calibrationLimits.regular;
    return limit / this.roughImageShiftScale;
  }
  imageShiftReach(value: Vector): ImageShiftReach {
    const { limits, squareLimits } = this.parts.shiftProperties();
    const limit = this.isLowMagnification ? limits.lowMagnification : limits.regular;
    const square = squareLimits ?? this.parts.traits.squareImageShiftLimits ?? true;
    return imageShiftReach(value, this.imageShiftToSpecimen, limit, square);
  }
  imageShiftDelay(change: Vector, { factor }: DelayOptions = {}): Seconds {
    const properties = this.parts.shiftProperties();
    const pixel = this.pixelSize;
    return imageShiftDelay(
      {
        change,
        toSpecimen: this.imageShiftToSpecimen,
        lowMagnification: this.isLowMagnification,
        stem: this.opticalCamera.stem,
        recordPixel: pixel && inMicrometres(pixel.value) * (this.parts.recordBinning?.(this.camera) ?? 1),
      },
      factor === undefined ? properties : { ...properties, delayFactor: factor },
    );
  }
  standardFocus(probe: ProbeMode): RawLensValue | undefined {
    return this.isLowMagnification ? this.findStandardFocus(probe)?.focus : undefined;
  }
  findStandardFocus(probe: ProbeMode): FoundStandardFocus | undefined {
    const camera = this.opticalCamera;
    if (camera.stem) return undefined;
    const { standardFocuses = () => [], baseFocus, shiftProperties, traits } = this.parts;
    return standardFocus(this.magIndex, probe, camera, {
      table: this.geometry.table,
      calibrated: standardFocuses(),
      lowMagnification: shiftProperties().standardLowMagFocus ?? traits.standardLowMagFocus,
      ...(baseFocus && { baseFocus }),
    });
  }
}
