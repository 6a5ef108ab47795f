import { hypotenuse } from '../../base/functions';
import type { Aberrations } from '../../base/part';
import { origin, sum, type PlaneVector } from '../../base/plane';
import { effectiveWave } from '../../column/tuning/effective-wave';
import { contrastTransfer, electronWavelength, thickTransfer, type ThickTransfer } from '../../column/wavefront';
import { WaveTransfer, isRound, type WaveOptics } from '../wave';

/** A transfer of contrast by the square of the spatial frequency in cycles per micrometre squared; 1 at zero. */
export type Transfer = (frequencySquared: number) => number;

/** A transfer of a round wave, of a thick specimen by one, or of a wave without symmetry. */
export type AnyTransfer = Transfer | ThickTransfer | WaveTransfer;

/** A layer of the specimen that is not where the focus is set: micrometres of defocus, and of depth over which its structure lies at random heights. */
export interface LayerPlace {
  readonly defocus: number;
  readonly thickness: number;
}

/** The effect of the objective lens: a displacement of the whole image in the specimen plane, micrometres, and a transfer of contrast. */
export interface LensEffect {
  readonly displacement: PlaneVector;
  readonly transfer: (place: LayerPlace) => AnyTransfer;
  /** Micrometres by which detail of a spatial frequency in cycles per micrometre is spread over the image. */
  readonly spread: (frequency: number) => number;
}

/** No lens at all: a scanning probe forms no image. */
export const noLens: Pick<LensEffect, 'transfer' | 'spread'> = { transfer: () => () => 1, spread: () => 0 };

/** Effect of the objective lens with aberrations. */
export function lensOf(aberrations: Aberrations, optics: WaveOptics): LensEffect {
  const { displacement: pushed = origin, tilt = origin, astigmatism = origin } = aberrations;
  const wavelength = electronWavelength(optics.kilovolts);
  const spread = (frequency: number): number => {
    const angle = wavelength * frequency;
    const defocus = Math.abs(aberrations.defocus) + hypotenuse(astigmatism.x, astigmatism.y);
    return angle * defocus + 1000 * optics.sphericalAberration * angle * angle * angle;
  };
  if (isRound(aberrations))
    return {
      displacement: pushed,
      spread,
      transfer: ({ defocus, thickness }) =>
        thickness > 0
          ? thickTransfer(optics, aberrations.defocus + defocus, thickness)
          : contrastTransfer(optics, aberrations.defocus + defocus),
    };
  const waveAt = (defocus: number): ReturnType<typeof effectiveWave> =>
    effectiveWave({ ...aberrations, defocus: aberrations.defocus + defocus }, optics.sphericalAberration * 1000);
  return {
    displacement: sum(waveAt(0).displacement, pushed),
    spread,
    transfer: ({ defocus, thickness }) => new WaveTransfer(waveAt(defocus), tilt, optics, thickness),
  };
}
