import { exposureOf, takeImage } from '../../../../../core/acquisition';
import { Cameras } from '../../../../../core/devices';
import { BeamCalibrations } from '../../../../../core/illumination';
import { LowDose } from '../../../../../core/kernel';
import { Settings } from '../../../../../core/settings';
import {
  type BeamInstrument,
  microscopeOf,
  spreadKnownBeam,
  trueDoseRate,
} from '../../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const id = 'calibrations/tasks/set-intensity-for-a-dose';
const edit = (yaml: string): string =>
  coarseCamera(16)(yaml).replace(/^( +)Name: .*$/m, '$&\n$1CountsPerElectron: 40\n$1ShutterDeadTime: 0.02');
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit,
  // Pixels of the size that is written, as Find Pixel Size would have found it.
  simulator: {
    condenser: 'lenses',
    contrast: 0,
    brightestNanoamperes: 0.05,
    pixelScaleError: 0,
    cameraDeadSeconds: 0.02,
  },
};
const jeol = {
  ...talos,
  configuration: 'jeol-cryo-arm-k2.yaml',
  magIndex: 22,
  edit: (yaml: string) => coarseCamera(16)(yaml),
  simulator: { ...talos.simulator, brightestNanoamperes: 0.6, cameraDeadSeconds: 0 },
};

/** The dose of the present beam as somebody would have calibrated it a moment ago, from its current and its width. */
async function knowDose(instrument: BeamInstrument): Promise<void> {
  await spreadKnownBeam(instrument, 3);
  const { spotSize: spot, intensity } = microscopeOf(instrument).state;
  const time = Math.floor(instrument.clock.date().getTime() / 60_000);
  instrument.calibrations
    .shortTerm('DoseCalibration')
    .replaceAll([
      { spot, aboveCrossover: 1, probe: 1, intensity, dose: trueDoseRate(instrument), time, aperture: 0 },
    ] as never);
}

describeMenuItem(id, { ...talos, prepare: knowDose, answers: { dose: '0.1' }, sample: 4, inLowDose: true });

test.each([
  ['FEI', talos],
  ['JEOL', jeol],
])('the specimen gets the dose within 1 %%, on a column of %s', async (_, options) => {
  await using instrument = await virtualInstrument(options);
  await knowDose(instrument);
  const { registry } = instrument.kernel;
  const { selected } = registry.get(Cameras);
  const set = registry.get(Settings).parameterSets.get(selected.traits.index)!.Record;
  const { exposure } = selected.fit(exposureOf(set, selected.traits));
  const lit = exposure - options.simulator.cameraDeadSeconds;
  const present = trueDoseRate(instrument);
  for (const factor of [0.4, 1.8]) {
    const dose = present * lit * factor;
    const { result } = await runItem(instrument, id, { dose: String(dose) });
    expect(Math.abs((trueDoseRate(instrument) * lit) / dose - 1)).toBeLessThan(0.01);
    expect(Math.abs((result!.values['dose'] as number) / dose - 1)).toBeLessThan(0.005);
    expect(result!.changed).toMatchObject([{ name: 'intensity' }]);
  }
  await runItem(instrument, id, { given: 'rate', rate: String(present) });
  expect(Math.abs(trueDoseRate(instrument) / present - 1)).toBeLessThan(0.01);
});

test('an image of the bare beam and Electron Dose agree with it', async () => {
  await using instrument = await virtualInstrument(talos);
  await knowDose(instrument);
  const rate = 0.5 * trueDoseRate(instrument);
  await runItem(instrument, id, { given: 'rate', rate: String(rate) });
  await takeImage(instrument.session, 'Record');
  const { result } = await runItem(instrument, 'calibrations/electron-dose');
  expect(Math.abs((result!.values['dose'] as number) / rate - 1)).toBeLessThan(0.02);
});

