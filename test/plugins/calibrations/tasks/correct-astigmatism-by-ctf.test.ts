import { ObjectiveStigmator } from '../../../../core/devices';
import { astigmatismByCtf } from '../../../../statistics/support/astigmatism-by-ctf';
import { ringCamera } from '../../../../statistics/support/small-camera';
import {
  columnOutOfTune,
  correctAstigmatism,
  measureCorrectAstigmatism,
} from '../../../../statistics/support/tuning-corrections';
import { measureVendor } from '../../../../statistics/support/tuning-vendors';
import { drawnColumn, fluxFor } from '../../../../statistics/support/tuning-world';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const small = { size: 256, dose: 60, camera: ringCamera };

describeMenuItem(correctAstigmatism, {
  magIndex: 26,
  simulator: {
    ...drawnColumn(1),
    objectiveStigmatorMicrometres: 10,
    objectiveStigmatorAngleDegrees: 0,
    rotationErrorDegrees: 0,
    electronsPerFieldPixelPerSecond: fluxFor(small.dose, small.size),
  },
  edit: small.camera,
  sample: 1,
  prepare: async (instrument) => {
    // Calibrated on a column with other errors of the same kind.
    await using calibrated = await columnOutOfTune(1, {
      ...small,
      more: { objectiveStigmatorMicrometres: 10, objectiveStigmatorAngleDegrees: 0, rotationErrorDegrees: 0 },
    });
    instrument.calibrations.records('CtfAstigCalib').replaceAll(calibrated.calibrations.records('CtfAstigCalib').all());
  },
});

test('leaves less than 15 nm, and says so with an error that holds', async () => {
  const { errors, stated, verdict } = await measureCorrectAstigmatism(2, small);
  expect(errors['left']).toBeLessThan(15);
  expect(Math.abs(errors['before'] as number)).toBeLessThan(4 * (stated!['before'] as number));
  expect(verdict).toBe('good');
});

test('restores the stigmator where a wrong calibration makes it worse', async () => {
  await using instrument = await columnOutOfTune(3, small);
  const records = instrument.calibrations.records('CtfAstigCalib');
  const [row] = records.all();
  records.replaceAll([
    {
      ...row!,
      stigmatorXMinusAngle: row!.stigmatorXPlusAngle,
      stigmatorXPlusAngle: row!.stigmatorXMinusAngle,
      stigmatorYMinusAngle: row!.stigmatorYPlusAngle,
      stigmatorYPlusAngle: row!.stigmatorYMinusAngle,
    },
  ]);
  const { objectiveStigmator } = instrument.kernel.registry.get(ObjectiveStigmator);
  const before = await objectiveStigmator.read();
  await expect(runItem(instrument, correctAstigmatism)).rejects.toMatchObject({ code: 'ctf-images/not-better' });
  expect(await objectiveStigmator.read()).toEqual(before);
});

test('works on a column whose lens and coils go in steps', async () => {
  const { errors, faults } = await measureVendor(1, 'jeol-cryo-arm-k2.yaml', [astigmatismByCtf, correctAstigmatism]);
  expect(faults).toEqual([]);
  expect(errors['astigmatism']).toBeLessThan(15);
});
