import {
  type CameraIndex,
  type MagIndex,
  type Matrix,
  product,
  rotation,
  scaleMatrix,
  seconds,
} from '../../../core/base';
import {
  InstrumentOptics,
  type MatrixEntry,
  type OpticalCamera,
  type OpticsParts,
  type OpticsProperties,
  type OpticsTraits,
  type ShiftProperties,
} from '../../../core/optics';

/** The same with plain numbers for mag indexes and cameras, so that a made-up instrument can be written down. */
export type Plain<T> = T extends MagIndex | CameraIndex
  ? number
  : T extends (...given: never) => unknown
    ? T
    : T extends readonly (infer Each)[]
      ? readonly Plain<Each>[]
      : T extends object
        ? { readonly [Name in keyof T]: Plain<T[Name]> }
        : T;

/** A camera with nothing measured. */
export const camera = (index: number, more: Partial<Plain<OpticalCamera>> = {}): Plain<OpticalCamera> => ({
  index,
  name: `Camera ${index}`,
  behindFilter: false,
  stem: false,
  sensorPixelMicrometres: 15,
  filmToCamera: 1.25,
  extraRotation: 0,
  imageRotation: 0,
  measured: [],
  specialRotations: [],
  ...more,
});

/** Ten magnifications, of which the first four are low magnification; in EFTEM the first five. */
export const properties = (more: Partial<Plain<OpticsProperties>> = {}): Plain<OpticsProperties> => ({
  magnifications: [100, 200, 500, 1000, 2000, 4000, 8000, 15000, 30000, 60000].map((film, at) => ({
    index: at + 1,
    film,
    rotation: 5 * at,
    eftem: 2 * film,
    eftemRotation: 5 * at + 180,
  })),
  stemMagnifications: [],
  cameras: [camera(0)],
  lowestRegular: 5,
  lowestRegularEftem: 6,
  lowestRegularStem: [1, 1],
  lowestSecondary: 0,
  lowestMicroStem: 1,
  otherShiftBoundaries: [],
  globalExtraRotation: -12,
  ...more,
});

/** The defaults of the property file. */
export const shiftProperties = (more: Partial<ShiftProperties> = {}): ShiftProperties => ({
  delays: [
    [0, 0],
    [1, 1],
  ],
  extraPerDoubling: seconds(0.25),
  delayFactor: 1,
  assumedStartup: seconds(0.8),
  limits: { regular: 15, lowMagnification: 150 },
  calibrationLimits: { regular: 5, lowMagnification: 25 },
  roughScale: {},
  millimetresPerProjectorUnit: 1.5,
  normalizationDelay: { regular: seconds(2), lowMagnification: seconds(2) },
  stageMoveDelay: seconds(2),
  ...more,
});

export const traits: OpticsTraits = {
  usesProjectorForImageShift: false,
  roughImageShiftScale: { regular: 1, lowMagnification: 1 },
  nominalSpecimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};

export interface Given {
  readonly properties?: Partial<Plain<OpticsProperties>>;
  readonly shifts?: Partial<ShiftProperties>;
  readonly traits?: Partial<OpticsTraits>;
  readonly imageShifts?: readonly Plain<MatrixEntry>[];
  readonly stages?: readonly Plain<MatrixEntry>[];
  readonly more?: Partial<OpticsParts>;
}

/** Optics of a made-up instrument. */
export const optics = (given: Given = {}): InstrumentOptics =>
  new InstrumentOptics({
    traits: { ...traits, ...given.traits },
    properties: () => properties(given.properties) as OpticsProperties,
    shiftProperties: () => shiftProperties(given.shifts),
    imageShifts: { entries: () => (given.imageShifts ?? []) as readonly MatrixEntry[] },
    stages: { entries: () => (given.stages ?? []) as readonly MatrixEntry[] },
    ...given.more,
  });

/** The matrix of specimen to camera, written with the elementary operations rather than with the code under test. */
export const toCamera = (pixelNanometres: number, degrees: number): Matrix =>
  scaleMatrix(rotation(degrees), 1000 / pixelNanometres);

/** Image shift to camera at a pixel size and rotation, for an image shift that moves the specimen by `shiftToSpecimen`. */
export const imageShiftMatrix = (pixelNanometres: number, degrees: number, shiftToSpecimen: Matrix): Matrix =>
  product(toCamera(pixelNanometres, degrees), shiftToSpecimen);
