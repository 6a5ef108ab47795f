import { BeamCalibrations, BeamControl } from '../../../../core/illumination';
import { actingOperator } from '../../../../core/kernel';
import { type BeamInstrument, evenBeam, microscopeOf } from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table, { percentsBetween, prepareSizes } from '../../../../statistics/tables/beam/beam-size';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/beam-size';
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 28,
  edit: coarseCamera(16),
  simulator: {
    condenser: 'lenses',
    contrast: 0,
    brightestNanoamperes: 0.012,
    pixelScaleError: 0,
    pixelScaleSpread: 0,
    ...evenBeam,
  },
};
const start = 1;

describeMenuItem(id, {
  ...talos,
  prepare: (instrument) => prepareSizes(instrument, start),
  answers: { factor: '4', aperture: '50' },
  sample: 4,
});

test.each(table.rows!)('diameters from 0.4 um to 9 um, and those between them: %s', async (row) => {
  for (const seed of [1, 2]) {
    const { errors, verdict } = await table.measure(seed, row, coarseCamera(8));
    expect(verdict).toBe('good');
    for (const percent of [errors['percent'], errors['between']].flat()) expect(Math.abs(percent!)).toBeLessThan(1);
  }
});

describe('on an FEI column', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(talos);
    await prepareSizes(instrument, start);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  const stored = () => instrument.calibrations.records('BeamSizeCal').all();
  const crossovers = () => instrument.calibrations.records('CrossoverIntensity');

  test('without a crossover, or the effect of beam shift, it does not begin', async () => {
    const shifts = instrument.calibrations.records('BeamShiftCalibration');
    for (const [records, code] of [
      [crossovers(), 'beam-size/no-crossover'],
      [shifts, 'beam-size/not-calibrated'],
    ] as const) {
      const rows = records.all();
      records.replaceAll([]);
      await expect(runItem(instrument, id)).rejects.toMatchObject({ code });
      records.replaceAll(rows as never);
    }
    expect(stored()).toEqual([]);
  });

  test('a beam that was hidden at the second diameter is measured when the operator has mended it, or nothing is stored', async () => {
    const microscope = microscopeOf(instrument);
    const { intensity, beamShift } = microscope.state;
    const run = (pressed: 'Measure again' | 'Give up') => {
      let hidden = false;
      const operator = actingOperator(async () => {
        if (pressed === 'Measure again') microscope.setBeamShift({ x: 0, y: 0 });
        return pressed;
      });
      const port = Object.assign(operator, {
        progress: ({ text }: { readonly text: string }) => {
          if (text !== 'second diameter' || hidden) return;
          hidden = true;
          microscope.setBeamShift({ x: 40, y: 40 });
        },
      });
      return instrument.runner.run(id, { port, answers: { factor: '4', aperture: '50' } } as never);
    };
    await expect(run('Give up')).rejects.toMatchObject({ code: 'beam-size/given-up' });
    expect(stored()).toEqual([]);
    const result = await run('Measure again');
    expect(result!.values['sizes']).toHaveLength(3);
    expect(microscope.state).toMatchObject({ beamShift, intensity: expect.closeTo(intensity, 9) as number });
  });

  test('each side of crossover keeps its own, and the same side is replaced', async () => {
    await runItem(instrument, id, { factor: '3', aperture: '50' });
    const microscope = microscopeOf(instrument);
    const place = await instrument.kernel.registry.get(BeamControl).place();
    const crossover = instrument.kernel.registry.get(BeamCalibrations).crossover(place)!;
    const { intensity } = microscope.state;
    microscope.setIntensity(2 * crossover - intensity);
    await runItem(instrument, id, { factor: '3', aperture: '50' });
    microscope.setIntensity(intensity);
    expect(stored().map(({ intensity1 }) => intensity1 > crossover)).toEqual([true, false]);
    expect(stored()[0]!.c2Aperture).toBe(50);
  });

  test('the diameters between those that were measured follow from them', async () => {
    const [row] = stored();
    const percents = await percentsBetween(instrument, row!.intensity1, row!.intensity3);
    for (const percent of percents) expect(Math.abs(percent)).toBeLessThan(0.7);
    microscopeOf(instrument).setIntensity(row!.intensity1);
  });

  test('a crossover that is stored wrongly is refused', async () => {
    const before = stored();
    const rows = crossovers().all();
    const wrong = (by: number) => rows.map((row) => ({ ...row, nano: row.nano + by, micro: row.micro + by }));
    const { intensity } = microscopeOf(instrument).state;
    const place = await instrument.kernel.registry.get(BeamControl).place();
    const away = intensity - instrument.kernel.registry.get(BeamCalibrations).crossover(place)!;
    // The second one is taken for the other side.
    for (const part of [0.8, 1.5]) {
      crossovers().replaceAll(wrong(part * away));
      await expect(runItem(instrument, id, { factor: '3' })).rejects.toMatchObject({ code: 'beam-size/refused' });
    }
    crossovers().replaceAll(rows);
    expect(stored()).toEqual(before);
  });
});
