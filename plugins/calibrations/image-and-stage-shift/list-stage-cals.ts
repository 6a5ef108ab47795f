import { type CameraIndex, type Matrix, counted, readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { Optics, stageCalibrationRows } from '../../../core/optics';

/** Lists what each stage calibration says about the axes of the stage and the tilt axis. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/list-stage-cals',
  needs: { optics: Optics },
  results: {
    rows: value.table('The stage calibrations, by camera and magnification.', {
      camera: value.quantity('Number of the camera.'),
      cameraName: value.text('Name of the camera.'),
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      specimenToStage: value.matrix(
        'Matrix from specimen to stage; left out where pixel size or rotation is unknown.',
        {
          optional: true,
        },
      ),
      tiltAxis: value.quantity('Direction of the tilt axis.', { unit: 'degrees' }),
    }),
    mean: value.matrix('Mean of the matrices from specimen to stage that agree.', { optional: true }),
  },
  forecast: 'nothing',
  async run({ optics }, run) {
    const { rows, mean, leftOut } = stageCalibrationRows(optics);
    let camera: CameraIndex | undefined;
    for (const row of rows) {
      if (row.camera !== camera) {
        camera = row.camera;
        run.operator.log(
          `Stage calibrations of camera ${row.camera}, ${row.cameraName}: specimen to stage, should be close to -1 0 0 -1`,
        );
        run.operator.log('Index       Mag       X by X    X by Y    Y by X    Y by Y  Tilt axis');
      }
      run.operator.log(
        `${String(row.magIndex).padStart(5)} ${String(row.magnification).padStart(9)}   ${numbers(row.specimenToStage)} ${readable(row.tiltAxis, 2).padStart(10)}`,
      );
    }
    if (mean)
      run.operator.log(`${leftOut.length > 0 ? 'Mean of the others:' : 'Mean of all:       '} ${numbers(mean)}`);
    for (const { magIndex, magnification, cameraName, why } of leftOut)
      run.operator.log(
        `Left out: mag index ${magIndex} (${magnification}x) of camera ${cameraName} is ${why}. Its pixel size or rotation, or the calibration itself, is probably wrong.`,
      );
    if (rows.length === 0) run.operator.log('There are no stage calibrations.');
    return run.report({
      summary: `${counted(rows.length, 'stage calibration')}.`,
      values: { rows, ...(mean && { mean }) },
    });
  },
});

const numbers = (matrix: Matrix | undefined): string =>
  matrix
    ? [matrix.xpx, matrix.xpy, matrix.ypx, matrix.ypy].map((value) => readable(value, 5).padStart(9)).join(' ')
    : 'pixel size or rotation unknown'.padStart(39);
