import { seconds } from '../../../../core/base';
import { Cameras, Illumination, ProbeModeSelector } from '../../../../core/devices';
import { ImageAcquisition, takeImage } from '../../../../core/acquisition';
import { BeamCalibrations, BeamControl } from '../../../../core/illumination';
import { ImageBuffers } from '../../../../core/kernel';
import type { MainRecords } from '../../../../core/store';
import {
  type BeamInstrument,
  condense,
  microscopeOf,
  knowBeam,
  trueDoseRate,
} from '../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/beam/electron-dose';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/electron-dose';
const coarse = coarseCamera(16);
const withCounts = (factor: number) => (yaml: string) =>
  coarseCamera(factor)(yaml).replace(/^( +)Name: .*$/m, '$&\n$1CountsPerElectron: 40');
const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: withCounts(8),
  // Pixels of the size that is written, as Find Pixel Size would have found it.
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.05, pixelScaleError: 0 },
};

/** Spreads the beam over the field and takes an image of it. */
async function exposeBeam(instrument: BeamInstrument, share = 3): Promise<void> {
  const { registry } = instrument.kernel;
  // The virtual microscope begins in nanoprobe, where it has tables of a small range.
  await registry.get(ProbeModeSelector).probeMode.write('micro');
  await condense(instrument, share);
  await takeImage(instrument.session, 'Trial');
}
const prepare = async (instrument: BeamInstrument): Promise<void> => {
  knowBeam(instrument);
  await exposeBeam(instrument);
};
const doses = ({ calibrations }: BeamInstrument) => calibrations.shortTerm('DoseCalibration').all();

describeMenuItem(id, { ...talos, prepare, sample: 2 });

