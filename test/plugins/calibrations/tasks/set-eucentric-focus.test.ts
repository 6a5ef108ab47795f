import { magIndex, rawLensValue } from '../../../../core/base';
import { Diffraction, type ProbeMode, ProbeModeSelector, Scope } from '../../../../core/devices';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/tasks/set-eucentric-focus';
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

const keep = (instrument: Instrument, rows: readonly { magIndex: number; micro: number; nano: number }[]) =>
  instrument.calibrations
    .records('StandardLMFocus')
    .replaceAll(rows.map((row) => ({ ...row, magIndex: magIndex(row.magIndex) })));
const none = -999;

describeMenuItem(id, {
  magIndex: 25,
  prepare: (instrument) => keep(instrument, [{ magIndex: 25, micro: 0.31, nano: 0.32 }]),
  inLowDose: true,
});

test('goes to the focus that was kept nearest on the same side of low magnification and in the same probe mode', async () => {
  await using instrument = await virtualInstrument();
  const { registry } = instrument.kernel;
  const scope = registry.get(Scope);
  keep(instrument, [
    { magIndex: 3, micro: 0.11, nano: none },
    { magIndex: 22, micro: 0.22, nano: 0.23 },
    { magIndex: 26, micro: 0.26, nano: none },
  ]);
  const focusAt = async (index: number, probe: ProbeMode = 'micro') => {
    await scope.magIndex.write(magIndex(index));
    if (index > 10) await registry.get(ProbeModeSelector).probeMode.write(probe);
    await scope.absoluteFocus.write(rawLensValue(0.5));
    const { result, said } = await runItem(instrument, id);
    return {
      focus: await scope.absoluteFocus.read(),
      from: result!.values['from'],
      said: said.join(' '),
      result: result!,
    };
  };
  expect(await focusAt(5)).toMatchObject({ focus: expect.closeTo(0.11, 6) as number, from: 3 });
  // Two mag indexes away to either side: the lower one.
  expect(await focusAt(24)).toMatchObject({ focus: expect.closeTo(0.22, 6) as number, from: 22 });
  const at26 = await focusAt(26);
  expect(at26).toMatchObject({ focus: expect.closeTo(0.26, 6) as number, from: 26 });
  expect(at26.said).not.toContain('Check the focus.');
  const nano = await focusAt(26, 'nano');
  expect(nano).toMatchObject({ focus: expect.closeTo(0.23, 6) as number, from: 22 });
  expect(nano.said).toContain('Check the focus.');
  expect(nano.result.changed?.find(({ name }) => name === scope.absoluteFocus.name)).toMatchObject({
    before: expect.closeTo(0.5, 6) as number,
    after: expect.closeTo(0.23, 6) as number,
  });
  expect((await instrument.history.list({ item: id })).map(({ changes }) => changes.length)).toEqual([0, 0, 0, 0]);
});

test('refuses where nothing is kept, and in diffraction', async () => {
  await using instrument = await virtualInstrument({ magIndex: 25 });
  keep(instrument, [{ magIndex: 3, micro: 0.11, nano: 0.11 }]);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'eucentric-focus/none-kept' });
  await instrument.kernel.registry.get(Diffraction).cameraLengthIndex.write(3);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'eucentric-focus/in-diffraction' });
  expect(await instrument.history.list()).toEqual([]);
});
