import type { CameraIndex, MagIndex, Seconds } from '../base';
import type { CameraTraits, DelayTable, ScopeTraits } from '../devices';

/** Traits that select a camera's column of the magnification table. */
export type CameraKind = Pick<CameraTraits, 'behindFilter' | 'stem'>;

/** One row of the magnification table; a magnification of 0 says that the index is not in use. */
export interface MagnificationRow {
  readonly index: MagIndex;
  readonly film: number;
  /** Image rotation that the column reports, in degrees. */
  readonly rotation: number;
  readonly eftem: number;
  readonly eftemRotation: number;
}

/** Measurements at one magnification of one camera; a missing field was not measured. */
export interface MeasuredMagnification {
  readonly magIndex: MagIndex;
  /** Rotation in degrees against the magnification one index lower. */
  readonly deltaRotation?: number;
  /** Direction of the tilt axis in degrees, counter-clockwise from camera +X. */
  readonly rotation?: number;
  readonly pixelNanometres?: number;
}

/** Traits of a camera on which the geometry of images depends. */
export interface OpticalCamera extends CameraKind {
  readonly index: CameraIndex;
  readonly name: string;
  /** Size of a pixel on the sensor in micrometres. */
  readonly sensorPixelMicrometres: number;
  /** Magnification on the camera over magnification on film. */
  readonly filmToCamera: number;
  /** Degrees added to the reported rotation. */
  readonly extraRotation: number;
  /** Rotation of the images of a scanning camera in degrees, the same at all magnifications. */
  readonly imageRotation: number;
  readonly measured: readonly MeasuredMagnification[];
  /** Rotations in degrees from one magnification to another that is not its neighbour. */
  readonly specialRotations: readonly { readonly from: MagIndex; readonly to: MagIndex; readonly angle: number }[];
  /** The longest start-up time that counts when waiting for image shift. */
  readonly startupCap?: Seconds;
  /** True for a camera with one shutter, whose built-in settling does not protect the image from image shift. */
  readonly oneShutter?: boolean;
}

/** The properties of an instrument that decide magnifications, pixel sizes and rotations. */
export interface OpticsProperties {
  readonly magnifications: readonly MagnificationRow[];
  readonly stemMagnifications: readonly { readonly index: MagIndex; readonly magnification: number }[];
  readonly cameras: readonly OpticalCamera[];
  /** First mag index above low magnification: without and with the energy filter, and in scanning mode (nanoprobe, microprobe). */
  readonly lowestRegular: number;
  readonly lowestRegularEftem: number;
  readonly lowestRegularStem: readonly [number, number];
  /** First mag index of the secondary range; 0 for none. */
  readonly lowestSecondary: number;
  /** First mag index of microprobe scanning; 1 where there is one range. */
  readonly lowestMicroStem: number;
  readonly otherShiftBoundaries: readonly number[];
  /** Degrees between reported and real rotation, the same for all cameras. */
  readonly globalExtraRotation: number;
}

/** The properties that decide how far image shift may go and how long it takes to settle; they may change while the program runs. */
export interface ShiftProperties {
  readonly delays: DelayTable;
  readonly extraPerDoubling: Seconds;
  readonly delayFactor: number;
  /** Start-up time of a camera that the delay table reckons with. */
  readonly assumedStartup: Seconds;
  /** Largest image shift in micrometres, outside and in low magnification. */
  readonly limits: { readonly regular: number; readonly lowMagnification: number };
  /** Largest step in micrometres that a calibration may take, outside and in low magnification. */
  readonly calibrationLimits: { readonly regular: number; readonly lowMagnification: number };
  /** True when each axis has its own limit; undefined leaves it to the column. */
  readonly squareLimits?: boolean;
  /** Micrometres for one image-shift unit as the site entered them. */
  readonly roughScale: { readonly regular?: number; readonly lowMagnification?: number; readonly stem?: number };
  /** Millimetres on the camera for one unit of a projector deflector. */
  readonly millimetresPerProjectorUnit: number;
  readonly normalizationDelay: { readonly regular: Seconds; readonly lowMagnification: Seconds };
  readonly stageMoveDelay: Seconds;
  /** Focus in low magnification, in the column's own measure; undefined for none. */
  readonly standardLowMagFocus?: number;
}

/** Traits of a column that the optics use. */
export type OpticsTraits = Pick<
  ScopeTraits,
  | 'usesProjectorForImageShift'
  | 'roughImageShiftScale'
  | 'nominalSpecimenToStage'
  | 'secondaryMagnificationsDiffer'
  | 'squareImageShiftLimits'
  | 'standardLowMagFocus'
  | 'delayReplacements'
>;
