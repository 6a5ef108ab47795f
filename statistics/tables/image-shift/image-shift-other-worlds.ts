import { type Matrix, cameraIndex, magIndex as asMagIndex, scaleMatrix } from '../../../core/base';
import { runItem, trueImageShift, virtualInstrument } from '../../../testing/virtual-instrument';
import { honesty, largestNormalized, verdictCounts } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';
import { imageShift } from '../../support/image-shift';

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
/** Worlds of which the first calibrations knew nothing, and the largest error in percent of a good result there. */
const worlds = {
  'a field that is distorted by 1 %': { simulator: { distortionAtEdge: 0.01 }, percent: 0.1 },
  'a field that is distorted by 0.5 %': { simulator: { distortionAtEdge: -0.005 }, percent: 0.1 },
  'steps of which a tenth takes 6 s': {
    simulator: { imageShiftSettlingFraction: 0.1, imageShiftSettlingSeconds: 6 },
    percent: 0.3,
  },
  'steps of which 30 % take 6 s': {
    simulator: { imageShiftSettlingFraction: 0.3, imageShiftSettlingSeconds: 6 },
    percent: 0.3,
  },
} as const;

export default defineTable({
  name: 'image-shift-other-worlds',
  about: 'Image Shift in a distorted field and with image shift that settles slowly, against the true matrix.',
  item: imageShift,
  rows: Object.keys(worlds),
  seeds: 12,
  seconds: 3,
  measure: async (seed, row, camera = (yaml) => yaml) => {
    const { simulator, percent } = worlds[row as keyof typeof worlds];
    const magIndex = [22, 25, 28, 31][seed % 4]!;
    await using instrument = await virtualInstrument({ simulator: { seed, ...simulator }, magIndex, edit: camera });
    const truth = trueImageShift(instrument, magIndex);
    instrument.calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(0), scaleMatrix(truth, 1.03), {
      sessionMeasured: false,
    });
    const outcome = await runItem(instrument, imageShift).catch((error: { code: string }) => error);
    // Much that has not settled is refused or doubtful; what is good has to be right.
    if ('code' in outcome)
      return {
        errors: {},
        verdict: outcome.code,
        faults: broken({ 'a refusal is that of a bad calibration': outcome.code === 'image-shift/bad-calibration' }),
      };
    const found = outcome.result!.values as unknown as Matrix;
    const errors = outcome.result!.standardErrors as unknown as Matrix;
    const size = Math.max(...elements.map((element) => Math.abs(truth[element])));
    const off = elements.map((element) => (100 * (found[element] - truth[element])) / size);
    const verdict = outcome.result!.quality?.verdict ?? 'without a verdict';
    const good = verdict !== 'good' || Math.max(...off.map(Math.abs)) < percent;
    return {
      errors: { elements: off },
      stated: { elements: elements.map((element) => (100 * errors[element]) / size) },
      verdict,
      faults: broken({ [`a good result is right to ${percent} %`]: good }),
    };
  },
  pool: verdictCounts,
  poolAll: (measured) => [...honesty(measured, { share: { atLeast: 85 } }), largestNormalized(measured, { atMost: 6 })],
});
