import { inMicrometres, inNanometres, readable } from '../../../../core/base';
import type { Run } from '../../../../core/kernel';
import type { OpticalPlace, Optics } from '../../../../core/optics';
import type { Calibrations } from '../../../../core/store';
import { imageShiftErrors } from '../image-series/image-shift-errors';
import { foundPixelSize } from '../../pixel-size/lattice/lattice-found';

/** Ratios of the nominal to a derived or a found pixel size between which the nominal one is used without a question. */
const plausibleFactors = { derived: [0.5, 2], found: [0.67, 1.5] } as const;
const origins = { derived: 'follows from other calibrations', found: 'was found by Find Pixel Size' };

/**
 * The pixel size, in micrometres, from which the first steps are computed when nothing else is known: a measured one, else the nominal
 * one, unless one that Find Pixel Size found, or else a derived one, contradicts it; then the operator chooses.
 */
export async function chooseScratchPixelSize(
  run: Run,
  optics: Optics,
  calibrations: Calibrations,
  place: OpticalPlace,
): Promise<number> {
  const { pixelSize: best, nominalPixelSize: nominalSize } = optics.at(place);
  if (best?.how === 'measured') return inMicrometres(best.value);
  const found = foundPixelSize(calibrations, place.magIndex, place.camera)?.pixelSize;
  const derived = best === undefined || best.how === 'nominal' ? undefined : inNanometres(best.value);
  const nominal = nominalSize === undefined ? undefined : inNanometres(nominalSize);
  const other = found === undefined ? ('derived' as const) : ('found' as const);
  const size = found ?? derived;
  if (nominal === undefined && size === undefined) throw imageShiftErrors.noPixelSize();
  if (nominal === undefined || size === undefined) return (nominal ?? size!) / 1000;
  const ratio = nominal / size;
  const [least, most] = plausibleFactors[other];
  if (ratio >= least && ratio <= most) return nominal / 1000;
  const [otherText, nominalText] = [size, nominal].map((value) => `${readable(value)} nm`);
  const answer = await run.operator.choice({
    id: 'pixel-size',
    text: `The nominal pixel size is ${nominalText}, but ${otherText} ${origins[other]}. Which one should the first steps use?`,
    choices: [
      { value: other, label: `${other === 'found' ? 'Found' : 'Derived'}, ${otherText}` },
      { value: 'nominal', label: `Nominal, ${nominalText}` },
      { value: 'cancel', label: 'Cancel' },
    ],
    default: other,
  });
  if (answer === 'cancel') throw imageShiftErrors.cancelled();
  return (answer === 'nominal' ? nominal : size) / 1000;
}
