import { cameraIndex, magIndex, rawLensValue } from '../../../../core/base';
import { Diffraction, ProbeModeSelector, Scope } from '../../../../core/devices';
import { Optics } from '../../../../core/optics';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/focus-and-tuning/standard-focus';

describeMenuItem(id, { inLowDose: true });

test('is found again from every magnification of its side of low magnification and of its probe mode', async () => {
  await using instrument = await virtualInstrument();
  const { registry } = instrument.kernel;
  const [scope, optics] = [registry.get(Scope), registry.get(Optics)];
  const keepAt = async (index: number, focus: number) => {
    await scope.magIndex.write(magIndex(index));
    await scope.absoluteFocus.write(rawLensValue(focus));
    return (await runItem(instrument, id)).result!;
  };
  instrument.calibrations.records('StandardLMFocus').replaceAll([]);
  const low = optics.magnifications
    .indexes(optics.camera(cameraIndex(0)))
    .filter((each) => optics.at({ magIndex: each, camera: cameraIndex(0) }).isLowMagnification);
  const [first, last] = [low[0]!, low.at(-1)!];
  await keepAt(first, 0.11);
  await keepAt(last, 0.22);
  await scope.magIndex.write(magIndex(25));
  await registry.get(ProbeModeSelector).probeMode.write('micro');
  const { summary } = await keepAt(25, 0.33);
  expect(summary).toContain('Eucentric focus 0.33');
  const nearest = (index: number): number => (Math.abs(index - first) <= Math.abs(last - index) ? 0.11 : 0.22);
  for (const index of low)
    expect(optics.at({ magIndex: index, camera: cameraIndex(0) }).standardFocus('micro')).toBeCloseTo(
      nearest(index),
      6,
    );

  // In low magnification this column knows no nanoprobe.
  await scope.magIndex.write(magIndex(25));
  await registry.get(ProbeModeSelector).probeMode.write('nano');
  const nano = await keepAt(25, 0.44);
  expect(nano.values).toMatchObject({ probe: 'nano', magIndex: 25 });
  expect(nano.values).not.toHaveProperty('before');
  const row = instrument.calibrations.records('StandardLMFocus').find((each) => each.magIndex === 25)!;
  expect(row.micro).toBeCloseTo(0.33, 6);
  expect(row.nano).toBeCloseTo(0.44, 6);
  expect((await keepAt(25, 0.45)).values['before']).toBeCloseTo(0.44, 6);
});

test('refuses in diffraction', async () => {
  await using instrument = await virtualInstrument();
  await instrument.kernel.registry.get(Diffraction).cameraLengthIndex.write(3);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'standard-focus/in-diffraction' });
});
