import { type RecordName, applyChanges, isMainRecord } from '../../core/store';
import { expectBroughtBack, sessionProperties, storedText } from '../../testing/bring-back';
import { virtualInstrument } from '../support/virtual-instrument';
import { recordKinds } from './stored-record-kinds';

test('every kind of record that an item declares, and every setting of the session, is tried here', async () => {
  await using instrument = await virtualInstrument();
  const declared = instrument.session.menu().flatMap(({ declaration }) => declaration?.stores ?? []);
  expect(declared.length).toBeGreaterThan(5);
  expect(Object.keys(recordKinds).sort()).toEqual([...new Set([...declared, ...sessionProperties])].sort());
});

test.each(Object.entries(recordKinds))(
  '%s comes back from the history, byte for byte',
  async (name, { present, results }) => {
    await using instrument = await virtualInstrument();
    const { calibrations, settings, history } = instrument;
    const target = { calibrations, settings };
    applyChanges(target, present);
    for (const changes of results) {
      const before = await storedText(instrument);
      const kept = calibrations.snapshot();
      const factor = settings.get('ISdelayScaleFactor');
      const entries = (await history.list()).length;
      const stored = applyChanges(target, changes);
      const rest = { item: name, summary: 'Stored.', values: {}, standardErrors: {}, conditions: {} };
      await history.append({ ...rest, changes: stored });
      expect(await storedText(instrument)).not.toBe(before);
      expect(calibrations.unsaved).toBe(isMainRecord(name as RecordName));
      await expectBroughtBack(instrument, { entries, before });
      calibrations.restore(kept);
      settings.set('ISdelayScaleFactor', factor);
    }
  },
);
