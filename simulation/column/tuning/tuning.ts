import { definePart, type Aberrations, type PerfectRecord } from '../../base/part';
import {
  difference,
  enlarged,
  multiplied,
  rotationMatrix,
  scaled,
  sum,
  transformed,
  type PlaneMatrix,
  type PlaneVector,
} from '../../base/plane';
import { cameras } from '../../camera/cameras';
import { aberrations, stigmatorAxes, tiltUnit, times } from '../aberrations';
import { beam } from '../condenser/beam';
import type { ProbeMode } from '../../base/instrument';
import { deflectors } from '../deflectors/deflectors';
import { defocusChange, highDefocus } from '../high-defocus';
import { magnification, seenPlaces } from '../lenses/magnification';
import { wavefront } from '../wavefront';
import { tuningRecords } from './records';

const milli = 1e-3;
/** Convergence of the illumination under which sites calibrate. */
const parallel = 0;

/** The records of focusing and tuning, which follow from the truths of several other parts, and the tilt of the beam where nanoprobe tilts it otherwise. */
export const tuning = definePart({
  name: 'tuning',
  options: {},
  truth: () => ({}),
  start(_truth, { of, truthOf }) {
    const { beamTiltToSpecimen: micro, nanoprobeTiltToSpecimen: nano, pivotError } = truthOf(aberrations);
    if (!nano) return {};
    const [illumination, coils, lenses] = [of(beam), of(deflectors), of(magnification)];
    const more = (tilt: PlaneVector): PlaneVector =>
      scaled(difference(transformed(nano, tilt), transformed(micro, tilt)), milli);
    return {
      aberrations(): Partial<Aberrations> {
        if (lenses.selected().low || illumination.readings().probeMode !== 'nano') return {};
        const { beamTilt, imageBeamTilt } = coils.readings();
        const tilt = more(beamTilt);
        return { tilt: sum(tilt, more(imageBeamTilt)), displacement: times(pivotError, tilt) };
      },
    };
  },

  perfect(_truth, context) {
    const lens = context.truthOf(aberrations);
    const { sphericalAberration } = context.truthOf(wavefront);
    const unit = tiltUnit(context.instrument, context.truthOf(deflectors));
    const { views } = context.truthOf(magnification);
    const far = context.truthOf(highDefocus);
    const stem = new Set(context.truthOf(cameras).flatMap((each) => (each.stem ? [each.index] : [])));
    const places = seenPlaces(context)
      .filter(({ low, camera }) => !low && !stem.has(camera))
      .map((place) => ({
        ...place,
        seenAt(defocus: number): PlaneMatrix {
          const { scale, rotation } = defocusChange(far, defocus, parallel);
          return multiplied(rotationMatrix(rotation, scale), views.get(place.key)!.specimenToCamera);
        },
      }));
    const recordsIn = (mode: ProbeMode, toSpecimen: PlaneMatrix): readonly PerfectRecord[] =>
      tuningRecords(
        {
          ...lens,
          beamTiltToSpecimen: enlarged(toSpecimen, unit),
          sphericalAberration: sphericalAberration * 1000,
          stigmators: stigmatorAxes(lens),
        },
        places,
        mode,
      );
    const { nanoprobeTiltToSpecimen: nano } = lens;
    return [...recordsIn('micro', lens.beamTiltToSpecimen), ...(nano ? recordsIn('nano', nano) : [])];
  },
});
