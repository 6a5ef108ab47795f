import path from 'node:path';
import { type Matrix, cameraIndex, magIndex as asMagIndex, imageShiftUnits, vector } from '../../../../../core/base';
import { Scope } from '../../../../../core/devices';
import {
  matrixError,
  projectFolder,
  runItem,
  trueImageShift,
  verifying,
  virtualInstrument,
} from '../../../../support/virtual-instrument';
import { tellFigures } from '../../../../support/figures';

const imageShift = 'calibrations/image-and-stage-shift/image-shift';
const elements = ['xpx', 'xpy', 'ypx', 'ypy'] as const;
const places = [
  ['jeol-cryo-arm-k2.yaml', 23],
  ['jeol-cryo-arm-k2.yaml', 26],
  ['jeol-cryo-arm-k2.yaml', 30],
  ['jeol-cryo-arm-k2.yaml', 33],
  ['jeol-cryo-arm-k2.yaml', 37],
  ['hitachi-ht7700.yaml', 36],
] as const;
/** The steps of the coils show most at the two highest magnifications. */
const tried = verifying ? places : places.filter(([, magIndex]) => magIndex > 35);
const seeds = Array.from({ length: verifying ? 10 : 1 }, (_, index) => index + 1);

describe('coils that move in whole steps', () => {
  const pooled: number[] = [];

  test.each(tried)('leave the result of %s at mag index %i within its errors', async (file, magIndex) => {
    for (const seed of seeds) {
      await using instrument = await virtualInstrument({
        configuration: path.join(projectFolder, 'config', file),
        simulator: { seed },
        magIndex,
      });
      const truth = trueImageShift(instrument, magIndex);
      const { result } = await runItem(instrument, imageShift);
      const { standardErrors, quality } = result!;
      const found = result!.values as unknown as Matrix;
      const errors = standardErrors as unknown as Matrix;
      pooled.push(...elements.map((element) => Math.abs(found[element] - truth[element]) / errors[element]));
      expect(matrixError(found, truth).percent).toBeLessThan(0.1);
      expect(quality?.verdict).toBe('good');
    }
  });

  test('are within two errors in nearly all components', () => {
    const share = pooled.filter((each) => each <= 2).length / pooled.length;
    tellFigures(
      `Image Shift on JEOL and Hitachi coils, ${pooled.length} components: ${(100 * share).toFixed(1)} % within two standard errors, the farthest ${Math.max(...pooled).toFixed(1)}`,
    );
    expect(pooled).toHaveLength(tried.length * seeds.length * elements.length);
    expect(share).toBeGreaterThanOrEqual(0.85);
    expect(Math.max(...pooled)).toBeLessThan(6);
  });
});

test('an image shift that the column does not hold stops the measurement, and the old calibration stays', async () => {
  await using instrument = await virtualInstrument({ simulator: { seed: 1 }, magIndex: 22 });
  const truth = trueImageShift(instrument, 22);
  instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), truth, { sessionMeasured: false });
  const { imageShift: setting } = instrument.kernel.registry.get(Scope);
  // The column stays short of every image shift by a tenth, as one at the end of its range or with a wrong scale does.
  const read = setting.read.bind(setting);
  const short = jest.spyOn(setting, 'read').mockImplementation(async (signal) => {
    const { x, y } = await read(signal);
    return vector(imageShiftUnits(0.9 * x), imageShiftUnits(0.9 * y));
  });
  await expect(runItem(instrument, imageShift)).rejects.toMatchObject({
    code: 'setting/not-held',
    message: expect.stringMatching(/^The image shift in X was set to .* units, but the device holds/) as unknown,
  });
  short.mockRestore();
  expect(truth).toMatchObject(instrument.calibrations.imageShift.get(asMagIndex(22), cameraIndex(0))!);
});
