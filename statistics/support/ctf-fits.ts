import {
  aberrationInMillimetres,
  amplitudeContrast,
  angstroms,
  type CtfRequest,
  type Image,
  fitCtf,
  kilovolts,
  phaseRadians,
} from '../../imaging';
import { boundOf, drawTask, families, render, type Scene, type Task } from '../ctf-images';
import type { Measured } from '../harness/table';

/** Information in nats from which an image has rings. */
const minNats = 25;
const phaseSearch = [phaseRadians(0.3), phaseRadians(2.4)] as const;

/** Request that an operator would make for a scene. */
export const requestFor = ({ scene, window, phaseSearched }: Task): CtfRequest => ({
  pixelSize: angstroms(scene.pixel),
  voltage: kilovolts(scene.kilovolts),
  sphericalAberration: aberrationInMillimetres(scene.sphericalAberration / 1e7),
  amplitudeContrast: amplitudeContrast(scene.amplitudeContrast),
  ...(phaseSearched ? { phaseSearch } : { phaseShift: phaseRadians(scene.phaseShift) }),
  expected: [angstroms(window[0]), angstroms(window[1])],
});

/** Quarter of a ring at the frequency up to which nine tenths of the information lie, in Angstrom of defocus. */
function quarterRing({ kilovolts: voltage }: Scene, limit: number): number {
  const volts = 1000 * voltage;
  return 0.25 / ((12.2643 / Math.sqrt(volts + 0.97845e-6 * volts * volts)) * limit * limit);
}

/** Fits one image of a family; the answer is called right when mean and astigmatism are within a quarter of a ring of the truth. */
export async function measureCtfFit(seed: number, family: string): Promise<Measured> {
  return judgeFit(drawTask(family, seed), families[family]!.kind, render(drawTask(family, seed).scene));
}

function judgeFit(task: Task, kind: string, micrograph: Image): Measured {
  const outcome = fitCtf(micrograph, requestFor(task));
  const taken = outcome.kind === 'fit';
  const best = taken ? outcome : outcome.compared[0];
  if (kind === 'nothing') return { errors: {}, verdict: taken ? 'nothing taken' : 'nothing refused' };
  const { scene } = task;
  const bound = boundOf(scene);
  const difference = [
    (best?.defocus.mean ?? NaN) - scene.defocus,
    2 * ((best?.defocus.cosine ?? NaN) - scene.astigmatism[0]),
    2 * ((best?.defocus.sine ?? NaN) - scene.astigmatism[1]),
  ] as const;
  const quarter = quarterRing(scene, bound.limit);
  const vector = Math.hypot(difference[1], difference[2]);
  const right = Math.abs(difference[0]) < quarter && vector < quarter;
  if (kind === 'outside') return { errors: {}, verdict: taken ? 'outside taken' : 'outside refused' };
  if (bound.nats < minNats) return { errors: {}, verdict: taken && !right ? 'wrong taken' : 'too weak' };
  const strength = bound.nats < 50 ? 'weak' : kind === 'texture' ? 'textured' : 'strong';
  if (!right) return { errors: {}, verdict: taken ? 'wrong taken' : `wrong refused, ${strength}` };
  const vectorBound = Math.hypot(...bound.astigmatism);
  return {
    errors: {
      'mean over bound': Math.abs(difference[0]) / bound.defocus,
      'vector over bound': vector / vectorBound,
      'mean over limit': Math.abs(difference[0]) / Math.max(80, 3 * bound.defocus),
      'vector over limit': vector / Math.max(80, 3 * vectorBound),
      ...(taken && { components: difference }),
    },
    ...(taken && { stated: { components: [outcome.standardErrors.mean, ...outcome.standardErrors.astigmatism] } }),
    verdict: taken ? `right, ${strength}` : `right refused, ${strength}`,
  };
}