describe('on a column with a linear camera', () => {
  let instrument: BeamInstrument;
  beforeAll(async () => {
    instrument = await virtualInstrument(talos);
    knowBeam(instrument);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('the dose is that of the beam within 1 %, at three widths', async () => {
    for (const share of [2.5, 3.5, 5]) {
      await exposeBeam(instrument, share);
      const truth = trueDoseRate(instrument);
      const { values, standardErrors } = (await runItem(instrument, id)).result!;
      const dose = values['dose'] as number;
      expect(Math.abs(dose / truth - 1)).toBeLessThan(0.01);
      expect((standardErrors['dose'] as number) / dose).toBeLessThan(0.01);
      expect(values['correctedBy']).toBe('linear readout');
    }
  });

  test('it holds at other intensities and spot sizes within 2 %', async () => {
    await exposeBeam(instrument);
    await runItem(instrument, id);
    const beam = instrument.kernel.registry.get(BeamCalibrations);
    const control = instrument.kernel.registry.get(BeamControl);
    const microscope = microscopeOf(instrument);
    const holds = async (): Promise<void> => {
      const found = beam.doseRate(await control.place())!;
      expect(Math.abs(found / trueDoseRate(instrument) - 1)).toBeLessThan(0.02);
    };
    for (const share of [2, 6]) {
      await condense(instrument, share);
      await holds();
    }
    // Other spot sizes have no tables here, so their dose follows only at the intensity at which their ratio was measured.
    const [{ rows }] = instrument.calibrations.records('SpotIntensities').all() as [MainRecords['SpotIntensities']];
    for (const spot of [3, 7]) {
      microscope.setSpotSize(spot);
      microscope.setIntensity(rows.find((row) => row.spot === spot)!.microIntensity);
      await holds();
    }
    microscope.setSpotSize(5);
  });

  test('spot size and intensity are those of the image, whatever the column has now', async () => {
    await exposeBeam(instrument);
    const truth = trueDoseRate(instrument);
    const { spotSize, intensity } = instrument.kernel.registry.get(Illumination);
    const at = await intensity.read();
    await spotSize.write(9);
    await intensity.write(0.61);
    const { values } = (await runItem(instrument, id)).result!;
    expect(values).toMatchObject({ spot: 5, side: 'above' });
    expect(values['intensity']).toBeCloseTo(at, 9);
    expect(Math.abs((values['dose'] as number) / truth - 1)).toBeLessThan(0.01);
    expect(doses(instrument).map(({ spot }) => spot)).toEqual([5]);
    await spotSize.write(5);
  });

  test('an image of anything but the bare beam is refused with the reason, and nothing is stored', async () => {
    const microscope = microscopeOf(instrument);
    instrument.calibrations.shortTerm('DoseCalibration').replaceAll([]);
    const traps: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['dose/not-covered', () => exposeBeam(instrument, 0.9)],
      [
        'dose/saturated',
        async () => {
          microscope.setSpotSize(1);
          await exposeBeam(instrument, 1.3);
        },
      ],
      [
        'dose/no-table',
        async () => {
          microscope.setSpotSize(6);
          await exposeBeam(instrument);
        },
      ],
      [
        'dose/no-image',
        async () => {
          const buffers = instrument.kernel.registry.get(ImageBuffers);
          const { frame, context } = buffers.get('A')!;
          buffers.add(frame, { ...context, kind: 'read from file' });
        },
      ],
      [
        'dose/no-image',
        async () => {
          const buffers = instrument.kernel.registry.get(ImageBuffers);
          const { frame, context } = buffers.get('B')!;
          const { conditions: _, ...rest } = context;
          buffers.add(frame, rest);
        },
      ],
      [
        'dose/outside-tables',
        async () => {
          await exposeBeam(instrument);
          const tables = instrument.calibrations.records('BeamIntensityTable');
          tables.replaceAll(tables.all().map((table) => ({ ...table, rows: table.rows.slice(-6) })));
        },
      ],
    ];
    for (const [code, set] of traps) {
      await set();
      const error: unknown = await runItem(instrument, id).catch((reason: unknown) => reason);
      expect({ code, error }).toMatchObject({ code, error: { code } });
      microscope.setSpotSize(5);
      knowBeam(instrument);
    }
    await exposeBeam(instrument);
    await expect(runItem(instrument, id, { bare: 'no' })).rejects.toMatchObject({ code: 'dose/not-bare' });
    expect(doses(instrument)).toEqual([]);
  });

  test('doses of other spot sizes that follow from it give way once they are old, the highest one too', async () => {
    await exposeBeam(instrument);
    const now = Math.floor(instrument.clock.date().getTime() / 60_000);
    const row = { aboveCrossover: 1, probe: 1, intensity: 0.5, dose: 3, aperture: 0 };
    instrument.calibrations.shortTerm('DoseCalibration').replaceAll([
      { ...row, spot: 2, time: now - 13 * 60 },
      { ...row, spot: 3, time: now - 11 * 60 },
      { ...row, spot: 4, time: now - 13 * 60, aboveCrossover: 0 },
      { ...row, spot: 11, time: now - 13 * 60 },
    ]);
    await runItem(instrument, id);
    expect(doses(instrument).map(({ spot, aboveCrossover }) => [spot, aboveCrossover])).toEqual([
      [3, 1],
      [4, 0],
      [5, 1],
    ]);
  });
});

test('a film in the way is refused, also one of low contrast', async () => {
  const simulator = { ...talos.simulator, contrast: 0.05 };
  await using instrument = await virtualInstrument({ ...talos, edit: withCounts(4), simulator });
  await prepare(instrument);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'dose/not-a-bare-beam' });
  expect(doses(instrument)).toEqual([]);
});

test('counts per electron that are not those of the camera show in the noise', async () => {
  await using instrument = await virtualInstrument(talos);
  await prepare(instrument);
  const buffers = instrument.kernel.registry.get(ImageBuffers);
  const { frame, context } = buffers.get('A')!;
  const data = Float32Array.from(frame.image.data, (count) => count / 10);
  buffers.add({ ...frame, image: { ...frame.image, data } }, context);
  await expect(runItem(instrument, id)).rejects.toMatchObject({
    code: 'dose/not-a-bare-beam',
    message: expect.stringContaining('CountsPerElectron') as string,
  });
});

test('a weak linear image, which is too bright where counts below 0 are cut off, is refused', async () => {
  await using instrument = await virtualInstrument({
    ...talos,
    simulator: { ...talos.simulator, brightestNanoamperes: 0.00005, readNoiseCounts: 4 },
  });
  await prepare(instrument);
  await expect(runItem(instrument, id)).rejects.toMatchObject({
    code: 'dose/not-a-bare-beam',
    message: expect.stringContaining('Counts below 0 are cut off') as string,
  });
});

