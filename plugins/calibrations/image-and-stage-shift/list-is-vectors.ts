import { type CameraIndex, counted, readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { Optics, imageShiftVectors } from '../../../core/optics';

/** Lists how long one unit of image shift is on the specimen, and in which direction, for every calibrated magnification. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/list-is-vectors',
  needs: { optics: Optics },
  script: 'ListISVectorsToGraph',
  questions: {
    'use-measured': {
      kind: 'confirm',
      why: 'Measured values show errors of the calibrations alone; nominal ones show errors of the magnification, too.',
    },
  },
  results: {
    vectors: value.table('The image shift vectors, by camera and magnification.', {
      camera: value.quantity('Number of the camera.'),
      cameraName: value.text('Name of the camera.'),
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      lengthX: value.quantity('Length of one unit of image shift along X, in units of the nominal scale.'),
      lengthY: value.quantity('The same along Y.'),
      angleX: value.quantity('Direction of X from specimen Y, clockwise.', { unit: 'degrees' }),
      angleY: value.quantity('Direction of Y from specimen Y, clockwise.', { unit: 'degrees' }),
      measuredPixel: value.flag('Whether the pixel size is a measured one.'),
      measuredRotation: value.flag('Whether the rotation is a measured one.'),
    }),
    useMeasured: value.flag('Whether measured pixel sizes and rotations were used.'),
  },
  forecast: 'nothing',
  async run({ optics }, run) {
    const useMeasured = await run.ask('use-measured', {
      text: 'Use measured pixel sizes and rotations where there are any?',
      default: true,
    });
    const vectors = imageShiftVectors(optics, { useMeasured });
    let camera: CameraIndex | undefined;
    for (const row of vectors) {
      if (row.camera !== camera) {
        camera = row.camera;
        run.operator.log(
          `Image shift vectors of camera ${row.camera}, ${row.cameraName}, with ${useMeasured ? 'measured pixel sizes where there are any' : 'nominal pixel sizes'}`,
        );
        run.operator.log('Index       Mag  X length  Y length  X angle  Y angle');
      }
      const numbers = [
        readable(row.lengthX, 3).padStart(9),
        readable(row.lengthY, 3).padStart(9),
        readable(row.angleX, 1).padStart(8),
        readable(row.angleY, 1).padStart(8),
      ];
      run.operator.log(
        `${String(row.magIndex).padStart(5)} ${String(row.magnification).padStart(9)} ${numbers.join(' ')}`,
      );
    }
    if (vectors.length === 0) run.operator.log('There are no image shift calibrations.');
    return run.report({
      summary: `${counted(vectors.length, 'image shift calibration')}.`,
      values: { vectors, useMeasured },
    });
  },
});
