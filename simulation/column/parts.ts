import { cameras } from '../camera/cameras';
import type { ReadingsOf, TruthsOf } from '../base/part';
import { specimen } from '../specimen/specimen';
import { aberrations } from './aberrations';
import { beam } from './condenser/beam';
import { beamDeflection } from './condenser/beam-deflection';
import { beamShape } from './condenser/beam-shape';
import { condenser } from './condenser/condenser';
import { condenserAperture } from './condenser/condenser-aperture';
import { objectiveAperture } from './condenser/objective-aperture';
import { columnMemory } from './lenses/column-memory';
import { deflectors } from './deflectors/deflectors';
import { diffraction } from './lenses/diffraction';
import { drift } from './drift';
import { eftem } from './lenses/eftem';
import { energyFilter } from './energy-filter';
import { focus } from './focus';
import { highDefocus } from './high-defocus';
import { highTension } from './lenses/high-tension';
import { imageShift } from './deflectors/image-shift';
import { magnification } from './lenses/magnification';
import { normalization } from './lenses/normalization';
import { scan } from './scan';
import { scanShift } from './condenser/scan-shift';
import { shutters } from './shutters';
import { projector } from './lenses/projector';
import { stage } from './stage';
import { stigmators } from './deflectors/stigmators';
import { tuning } from './tuning/tuning';
import { wavefront } from './wavefront';

/**
 * The parts of a virtual microscope, along the path of the electrons. What several do to an image is added up in this order,
 * on which the last bit of the sum depends.
 */
export const standardParts = [
  highTension,
  condenser,
  condenserAperture,
  beamDeflection,
  beamShape,
  beam,
  deflectors,
  stigmators,
  specimen,
  drift,
  magnification,
  projector,
  stage,
  focus,
  highDefocus,
  wavefront,
  imageShift,
  scanShift,
  aberrations,
  tuning,
  objectiveAperture,
  normalization,
  eftem,
  energyFilter,
  columnMemory,
  diffraction,
  shutters,
  scan,
  cameras,
] as const;

/** The parts of a virtual microscope. */
export type StandardParts = typeof standardParts;
/** Everything that is true of a virtual microscope and that no calibration may look at. */
export type Truth = TruthsOf<StandardParts>;
/** The settings of the microscope that can be read without taking an image. */
export type MicroscopeState = ReadingsOf<StandardParts>;