test('the dose of a column with imperfections', async () => {
  const { errors, stated, verdict } = await table.measure(1, 'FEI with a Ceta');
  expect(verdict).toBe('good');
  expect(Math.abs(errors['percent'] as number)).toBeLessThan(1);
  expect(Math.abs(errors['percent'] as number)).toBeLessThan(4 * (stated!['percent'] as number));
});

describe('on a counting camera', () => {
  /** Efficiency of the camera of the virtual microscope, from which the rate that it counts follows by an integral. */
  const efficiencies = [
    [0.2, 0.99, 0.9, 0.6],
    [5, 0.8, 0.6, 0.3],
    [20, 0.45, 0.3, 0.1],
  ] as const;
  const efficiencyAt = (rate: number): number => {
    const next = efficiencies.findIndex(([each]) => each > rate);
    const right = Math.max(1, next < 0 ? efficiencies.length - 1 : next);
    const [one, other] = [efficiencies[right - 1]!, efficiencies[right]!];
    const place = (rate - one[0]) / (other[0] - one[0]);
    return Math.min(1, one[1] * Math.exp(place * Math.log(other[1] / one[1])));
  };
  /** Counted rate: its root grows by the root of the efficiency over twice the root of the rate. */
  const countedAt = (rate: number): number => {
    const steps = 4000;
    let root = 0;
    for (let at = 0; at < steps; at++) {
      const middle = ((at + 0.5) * Math.sqrt(rate)) / steps;
      root += (Math.sqrt(efficiencyAt(middle * middle)) * Math.sqrt(rate)) / steps;
    }
    return root * root;
  };
  const rates = [0.5, 1, 2, 3, 5, 7, 10, 14, 20, 28];
  const table = `DoseRateTable: { scaling: 37, rows: [${rates.map((rate) => `[${37 * countedAt(rate)}, ${rate}]`).join(', ')}] }`;
  const k2 = (nanoamperes: number, extra = ''): Parameters<typeof virtualInstrument>[0] => ({
    configuration: 'jeol-cryo-arm-k2.yaml',
    magIndex: 25,
    edit: (yaml) => coarse(yaml).replace(/^( +)CountsPerElectron: 37$/m, `$&${extra && `\n$1${extra}`}`),
    simulator: {
      condenser: 'lenses',
      contrast: 0,
      brightestNanoamperes: nanoamperes,
      pixelScaleError: 0,
      countingEfficiency: efficiencies.map((row) => [...row]),
    },
  });
  const exposeCounting = async (instrument: BeamInstrument): Promise<void> => {
    knowBeam(instrument);
    await condense(instrument, 3);
    const { selected } = instrument.kernel.registry.get(Cameras);
    const { width, height, binnings } = selected.traits;
    const conditions = {
      spotSize: await instrument.kernel.registry.get(Illumination).spotSize.read(),
      intensity: await instrument.kernel.registry.get(Illumination).intensity.read(),
    };
    await instrument.kernel.registry.get(ImageAcquisition).take(
      selected.fit({
        binning: binnings[1]!,
        area: { left: 0, top: 0, right: width, bottom: height },
        exposure: seconds(2),
        driftSettling: seconds(0),
        processing: 'gain normalized',
        readMode: 'counting',
      }),
      { conditions },
    );
  };

  test('what it missed is added by the table of the site', async () => {
    await using instrument = await virtualInstrument(k2(0.004, table));
    await exposeCounting(instrument);
    const truth = trueDoseRate(instrument);
    const { values, summary } = (await runItem(instrument, id)).result!;
    expect(values['correctedBy']).toBe('DoseRateTable');
    expect(values['lossFactor']).toBeGreaterThan(1.02);
    expect({ summary, off: Math.abs((values['dose'] as number) / truth - 1) < 0.01 }).toMatchObject({ off: true });
  });

  test('without a table, or beyond it, it is refused', async () => {
    await using bare = await virtualInstrument(k2(0.004));
    await exposeCounting(bare);
    await expect(runItem(bare, id)).rejects.toMatchObject({ code: 'dose/counting-loss' });
    await using short = await virtualInstrument(k2(0.004, 'DoseRateTable: [[0.1, 0.1], [0.2, 0.21]]'));
    await exposeCounting(short);
    await expect(runItem(short, id)).rejects.toMatchObject({ code: 'dose/beyond-table' });
  });
});
