import { ScriptedOperator } from '../../../../../core/kernel';
import { type BeamInstrument, knowBeam, microscopeOf } from '../../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const [set, change] = [
  'calibrations/tasks/set-displayed-intensity',
  'calibrations/tasks/change-displayed-intensity',
] as const;
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(16),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.05, intensityHysteresis: 0.0004 },
};

describeMenuItem(set, { ...talos, answers: { intensity: '62' }, sample: 2 });
describeMenuItem(change, { ...talos, answers: { change: '-1' }, sample: 2 });

/** The condenser reads 1.25 times the intensity and 4 % more at the present spot size. */
function withC2Factor(instrument: BeamInstrument): void {
  const { spotSize: spot } = microscopeOf(instrument).state;
  instrument.calibrations.records('IntensityToC2Factor').replaceAll([{ micro: 1.25, nano: 1.25 }]);
  instrument.calibrations.records('C2SpotOffset').replaceAll([{ spot, micro: 0.04, nano: 0.04 }]);
}

test('the intensity is what the factor and the offset of the display make of it', async () => {
  await using instrument = await virtualInstrument(talos);
  withC2Factor(instrument);
  await runItem(instrument, set, { intensity: '66.5' });
  expect(microscopeOf(instrument).state.intensity).toBeCloseTo(0.5, 6);
  await runItem(instrument, change, { change: '5' });
  expect(microscopeOf(instrument).state.intensity).toBeCloseTo(0.54, 6);
  for (const [id, answers] of [
    [set, { intensity: '140' }],
    [change, { change: '-90' }],
  ] as const)
    await expect(runItem(instrument, id, answers)).rejects.toMatchObject({ code: 'set-intensity/out-of-range' });
  expect(microscopeOf(instrument).state.intensity).toBeCloseTo(0.54, 6);
});

test('on a column with three condensers it is the illuminated area', async () => {
  await using instrument = await virtualInstrument({ ...talos, configuration: 'simulator.yaml' });
  const microscope = microscopeOf(instrument) as unknown as { readonly state: { readonly illuminatedArea: number } };
  await runItem(instrument, set, { intensity: '1.5' });
  expect(microscope.state.illuminatedArea).toBeCloseTo(1.5, 4);
  await runItem(instrument, change, { change: '-0.3' });
  expect(microscope.state.illuminatedArea).toBeCloseTo(1.2, 4);
});

test('a lens that lags gives the same beam for the same number, from wherever it comes', async () => {
  await using instrument = await virtualInstrument(talos);
  knowBeam(instrument);
  const widths: number[] = [];
  for (const from of ['52', '70']) {
    await runItem(instrument, set, { intensity: from });
    await runItem(instrument, set, { intensity: '60' });
    widths.push(microscopeOf(instrument).state.beamDiameter);
  }
  expect(Math.abs(widths[1]! / widths[0]! - 1)).toBeLessThan(1e-6);
});

test('a script gives the number', async () => {
  await using instrument = await virtualInstrument(talos);
  const fromScript = (id: string, value: string) =>
    instrument.runner.run(id, { port: new ScriptedOperator({}), fromScript: true, arguments: [value] });
  await fromScript(set, '55');
  await fromScript(change, '-2.5');
  expect(microscopeOf(instrument).state.intensity).toBeCloseTo(0.525, 6);
  for (const id of [set, change])
    await expect(fromScript(id, 'much')).rejects.toMatchObject({ code: 'set-intensity/not-a-number' });
});
