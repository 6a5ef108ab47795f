import { cameraIndex, magIndex, metres } from '../../../core/base';
import { Scope } from '../../../core/devices';
import { Optics, currentDelayTable, formerDelayTable } from '../../../core/optics';
import { runItem, trueImageShift, matrixError, virtualInstrument } from '../../support/virtual-instrument';

test('in low magnification a calibration goes to eucentric focus, where the image is sharp, and gives the focus back', async () => {
  await using instrument = await virtualInstrument({ magIndex: 10 });
  const scope = instrument.kernel.registry.get(Scope);
  await scope.defocus.write(metres(-8e-4));
  const blurred = await scope.absoluteFocus.read();
  expect(blurred).not.toBeCloseTo(0, 3);
  const { result } = await runItem(instrument, 'calibrations/image-and-stage-shift/is-from-scratch');
  expect(result!.values['leastCorrelation']).toBeGreaterThan(0.4);
  expect(
    matrixError(instrument.calibrations.imageShift.get(magIndex(10), cameraIndex(0))!, trueImageShift(instrument, 10))
      .percent,
  ).toBeLessThan(0.3);
  expect(await scope.absoluteFocus.read()).toBe(blurred);
});

test.each([
  ['three condensers', 1, { squareImageShiftLimits: true, replaced: [formerDelayTable, currentDelayTable] }],
  ['two condensers', 0, { squareImageShiftLimits: false, replaced: [currentDelayTable] }],
])('a column of %s says how its image shift settles and is limited', async (_, area, { replaced, ...expected }) => {
  await using instrument = await virtualInstrument({
    edit: (yaml) => yaml.replace(/UseIlluminatedAreaForC2: \d/, `UseIlluminatedAreaForC2: ${area}`),
  });
  const { traits } = instrument.kernel.registry.get(Scope);
  expect(traits).toMatchObject({ ...expected, standardLowMagFocus: 0 });
  expect(traits.delayReplacements?.map(({ of }) => of)).toEqual(replaced);
});

test('the delay table of old templates is replaced on a column of three condensers', async () => {
  const rows = formerDelayTable.map(([distance, delay]) => `  - [${distance}, ${delay}]`).join('\n');
  await using instrument = await virtualInstrument({
    edit: (yaml) => yaml.replace(/ImageShiftDelays:\n(?: {2}.*\n)+/, `ImageShiftDelays:\n${rows}\n`),
  });
  const { delays, assumedStartup } = instrument.kernel.registry.get(Optics).shiftProperties();
  expect(delays.at(-1)).toEqual([1, 0.5]);
  expect(assumedStartup).toBe(0.25);
});
