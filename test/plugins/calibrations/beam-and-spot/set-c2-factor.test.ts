import { Illumination, VirtualInstrument } from '../../../../core/devices';
import { BeamCalibrations } from '../../../../core/illumination';
import { type Question, ScriptedOperator } from '../../../../core/kernel';
import { trueRecords } from '../../../../statistics/support/beam/beam-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/set-c2-factor';
const display = {
  configuration: 'talos-ceta.yaml',
  simulator: {
    condenser: 'lenses',
    condenserReadoutFactors: [1.0372, 0.9541],
    condenserReadoutOffsets: Array.from({ length: 11 }, (_, at) => [0.0031 - 0.0007 * at, -0.002 + 0.0005 * at]),
  },
};
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

describeMenuItem(id, { ...display, sample: 4 });

/** The C2 value on the screen of the microscope. */
const shown = (instrument: Instrument): number =>
  (instrument.kernel.registry.get(VirtualInstrument).microscope as { state: { condenserReadout: number } }).state
    .condenserReadout;

/** An operator who reads what the microscope shows, with three decimals. */
const reading = (instrument: Instrument, wrong: Readonly<Record<string, number>> = {}): ScriptedOperator => {
  const port = new ScriptedOperator({}, { defaults: true });
  const ask = port.ask.bind(port);
  return Object.assign(port, {
    ask: async (question: Question, signal: AbortSignal) =>
      question.kind === 'number' ? (wrong[question.id] ?? Number(shown(instrument).toFixed(3))) : ask(question, signal),
  });
};

test('factor and offsets are those of the display, to the digits that it shows', async () => {
  await using instrument = await virtualInstrument(display);
  const { registry } = instrument.kernel;
  const { values, standardErrors } = (await instrument.runner.run(id, { port: reading(instrument) }))!;
  const probe = values['probe'] as 'micro' | 'nano';
  const truth = trueRecords(instrument, 'IntensityToC2Factor')[0]![probe]!;
  expect(Math.abs((values['factor'] as number) - truth)).toBeLessThan(1e-4);
  expect(Math.abs((values['factor'] as number) - truth)).toBeLessThan(4 * (standardErrors['factor'] as number));
  for (const row of trueRecords(instrument, 'C2SpotOffset')) {
    const stored = instrument.calibrations.records('C2SpotOffset').find(({ spot }) => spot === row['spot'])!;
    // Three decimals of a per cent, and what they leave of the factor.
    expect(Math.abs(stored[probe] - row[probe]!)).toBeLessThan(2.5e-5);
  }
  const beam = registry.get(BeamCalibrations);
  const { intensity, spotSize } = registry.get(Illumination);
  for (const [spot, at] of [
    [2, 0.41],
    [9, 0.66],
  ] as const) {
    await spotSize.write(spot);
    await intensity.write(at);
    expect(beam.scale.shown({ spot, probe, intensity: at }).value).toBeCloseTo(shown(instrument), 2);
  }
});

test('readings that fall while the lens gets stronger are refused, and nothing is stored', async () => {
  await using instrument = await virtualInstrument(display);
  const port = reading(instrument, { low: 80 });
  await expect(instrument.runner.run(id, { port })).rejects.toMatchObject({ code: 'condenser-readout/not-rising' });
  expect(instrument.calibrations.records('IntensityToC2Factor').all()).toEqual([]);
  expect(instrument.calibrations.records('C2SpotOffset').all()).toEqual([]);
});

test('says for which columns it is', async () => {
  await using krios = await virtualInstrument();
  expect(krios.kernel.menu.find(id).reason).toContain('illuminated area');
  await using jeol = await virtualInstrument({ configuration: 'jeol-cryo-arm-k2.yaml' });
  expect(jeol.kernel.menu.find(id).reason).toContain('C2 in per cent');
  await expect(runItem(jeol, id)).rejects.toThrow();
});
