import { scanningCameras, viewKey, type ProbeMode } from '../../base/instrument';
import type { TruthContext } from '../../base/part';
import { determinantOf, inverted, multiplied, type PlaneMatrix } from '../../base/plane';
import { imageShift } from '../deflectors/image-shift';
import { magnification } from '../lenses/magnification';

/**
 * Beam shift to specimen as a site has calibrated it in low magnification or outside it, in a probe mode and at the first alpha; undefined where it
 * has not, or where the microscope is not a twin of it. Image shift and beam shift that keep the beam on the camera move it by the same.
 */
export function calibratedBeamShift(
  { instrument, twin, truthOf }: TruthContext,
  low: boolean,
  mode: ProbeMode = 'micro',
): PlaneMatrix | undefined {
  if (!twin) return undefined;
  const { table, views } = truthOf(magnification);
  const { toCamera } = truthOf(imageShift);
  const scanning = scanningCameras(instrument);
  const wanted = mode === 'micro' ? 1 : 0;
  const inRange = new Set(table.filter((each) => each.low === low).map(({ index }) => index));
  for (const { magIndex, probe, alpha, ...imageToBeam } of instrument.beamShifts ?? []) {
    const place = instrument.views.find((view) => view.magIndex === magIndex && !scanning.has(view.camera));
    // A matrix of zeros says that there is none.
    if (!place || !inRange.has(magIndex) || probe !== wanted || alpha > 0 || determinantOf(imageToBeam) === 0) continue;
    const key = viewKey(magIndex, place.camera);
    return multiplied(
      inverted(views.get(key)!.specimenToCamera),
      multiplied(toCamera.get(key)!, inverted(imageToBeam)),
    );
  }
  return undefined;
}