test('in Low Dose the area Record keeps it', async () => {
  await using instrument = await virtualInstrument(talos);
  await knowDose(instrument);
  const rate = 0.5 * trueDoseRate(instrument);
  const lowDose = instrument.kernel.registry.get(LowDose);
  await lowDose.turnOn();
  await lowDose.goTo('Record');
  await lowDose.goTo('View');
  await runItem(instrument, id, { given: 'rate', rate: String(rate) });
  await lowDose.goTo('View');
  await lowDose.goTo('Record');
  expect(Math.abs(trueDoseRate(instrument) / rate - 1)).toBeLessThan(0.01);
  await lowDose.turnOff();
});

test('without a dose that leads here, and beyond the tables the intensity stays', async () => {
  await using instrument = await virtualInstrument(talos);
  await knowDose(instrument);
  const doses = instrument.calibrations.shortTerm('DoseCalibration');
  const [own] = doses.all();
  const traps: readonly (readonly [string, string, () => void])[] = [
    ['set-dose/not-calibrated', '1', () => doses.replaceAll([])],
    ['set-dose/not-calibrated', '1', () => doses.replaceAll([{ ...own!, aboveCrossover: 0 }])],
    ['change-intensity/beyond-tables', '50000', () => {}],
  ];
  for (const [code, rate, set] of traps) {
    set();
    const before = microscopeOf(instrument).state.intensity;
    const error: unknown = await runItem(instrument, id, { given: 'rate', rate }).catch((reason: unknown) => reason);
    expect({ code, error }).toMatchObject({ code, error: { code } });
    expect(microscopeOf(instrument).state.intensity).toBe(before);
    await knowDose(instrument);
  }
});

test('where two tables contradict each other, the intensity is put back', async () => {
  await using instrument = await virtualInstrument(talos);
  await knowDose(instrument);
  const microscope = microscopeOf(instrument);
  const beam = instrument.kernel.registry.get(BeamCalibrations);
  const tables = instrument.calibrations.records('BeamIntensityTable');
  const whole = tables.all().find(({ spot, probe, rows }) => spot === 5 && probe === 1 && rows.length > 0)!;
  const rows = [...whole.rows].sort((one, other) => one.intensity - other.intensity);
  const third = Math.floor(rows.length / 3);
  // The table of the wide beam says that it dims twice as fast as that of the narrow one, over the third that both have in common.
  const narrow = rows.slice(0, 2 * third);
  const wide = rows.slice(third).map(({ counts, intensity }) => ({ intensity, counts: counts ** 2 }));
  tables.replaceAll([
    { ...whole, rows: narrow },
    { ...whole, rows: wide },
  ]);
  const [dose] = instrument.calibrations.shortTerm('DoseCalibration').all();
  instrument.calibrations.shortTerm('DoseCalibration').replaceAll([{ ...dose!, intensity: rows[1]!.intensity }]);
  const place = { spot: 5, probe: 'micro' as const };
  const rate = beam.doseRate({ ...place, intensity: rows[third + 1]!.intensity })!;
  const start = rows.at(-2)!.intensity;
  microscope.setIntensity(start);
  await expect(runItem(instrument, id, { given: 'rate', rate: String(rate) })).rejects.toMatchObject({
    code: 'set-dose/contradicting',
  });
  expect(microscope.state.intensity).toBe(start);
});

test('stopped after the area of Low Dose was changed, it gives the area its intensity back', async () => {
  await using instrument = await virtualInstrument(talos);
  await knowDose(instrument);
  const lowDose = instrument.kernel.registry.get(LowDose);
  await lowDose.turnOn();
  await lowDose.goTo('Record');
  const { Record: before } = lowDose.areas;
  const change = jest.spyOn(lowDose, 'change');
  change.mockImplementationOnce(async (...given) => {
    change.mockRestore();
    await lowDose.change(...given);
    expect(lowDose.areas.Record).not.toEqual(before);
    instrument.runner.stop();
  });
  const rate = String(0.5 * trueDoseRate(instrument));
  await expect(runItem(instrument, id, { given: 'rate', rate })).rejects.toMatchObject({ code: 'run/stopped' });
  expect(lowDose.areas.Record).toEqual(before);
  expect(microscopeOf(instrument).state.intensity).toBeCloseTo(before.intensity!, 9);
  await lowDose.turnOff();
});
