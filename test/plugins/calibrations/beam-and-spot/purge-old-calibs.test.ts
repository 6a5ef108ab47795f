import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/purge-old-calibs';
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;

const dosesOf = ({ calibrations }: Instrument) => calibrations.shortTerm('DoseCalibration');
const keepDoses = (instrument: Instrument): void => {
  const { openedAt } = instrument.calibrations;
  const rows = [1, 6, 11].flatMap((spot) =>
    [0, 1].flatMap((aboveCrossover) =>
      [0, 1].map((probe) => ({
        spot,
        aboveCrossover,
        probe,
        intensity: 0.5,
        dose: 10,
        time: openedAt - spot,
        aperture: 0,
      })),
    ),
  );
  dosesOf(instrument).replaceAll([...rows, { ...rows[0]!, spot: 12, time: openedAt }]);
};

describeMenuItem(id, { prepare: keepDoses });

test('forgets all spot sizes, sides and probe modes of earlier sessions, and keeps those of this one', async () => {
  await using instrument = await virtualInstrument();
  keepDoses(instrument);
  const { result, said } = await runItem(instrument, id);
  expect(
    dosesOf(instrument)
      .all()
      .map(({ spot }) => spot),
  ).toEqual([12]);
  expect(result!.values['forgotten']).toHaveLength(12);
  expect(said.join('\n')).toContain(
    '12 dose calibrations of earlier sessions forgotten. 1 calibration of this session stays.',
  );
  const again = await runItem(instrument, id);
  expect(again.result!.values).toMatchObject({ forgotten: [], kept: 1 });
  expect(dosesOf(instrument).all()).toHaveLength(1);
});
