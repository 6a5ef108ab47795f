import type { Aberrations } from '../base/part';
import { origin, sum, type PlaneVector } from '../base/plane';
import { contrastTransfer } from '../column/wavefront';
import type { Transfer } from './transfer';
import { WaveTransfer, effectiveWave, isRound, type WaveOptics } from './wave';

/** The effect of the objective lens: a displacement of the whole image in the specimen plane, micrometres, and a transfer of contrast. */
export function lensOf(
  aberrations: Aberrations,
  optics: WaveOptics,
): { readonly displacement: PlaneVector; readonly transfer: Transfer | WaveTransfer } {
  const { displacement: pushed = origin } = aberrations;
  if (isRound(aberrations)) return { displacement: pushed, transfer: contrastTransfer(optics, aberrations.defocus) };
  const wave = effectiveWave(aberrations, optics.sphericalAberration * 1000);
  return {
    displacement: sum(wave.displacement, pushed),
    transfer: new WaveTransfer(wave, aberrations.tilt ?? origin, optics),
  };
}
