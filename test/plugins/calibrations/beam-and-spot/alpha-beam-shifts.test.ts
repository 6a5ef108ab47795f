import { type BeamShiftUnits, type BeamTiltUnits, type Vector, length, subtract } from '../../../../core/base';
import { AlphaSelector, BeamShift, BeamTilt } from '../../../../core/devices';
import { actingOperator } from '../../../../core/kernel';
import { fieldOf, microscopeOf, trueRecords } from '../../../../statistics/support/beam/beam-instrument';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/beam-and-spot/alpha-beam-shifts';
const jeol = {
  configuration: 'jeol-cryo-arm-k2.yaml',
  magIndex: 25,
  simulator: {
    alphaBeamShiftsMicrometres: [
      [0.2, -0.1],
      [-0.3, 0.25],
      [0.05, 0.4],
    ],
    alphaBeamTiltsMilliradians: [
      [0, 0],
      [0.8, -0.3],
      [-0.5, 0.6],
    ],
  },
};
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

const settingsOf = ({ kernel: { registry } }: Instrument) => ({
  alpha: registry.get(AlphaSelector).alpha,
  shift: registry.get(BeamShift).beamShift,
  tilt: registry.get(BeamTilt).beamTilt,
});
/** The shift that centres the beam at an alpha, or the tilt that keeps it straight. */
const centring = (instrument: Instrument, name: 'AlphaBeamShifts' | 'AlphaBeamTilts', alpha: number): Vector => {
  const row = trueRecords(instrument, name).find((each) => each['alpha'] === alpha)!;
  return { x: row['x']!, y: row['y']! };
};
/** An operator who centres the beam, and ends at an alpha. */
const act =
  (instrument: Instrument, endsAt = Infinity) =>
  async (): Promise<string> => {
    const { alpha, shift, tilt } = settingsOf(instrument);
    const now = await alpha.read();
    if (now >= endsAt) return 'End here';
    await shift.write(centring(instrument, 'AlphaBeamShifts', now) as Vector<BeamShiftUnits>);
    await tilt.write(centring(instrument, 'AlphaBeamTilts', now) as Vector<BeamTiltUnits>);
    return 'Centred';
  };

describeMenuItem(id, { ...jeol, act: (instrument) => act(instrument)(), sample: 4 });

describe('on a JEOL column', () => {
  let instrument: Instrument;
  const tables = () =>
    (['AlphaBeamShifts', 'AlphaBeamTilts'] as const).map((name) => instrument.calibrations.records(name).all());
  const run = (answers: Readonly<Record<string, string>> = {}, endsAt?: number) =>
    instrument.runner.run(id, { port: actingOperator(act(instrument, endsAt), answers) });
  beforeAll(async () => {
    instrument = await virtualInstrument(jeol);
  });
  afterAll(() => instrument[Symbol.asyncDispose]());

  test('the stored differences are those of the column', async () => {
    await run();
    for (const name of ['AlphaBeamShifts', 'AlphaBeamTilts'] as const) {
      const rows = instrument.calibrations.records(name).all();
      expect(rows.map(({ alpha }) => alpha)).toEqual([0, 1, 2]);
      for (const { alpha, x, y } of rows) {
        const [stored, truth] = [
          subtract({ x, y }, rows[0]!),
          subtract(centring(instrument, name, alpha), centring(instrument, name, 0)),
        ];
        // The deflectors go in steps, and the column reads back what they hold.
        expect(length(subtract(stored, truth))).toBeLessThan(2e-3);
      }
    }
  });

  test('afterwards a change of alpha leaves the beam within 1 % of the field', async () => {
    const { alpha, shift } = settingsOf(instrument);
    await alpha.write(0);
    await shift.write(centring(instrument, 'AlphaBeamShifts', 0) as Vector<BeamShiftUnits>);
    const limit = 0.01 * (await fieldOf(instrument));
    for (const to of [2, 1, 0]) {
      await alpha.write(to);
      const left = subtract(microscopeOf(instrument).state.beamShift, centring(instrument, 'AlphaBeamShifts', to));
      expect(length(left)).toBeLessThan(limit);
    }
  });

  test('what was done before the end is kept; without even the first alpha everything stays', async () => {
    await run({}, 2);
    expect(tables().map((rows) => rows.length)).toEqual([2, 2]);
    const before = tables();
    const result = await run({}, 0);
    expect(result!.changes).toEqual([]);
    expect(tables()).toEqual(before);
  });

  test('0 removes both tables', async () => {
    await run({ count: '0' });
    expect(tables()).toEqual([[], []]);
    expect((await run({ count: '0' }))!.summary).toContain('no calibration');
  });
});
