import { cameraIndex, magIndex as asMagIndex } from '../../../core/base';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../../testing/virtual-instrument';
import { largest, verdictCounts } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';
import { fromScratch } from '../../support/image-shift';

const magIndex = 24;
const timesTooLarge = (factor: number) => ({ pixelScaleError: 1 / factor - 1 });
/** Truths by what is wrong with what the program knows of them. */
const kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'a pixel size 0.3 times the true one': timesTooLarge(0.3),
  'the true pixel size': {},
  'a pixel size 3 times the true one': timesTooLarge(3),
  'a pixel size 5 times the true one': timesTooLarge(5),
  'mirrored axes of unequal gain': {
    imageShiftToSpecimen: [
      [-0.8, 0.1],
      [0.15, 1.3],
    ],
  },
  'a pixel size 9 times the true one, and large shifts': {
    pixelScaleError: -0.89,
    imageShiftToSpecimen: [
      [1.6, 0],
      [0, 1.6],
    ],
  },
};
/** Errors with which it may end when too little is known, instead of storing a matrix. */
const refusals =
  /calibration\/doubtful-alignment|image-shift\/bad-calibration|calibration\/no-alignment|image-shift\/out-of-range|image-shift\/displacement-too-small/;

export default defineTable({
  name: 'is-from-scratch-pixel-sizes',
  about:
    'IS from Scratch with pixel sizes that are far off and axes that are mirrored, against the true matrix. It may refuse where the pixel size is 9 times the true one.',
  item: fromScratch,
  rows: Object.keys(kinds),
  seeds: 10,
  seconds: 3,
  measure: async (seed, row, camera = (yaml) => yaml) => {
    await using instrument = await virtualInstrument({ simulator: { seed, ...kinds[row] }, magIndex, edit: camera });
    const outcome = await runItem(instrument, fromScratch).catch((error: { code: string }) => error);
    if ('code' in outcome)
      return {
        errors: {},
        verdict: outcome.code,
        faults: broken({ 'it is calibrated, or may refuse': row.includes('9 times') && refusals.test(outcome.code) }),
      };
    const stored = instrument.calibrations.imageShift.get(asMagIndex(magIndex), cameraIndex(0))!;
    const { percent } = matrixError(stored, trueImageShift(instrument, magIndex));
    return {
      errors: { percent },
      verdict: outcome.result!.quality?.verdict ?? 'without a verdict',
      faults: broken({ 'what is stored is right to 0.3 %': percent < 0.3 }),
    };
  },
  pool: (measured) => [
    ...verdictCounts(measured),
    ...(measured.some(({ errors }) => 'percent' in errors)
      ? [largest(measured, 'percent', { unit: '% off', atMost: 0.3 })]
      : []),
  ],
});
