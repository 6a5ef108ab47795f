import type { Matrix } from '../../../core/base';
import { matrixError, runItem, trueStage, virtualInstrument } from '../../../testing/virtual-instrument';
import { largest, verdictCounts } from '../../harness/pooling';
import { broken, defineTable } from '../../harness/table';

const item = 'calibrations/image-and-stage-shift/stage-shift';
const magIndex = 12;
const distortions = { 'by 0.5 % at the edge': 0.005, 'by 1 % at the edge': 0.01 };

export default defineTable({
  name: 'stage-shift-distorted-fields',
  about:
    'Stage Shift in a distorted field: it is not called good, and the stated errors hold what the distortion does.',
  item,
  rows: Object.keys(distortions),
  seeds: 10,
  seconds: 3,
  measure: async (seed, row, camera = (yaml) => yaml) => {
    const distortionAtEdge = distortions[row as keyof typeof distortions];
    await using instrument = await virtualInstrument({ edit: camera, magIndex, simulator: { seed, distortionAtEdge } });
    const { result } = await runItem(instrument, item);
    const found = result!.values as unknown as Matrix;
    const errors = result!.standardErrors as unknown as Matrix;
    const { percent } = matrixError(found, trueStage(instrument, magIndex));
    const stated = 100 * Math.max(Math.abs(errors.xpy / found.xpy), Math.abs(errors.ypx / found.ypx));
    const { verdict = 'without a verdict', reasons = [] } = result!.quality ?? {};
    return {
      errors: { percent },
      verdict,
      faults: broken({
        'it is doubtful': verdict === 'doubtful',
        'the reason is the distortion': reasons.some(
          ({ what }) => what === 'Change of the shifts by distortion of the image',
        ),
        'the error is within two stated ones': percent < 2 * stated,
      }),
    };
  },
  pool: (measured) => [...verdictCounts(measured), largest(measured, 'percent', { unit: '% off' })],
});
