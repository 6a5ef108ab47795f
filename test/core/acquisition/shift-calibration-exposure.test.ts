import { fc } from '../../support/properties';
import { cameraIndex, seconds } from '../../../core/base';
import type { CameraTraits } from '../../../core/devices';
import { shiftCalibrationExposure } from '../../../core/acquisition';
import type { ParameterSet } from '../../../core/settings';

const traits = (more: Partial<CameraTraits> = {}): CameraTraits => ({
  index: cameraIndex(0),
  name: 'Camera',
  width: 4096,
  height: 4096,
  binnings: [1, 2, 4, 8],
  directDetector: false,
  behindFilter: false,
  stem: false,
  shortestExposure: seconds(0.02),
  deadTime: seconds(0),
  startupDelay: seconds(0.5),
  builtInSettling: seconds(0.1),
  allowsPostActions: false,
  ...more,
});
const trial = (more: Partial<ParameterSet> = {}): ParameterSet => ({
  binning: 2,
  exposure: seconds(4),
  area: 'full',
  driftSettling: seconds(0.5),
  processing: 'gain normalized',
  readMode: 'linear',
  continuous: false,
  shutter: 'beam',
  darkReferenceEveryTime: false,
  darkReferenceImages: 1,
  removeXRays: false,
  driftCorrection: false,
  ...more,
});
const neither = { useTrialBinning: false, useTrialSize: false };

test('bins to at most 512 pixels and shortens the exposure with the square of the binning', () => {
  const { exposure, fieldSize } = shiftCalibrationExposure(trial(), traits(), neither);
  expect(fieldSize).toBe(4096);
  expect(exposure).toMatchObject({
    binning: 8,
    exposure: 0.25,
    area: { left: 0, top: 0, right: 4096, bottom: 4096 },
    processing: 'gain normalized',
  });
});
test('bins a direct detector to at most 1024 pixels', () => {
  expect(shiftCalibrationExposure(trial(), traits({ directDetector: true }), neither).exposure).toMatchObject({
    binning: 4,
    exposure: 1,
    driftSettling: 0.5,
  });
});
test('goes by the smaller dimension of the area', () => {
  expect(shiftCalibrationExposure(trial(), traits({ height: 2048 }), neither).exposure.binning).toBe(4);
});
test('takes the dead time out before scaling, and limits the settling of short exposures', () => {
  const { exposure } = shiftCalibrationExposure(
    trial({ binning: 4, exposure: seconds(0.81) }),
    traits({ deadTime: seconds(0.01) }),
    neither,
  );
  expect(exposure.exposure).toBeCloseTo(0.21, 9);
  expect(exposure.driftSettling).toBeCloseTo(0.1, 9);
});
test('does not go below the shortest exposure of the camera', () => {
  expect(shiftCalibrationExposure(trial({ exposure: seconds(0.1) }), traits(), neither).exposure.exposure).toBeCloseTo(
    0.02,
    9,
  );
});
test('leaves Trial as it is when it is coarse enough or wanted as it is', () => {
  expect(shiftCalibrationExposure(trial({ binning: 8 }), traits(), neither).exposure).toMatchObject({
    binning: 8,
    exposure: 4,
    driftSettling: 0.5,
  });
  expect(
    shiftCalibrationExposure(trial({ binning: 1 }), traits(), { ...neither, useTrialBinning: true }).exposure,
  ).toMatchObject({ binning: 1, exposure: 4 });
});
test('uses the Trial area with its offset on request', () => {
  const area = { left: 100, top: 200, right: 1124, bottom: 1224 };
  const small = shiftCalibrationExposure(trial({ area }), traits(), { ...neither, useTrialSize: true });
  expect(small).toMatchObject({ fieldSize: 1024, exposure: { area, binning: 2 } });
  expect(
    shiftCalibrationExposure(trial({ area: 'half' }), traits(), { ...neither, useTrialSize: true }).exposure.area,
  ).toEqual({ left: 1024, top: 1024, right: 3072, bottom: 3072 });
});
test('takes the coarsest binning when none is coarse enough', () => {
  expect(shiftCalibrationExposure(trial({ binning: 1 }), traits({ binnings: [1, 2] }), neither).exposure.binning).toBe(
    2,
  );
});
test('a camera without binnings is a fault that says so', () => {
  expect(() => shiftCalibrationExposure(trial(), traits({ binnings: [] }), neither)).toThrow(
    expect.objectContaining({ code: 'camera/no-binning' }) as Error,
  );
});
test('is never finer than Trial, never below the shortest exposure, and small enough where the camera can', () => {
  const binnings = fc
    .uniqueArray(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 6 })
    .map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(
      binnings,
      fc.nat(5),
      fc.integer({ min: 256, max: 9000 }),
      fc.boolean(),
      fc.double({ min: 0.02, max: 10, noNaN: true }),
      (list, at, size, directDetector, exposure) => {
        const given = trial({ binning: list[at % list.length]!, exposure: seconds(exposure) });
        const made = shiftCalibrationExposure(
          given,
          traits({ binnings: list, width: size, height: size, directDetector }),
          neither,
        ).exposure;
        expect(made.binning).toBeGreaterThanOrEqual(given.binning);
        expect(made.exposure).toBeGreaterThanOrEqual(0.02);
        const target = directDetector ? 1024 : 512;
        if (size / list.at(-1)! <= target) expect(size / made.binning).toBeLessThanOrEqual(target);
      },
    ),
  );
});
