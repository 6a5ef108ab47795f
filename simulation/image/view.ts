import { SimulationError } from '../base/errors';
import type { Assembly } from '../base/part';
import { scaled, sum, transformed, type PlaneVector } from '../base/plane';
import { magnification, type PresentView } from '../column/lenses/magnification';
import type { JointEffects } from './effects';

/** The view of a camera as the lenses stand. @throws SimulationError where it sees nothing */
export function viewOf(column: Assembly, camera: number): PresentView {
  const view = column.of(magnification).view(camera);
  if (view) return view;
  throw new SimulationError(
    'simulation/no-such-view',
    `Camera ${camera} sees nothing at mag index ${column.of(magnification).selected().index}`,
    'Choose another magnification, or give the simulator a pixel size for this one.',
  );
}

/**
 * The specimen origin as the camera sees it at a time, in unbinned pixels, Y up: `A*(r - d) - B*I` for r = 0, with the displacements d of
 * stage, drift and image centre and the image shift I.
 */
export function specimenOrigin(effects: JointEffects, { specimenToCamera }: PresentView, time: number): PlaneVector {
  const seen = transformed(specimenToCamera, scaled(effects.displacement('specimenDisplacement', time), -1));
  return sum(seen, effects.displacement('imageDisplacement', time));
}

/** The centre of the beam as the camera sees it, in unbinned pixels, Y up. */
export const beamOnCamera = (effects: JointEffects, { specimenToCamera }: PresentView, time: number): PlaneVector =>
  sum(
    transformed(specimenToCamera, effects.displacement('beamDisplacement', time)),
    effects.displacement('beamImageDisplacement', time),
  );
