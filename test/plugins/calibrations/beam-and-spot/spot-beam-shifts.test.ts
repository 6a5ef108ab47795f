import { type BeamShiftUnits, type Vector, length, magIndex, subtract } from '../../../../core/base';
import { BeamShift, Illumination, Scope } from '../../../../core/devices';
import { actingOperator } from '../../../../core/kernel';
import { fieldOf, microscopeOf, trueRecords } from '../../../../statistics/support/beam/beam-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/spot-beam-shifts';
const spotBeamShiftsMicrometres = Array.from({ length: 11 }, (_, at) => [0.03 * at, 0.2 - 0.01 * at * at]);
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

const settingsOf = ({ kernel: { registry } }: Instrument) => ({
  spot: registry.get(Illumination).spotSize,
  shift: registry.get(BeamShift).beamShift,
});
/** The beam shift that centres the beam at a spot size. */
const centring = (instrument: Instrument, spot: number): Vector<BeamShiftUnits> =>
  (trueRecords(instrument, 'SpotBeamShifts')[0]!['rows'] as unknown as readonly Vector<BeamShiftUnits>[])[spot - 1]!;
/** An operator who centres the beam, and ends at a spot size. */
const act = (instrument: Instrument, endsAt?: number) => async (): Promise<string> => {
  const { spot, shift } = settingsOf(instrument);
  const now = await spot.read();
  if (now === endsAt) return 'End here';
  await shift.write(centring(instrument, now));
  return 'Centred';
};
const recordOf = ({ calibrations }: Instrument) => calibrations.records('SpotBeamShifts').all()[0];

const talos = { configuration: 'talos-ceta.yaml', magIndex: 25, simulator: { spotBeamShiftsMicrometres } };
describeMenuItem(id, { ...talos, act: (instrument) => act(instrument)(), sample: 4 });

test.each([
  ['talos-ceta.yaml', 25, 1, 11],
  ['jeol-cryo-arm-k2.yaml', 22, 1, 5],
  ['hitachi-ht7700.yaml', 32, 1, 5],
])('afterwards a change of spot size leaves the beam where it is: %s', async (configuration, mag, first, last) => {
  await using instrument = await virtualInstrument({ ...talos, configuration, magIndex: mag });
  const { spot, shift } = settingsOf(instrument);
  const { brightestSpotSize } = instrument.kernel.registry.get(Illumination);
  const seen: number[] = [];
  const centre = act(instrument);
  const port = actingOperator(async () => {
    seen.push(await spot.read());
    return centre();
  });
  await instrument.runner.run(id, { port });
  // From the dimmest to the brightest, which is the highest number on a Hitachi.
  expect(seen.at(-1)).toBe(brightestSpotSize);
  const secondary = configuration.startsWith('hitachi');
  expect(recordOf(instrument)).toMatchObject(
    secondary
      ? { secondaryMinimumSpot: first, secondaryMaximumSpot: last, minimumSpot: 0 }
      : { minimumSpot: first, maximumSpot: last, secondaryMinimumSpot: 0 },
  );
  await spot.write(first);
  await shift.write(centring(instrument, first));
  const limit = 0.01 * (await fieldOf(instrument));
  for (const to of [last, 3, 2, first]) {
    await spot.write(to);
    const left = subtract(microscopeOf(instrument).state.beamShift, centring(instrument, to));
    expect(length(left)).toBeLessThan(limit);
  }
});

test('each range of magnification has shifts of its own, and none takes the place of the other', async () => {
  await using instrument = await virtualInstrument({ ...talos, configuration: 'hitachi-ht7700.yaml', magIndex: 32 });
  const { registry } = instrument.kernel;
  const lowest = instrument.settings.get('LowestSecondaryModeMag');
  expect(lowest).toBeGreaterThan(1);
  await instrument.runner.run(id, { port: actingOperator(act(instrument)) });
  const before = recordOf(instrument)!;
  await registry.get(Scope).magIndex.write(magIndex(lowest - 1));
  await instrument.runner.run(id, { port: actingOperator(act(instrument, 4), { dimmest: '2' }) });
  const after = recordOf(instrument)!;
  expect(after).toMatchObject({ minimumSpot: 2, maximumSpot: 3, secondaryMinimumSpot: 1, secondaryMaximumSpot: 5 });
  expect(after.rows.slice(2)).toEqual(before.rows);
});

test('one spot size is too few: refused where it is asked for, and without effect where the series ends there', async () => {
  await using instrument = await virtualInstrument(talos);
  await expect(
    instrument.runner.run(id, { port: actingOperator(act(instrument), { dimmest: '1' }) }),
  ).rejects.toMatchObject({ code: 'spot-beam-shifts/too-few' });
  const result = await instrument.runner.run(id, { port: actingOperator(act(instrument, 10)) });
  expect(result!.changes).toEqual([]);
  expect(recordOf(instrument)).toBeUndefined();
});
