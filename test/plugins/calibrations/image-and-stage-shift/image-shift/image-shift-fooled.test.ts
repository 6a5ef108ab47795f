import { cameraIndex, magIndex as asMagIndex } from '../../../../../core/base';
import { ImageBuffers } from '../../../../../core/kernel';
import { fixedPattern } from '../../../../../imaging';
import { attemptImageShift, keepDoubtful } from '../../../../../statistics/support/fooled';
import { imageShift } from '../../../../../statistics/support/image-shift';
import table from '../../../../../statistics/tables/image-shift-fooled';
import { runItem, trueImageShift, virtualInstrument } from '../../../../support/virtual-instrument';

/** The long statistics measure the same with 10 to 100 seeds, and more kinds. */
test.each([
  ['a gain stale by 0.2', 1],
  ['a gain stale by 1', 1],
  ['a grating', 1],
  ['a grating', 2],
  ['catalase', 1],
  ['catalase', 2],
  ['a specimen like any other', 1],
  ['a specimen like any other', 2],
])('%s, seed %i, is reported where it has to be, and never ends in a wrong matrix', async (row, seed) => {
  const { faults, verdict } = await table.measure(seed, row);
  expect(faults).toEqual([]);
  expect(verdict).toMatch(/^(stored|calibration\/(fixed-pattern|periodic-specimen))$/);
});

test('a calibration that a stale gain reference may have fooled is kept when the operator wants it', async () => {
  const { code, remarks } = await attemptImageShift({ seed: 3, staleGainVariation: 1 }, 22, { answers: keepDoubtful });
  expect(code).toBeUndefined();
  expect(remarks.join()).toContain('pattern of the camera');
});

test('what stays on the camera is distinguished from what does not', async () => {
  await using instrument = await virtualInstrument({ simulator: { seed: 5, staleGainVariation: 0.5 }, magIndex: 22 });
  instrument.calibrations.imageShift.set(asMagIndex(22), cameraIndex(0), trueImageShift(instrument, 22), {
    sessionMeasured: false,
  });
  await runItem(instrument, imageShift, keepDoubtful);
  const [a, b] = ['A', 'B'].map((buffer) => instrument.kernel.registry.get(ImageBuffers).get(buffer)!.frame.image);
  expect(fixedPattern(a!, b!).significance).toBeGreaterThan(7);
  expect(Math.abs(fixedPattern(a!, b!.step(-1, 1)).significance)).toBeLessThan(7);
});
