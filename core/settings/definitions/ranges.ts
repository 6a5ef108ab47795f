import type { CameraValues } from './camera.types';
import type { PropertyDefinition } from './definition';
import type { GeneralAToLValues } from './general-a-to-l.types';
import type { GeneralByVendorValues } from './general-by-vendor.types';
import type { GeneralMToZValues } from './general-m-to-z.types';

type Ranges<Name> = { readonly [Each in Name & string]?: NonNullable<PropertyDefinition['range']> };

/**
 * Physical ranges of properties outside camera blocks, in the units of the property. They are wide: a value outside
 * is a slip of the unit, the sign or the key. It would come back as Infinity, as NaN or as a failed fit.
 */
export const generalRanges: Ranges<keyof (GeneralAToLValues & GeneralMToZValues & GeneralByVendorValues)> = {
  // A lattice of 0.1 nm is finer than any that calibrates a magnification.
  GridLinesPerMM: [1, 10_000_000],
  GridMeshSize: [0, 10_000],
  CatalaseAxisLengths: [0.1, 1000],
  MaxCalibrationImageShift: [0.01, 1000],
  MaxLMCalibrationImageShift: [0.01, 10_000],
  MaxStageCalExtent: [1, 10_000],
  // JEOL columns have some hundredths of a micrometre per unit, FEI columns one.
  MicronsPerUnitImageShift: [0.0001, 100],
  // 0 stands for the value of the other range.
  LowMagMicronsPerUnitIS: [0, 1000],
  STEMMicronsPerUnitImageShift: [0, 1000],
  // A limit of 0 keeps a program from shifting at all.
  ImageShiftLimit: [0, 1000],
  LowMagShiftLimit: [0, 10_000],
  ISdelayScaleFactor: [0, 100],
  StageTimeoutFactor: [0.01, 1000],
};

/** Physical ranges of properties of a camera. */
export const cameraRanges: Ranges<keyof CameraValues> = {
  // Cameras above the screen demagnify, those behind an energy filter magnify ten times and more.
  FilmToCameraMagnification: [0.01, 100],
  CountsPerElectron: [0, 1_000_000],
};
