import { definePart } from '../../base/part';
import { enlarged, multiplied, rotationMatrix, scaled, type PlaneMatrix } from '../../base/plane';
import { cameras } from '../../camera/cameras';
import { aberrations, stigmatorTurn, tiltUnit } from '../aberrations';
import { deflectors } from '../deflectors/deflectors';
import { defocusChange, highDefocus } from '../high-defocus';
import { magnification, seenPlaces } from '../lenses/magnification';
import { wavefront } from '../wavefront';
import { tuningRecords } from './records';

/** Convergence of the illumination under which sites calibrate. */
const parallel = 0;

/** The records of focusing and tuning, which follow from the truths of several other parts. */
export const tuning = definePart({
  name: 'tuning',
  options: {},
  truth: () => ({}),
  start: () => ({}),

  perfect(_truth, context) {
    const lens = context.truthOf(aberrations);
    const turn = stigmatorTurn(lens);
    const { sphericalAberration } = context.truthOf(wavefront);
    const unit = tiltUnit(context.instrument, context.truthOf(deflectors));
    const { views } = context.truthOf(magnification);
    const far = context.truthOf(highDefocus);
    const stem = new Set(context.truthOf(cameras).flatMap((each) => (each.stem ? [each.index] : [])));
    return tuningRecords(
      {
        ...lens,
        beamTiltToSpecimen: enlarged(lens.beamTiltToSpecimen, unit),
        sphericalAberration: sphericalAberration * 1000,
        stigmators: {
          x: scaled(turn, lens.stigmatorStrength),
          y: scaled({ x: -turn.y, y: turn.x }, lens.stigmatorStrength),
        },
      },
      seenPlaces(context)
        .filter(({ low, camera }) => !low && !stem.has(camera))
        .map((place) => ({
          ...place,
          seenAt(defocus: number): PlaneMatrix {
            const { scale, rotation } = defocusChange(far, defocus, parallel);
            return multiplied(rotationMatrix(rotation, scale), views.get(place.key)!.specimenToCamera);
          },
        })),
    );
  },
});
