import type { Matrix } from '../../../core/base';
import { matrixError, runItem, trueImageShift, virtualInstrument } from '../../../testing/virtual-instrument';
import { honesty, largest, largestNormalized } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';
import { imageShift } from '../../support/image-shift';

const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
/** Configurations whose coils move in whole steps, with mag indexes; the steps show most at the highest ones. */
const places: Readonly<Record<string, readonly [configuration: string, magIndex: number]>> = Object.fromEntries(
  (
    [
      ['jeol-cryo-arm-k2.yaml', 23],
      ['jeol-cryo-arm-k2.yaml', 26],
      ['jeol-cryo-arm-k2.yaml', 30],
      ['jeol-cryo-arm-k2.yaml', 33],
      ['jeol-cryo-arm-k2.yaml', 37],
      ['hitachi-ht7700.yaml', 36],
    ] as const
  ).map(([configuration, magIndex]) => [
    `${configuration.startsWith('jeol') ? 'JEOL' : 'Hitachi'} at mag index ${magIndex}`,
    [configuration, magIndex],
  ]),
);

export default defineTable({
  name: 'image-shift-coil-steps',
  about: 'Image Shift on coils that move in whole steps, against the true matrix of the virtual microscope.',
  item: imageShift,
  rows: Object.keys(places),
  seeds: 10,
  seconds: 3,
  measure: async (seed, row, camera = (yaml) => yaml) => {
    const [configuration, magIndex] = places[row]!;
    await using instrument = await virtualInstrument({ configuration, simulator: { seed }, magIndex, edit: camera });
    const truth = trueImageShift(instrument, magIndex);
    const { result } = await runItem(instrument, imageShift);
    const found = result!.values as unknown as Matrix;
    const errors = result!.standardErrors as unknown as Matrix;
    const verdict = result!.quality?.verdict ?? 'without a verdict';
    return {
      errors: {
        elements: elements.map((element) => found[element] - truth[element]),
        percent: matrixError(found, truth).percent,
      },
      stated: { elements: elements.map((element) => errors[element]) },
      verdict,
      faults: broken({ 'it is called good': verdict === 'good' }),
    };
  },
  pool: (measured) => [largest(measured, 'percent', { unit: '% off', atMost: 0.1 })],
  poolAll: (measured) => [...honesty(measured, { share: { atLeast: 85 } }), largestNormalized(measured, { atMost: 6 })],
});
