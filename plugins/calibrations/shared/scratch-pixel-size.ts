import { inMicrometres, inNanometres } from '../../../core/base';
import type { Run } from '../../../core/kernel';
import type { Optics } from '../../../core/optics';
import { imageShiftErrors } from './image-shift-errors';

/** A derived pixel size that differs from the nominal one by more than this factor either way is asked about. */
const suspiciousFactor = 2;

/**
 * The pixel size, in micrometres, from which the first steps are computed when nothing else is known: a measured one, else the nominal
 * one, unless a derived one contradicts it; then the operator chooses.
 */
export async function chooseScratchPixelSize(run: Run, optics: Optics, magIndex: number, camera: number): Promise<number> {
  const best = optics.pixelSize(magIndex, camera);
  if (best?.how === 'measured') return inMicrometres(best.value);
  const nominal = optics.nominalPixelSize(magIndex, camera);
  if (nominal === undefined) {
    if (best === undefined) throw imageShiftErrors.noPixelSize();
    return inMicrometres(best.value);
  }
  if (best === undefined || best.how === 'nominal') return inMicrometres(nominal);
  const ratio = nominal / best.value;
  if (ratio <= suspiciousFactor && ratio >= 1 / suspiciousFactor) return inMicrometres(nominal);
  const [derivedText, nominalText] = [inNanometres(best.value), inNanometres(nominal)].map((value) => `${value.toPrecision(4)} nm`);
  const answer = await run.operator.choice({
    id: 'pixel-size',
    text: `The nominal pixel size is ${nominalText}, but ${derivedText} follows from other calibrations. Which one is to be used for the first steps?`,
    choices: [
      { value: 'derived', label: `Derived, ${derivedText}` },
      { value: 'nominal', label: `Nominal, ${nominalText}` },
      { value: 'cancel', label: 'Cancel' },
    ],
    default: 'derived',
  });
  if (answer === 'cancel') throw imageShiftErrors.cancelled();
  return inMicrometres(answer === 'derived' ? best.value : nominal);
}
