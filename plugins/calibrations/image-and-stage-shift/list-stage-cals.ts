import type { Matrix } from '../../../core/base';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Optics, stageCalibrationRows } from '../../../core/optics';
import type { CalibrationResult } from '../../../core/store';

/** Lists what each stage calibration says about the axes of the stage and the tilt axis. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/list-stage-cals',
  menu: ['Image & Stage Shift'],
  label: 'List Stage Cals',
  summary: 'Lists all stage calibrations as matrices from specimen to stage.',
  touchesNothing: true,
  needs: [Optics],
  results: {
    rows: 'For each camera and mag: camera, magIndex, magnification, specimenToStage (2x2), tiltAxis in degrees.',
    mean: 'Element-wise mean of the matrices from specimen to stage.',
  },
  units: { 'rows.tiltAxis': 'degrees' },
})
export default class ListStageCalibrations implements MenuItem {
  constructor(private readonly optics: Optics) {}

  async run(run: Run): Promise<CalibrationResult> {
    const { rows, mean } = stageCalibrationRows(this.optics);
    let camera: number | undefined;
    for (const row of rows) {
      if (row.camera !== camera) {
        camera = row.camera;
        run.operator.log(
          `Stage calibrations of camera ${row.camera}, ${row.cameraName}: specimen to stage, near -1 0 0 -1 when all is well`,
        );
        run.operator.log('Index       Mag       X by X    X by Y    Y by X    Y by Y  Tilt axis');
      }
      run.operator.log(
        `${String(row.magIndex).padStart(5)} ${String(row.magnification).padStart(9)}   ${numbers(row.specimenToStage)} ${row.tiltAxis.toFixed(2).padStart(10)}`,
      );
    }
    if (mean) run.operator.log(`Mean of all:        ${numbers(mean)}`);
    if (rows.length === 0) run.operator.log('There are no stage calibrations.');
    return run.report({ summary: `${rows.length} stage calibrations.`, values: { rows, ...(mean && { mean }) } });
  }
}

const numbers = (matrix: Matrix | undefined): string =>
  matrix
    ? [matrix.xpx, matrix.xpy, matrix.ypx, matrix.ypy].map((value) => value.toFixed(5).padStart(9)).join(' ')
    : 'pixel size or rotation unknown'.padStart(39);
