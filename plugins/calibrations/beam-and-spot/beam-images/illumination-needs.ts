import { optional } from '../../../../core/base';
import {
  Cameras,
  CondenserAperture,
  Illumination,
  LensNormalization,
  ProbeModeSelector,
  Scope,
} from '../../../../core/devices';
import { ImageAcquisition } from '../../../../core/acquisition';
import { Settings } from '../../../../core/settings';
import { Calibrations } from '../../../../core/store';

/** Dependencies of the items that change spot size or intensity, take images, and keep what holds for a condenser aperture. */
export const illuminationNeeds = {
  scope: Scope,
  cameras: Cameras,
  illumination: Illumination,
  acquisition: ImageAcquisition,
  calibrations: Calibrations,
  settings: Settings,
  normalization: optional(LensNormalization),
  probeModes: optional(ProbeModeSelector),
  condenserAperture: optional(CondenserAperture),
};
