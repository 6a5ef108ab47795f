import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Optics, imageShiftVectors } from '../../../core/optics';
import type { CalibrationResult } from '../../../core/store';

/** Lists how long one unit of image shift is on the specimen, and in which direction, for every calibrated magnification. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/list-is-vectors',
  menu: ['Image & Stage Shift'],
  label: 'List IS Vectors',
  summary: 'Lists lengths and angles of all image shift calibrations on the specimen.',
  touchesNothing: true,
  needs: [Optics],
  script: 'ListISVectorsToGraph',
  questions: [
    {
      id: 'use-measured',
      kind: 'confirm',
      summary: 'Whether measured pixel sizes and rotations are used where there are any, instead of nominal ones.',
    },
  ],
  results: {
    vectors:
      'For each camera and mag: camera, magIndex, magnification, lengthX, lengthY (units of the nominal scale), angleX, angleY (degrees).',
  },
  units: { 'vectors.angleX': 'degrees', 'vectors.angleY': 'degrees' },
})
export default class ListImageShiftVectors implements MenuItem {
  constructor(private readonly optics: Optics) {}

  async run(run: Run): Promise<CalibrationResult> {
    const useMeasured = await run.operator.confirm({
      id: 'use-measured',
      text: 'Use measured pixel sizes and rotations where there are any?',
      default: true,
    });
    const vectors = imageShiftVectors(this.optics, { useMeasured });
    let camera: number | undefined;
    for (const row of vectors) {
      if (row.camera !== camera) {
        camera = row.camera;
        run.operator.log(
          `Image shift vectors of camera ${row.camera}, ${row.cameraName}, with ${useMeasured ? 'measured pixel sizes where there are any' : 'nominal pixel sizes'}`,
        );
        run.operator.log('Index       Mag  X length  Y length  X angle  Y angle');
      }
      const numbers = [
        row.lengthX.toFixed(3).padStart(9),
        row.lengthY.toFixed(3).padStart(9),
        row.angleX.toFixed(1).padStart(8),
        row.angleY.toFixed(1).padStart(8),
      ];
      run.operator.log(
        `${String(row.magIndex).padStart(5)} ${String(row.magnification).padStart(9)} ${numbers.join(' ')}`,
      );
    }
    if (vectors.length === 0) run.operator.log('There are no image shift calibrations.');
    return run.report({ summary: `${vectors.length} image shift calibrations.`, values: { vectors, useMeasured } });
  }
}
