import { VirtualClock, micrometres } from '../../../core/base';
import { FeiApertures } from '../../../plugins/fei/apertures';
import { FeiIlluminatedArea } from '../../../plugins/fei/illuminated-area';
import { simulatedFeiWire } from '../../../plugins/fei/wires/simulated-wire';
import { VirtualMicroscope, buildTruth, perfectRecords, simulatorOptions, type Instrument } from '../../../simulation';

const instrument: Instrument = {
  magnifications: [
    { index: 1, magnification: 200, low: true },
    { index: 5, magnification: 3000, low: false },
  ],
  cameras: [{ index: 0, name: 'camera', width: 256, height: 256 }],
  views: [{ magIndex: 5, camera: 0, pixelSizeMicrometres: 0.1, rotationDegrees: 0 }],
  specimenToStage: { xpx: -1, xpy: 0, ypx: 0, ypy: -1 },
};

/** A column with three condensers whose virtual condenser has a crossover. */
async function threeCondensers() {
  const clock = new VirtualClock();
  const truth = buildTruth(simulatorOptions.parse({ condenser: 'lenses', crossoverScatter: 0.002 }), instrument);
  const microscope = new VirtualMicroscope(truth, { seed: 1, now: () => clock.now() });
  const transport = simulatedFeiWire(() => microscope, clock);
  await transport.open();
  const limits = perfectRecords(truth, instrument).filter(({ record }) => record === 'IllumAreaLimits');
  return { transport, microscope, area: new FeiIlluminatedArea(transport).illuminatedArea, limits };
}

describe('the illuminated area of a column with three condensers', () => {
  test('stops at the limits of each spot size and probe mode, and reads back where it stopped', async () => {
    const { transport, area, limits } = await threeCondensers();
    for (const probe of ['micro', 'nano'] as const) {
      await transport.setProbeMode(probe === 'micro' ? 1 : 0);
      for (const row of limits) {
        await transport.setSpotSize(row['spot'] as number);
        await area.write(micrometres(1000));
        expect((await area.read()) * 1e4).toBeCloseTo(row[`${probe}High`] as number, 9);
        await area.write(micrometres(-1000));
        expect((await area.read()) * 1e4).toBeCloseTo(row[`${probe}Low`] as number, 9);
      }
    }
    const highs = new Set(limits.map(({ microHigh }) => microHigh));
    expect(highs.size).toBe(limits.length);
  });

  test('keeps what lies within them, below crossover as well', async () => {
    const { area, microscope } = await threeCondensers();
    for (const wanted of [3.2, -1.7]) {
      await area.write(micrometres(wanted));
      expect((await area.read()) * 1e6).toBeCloseTo(wanted, 6);
      expect(microscope.state.beamDiameter).toBeCloseTo(Math.abs(wanted), 2);
    }
  });

  test('grows with the condenser aperture at the same lens current', async () => {
    const { area, transport } = await threeCondensers();
    const apertures = new FeiApertures(transport, { condenserApertures: [150, 100, 70, 50], objectiveApertures: [] });
    await apertures.condenserAperture.write(micrometres(50));
    await area.write(micrometres(2));
    await apertures.condenserAperture.write(micrometres(70));
    expect((await area.read()) * 1e6).toBeCloseTo(2.8, 6);
    await apertures.condenserAperture.write(micrometres(0));
    expect(await apertures.condenserAperture.read()).toBe(0);
  });
});

test('an aperture that the column does not have is refused', async () => {
  const { transport } = await threeCondensers();
  await expect(transport.setCondenserAperture(55)).rejects.toThrow(/no condenser aperture of 55 um/);
  await expect(transport.setObjectiveAperture(55)).rejects.toThrow(/no objective aperture of 55 um/);
});
