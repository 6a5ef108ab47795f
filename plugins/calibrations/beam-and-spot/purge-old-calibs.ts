import { counted } from '../../../core/base';
import { probeOfNumber } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { Calibrations, remove } from '../../../core/store';

const millisecondsPerMinute = 60_000;

/** Forgets the dose calibrations that were made before this program was started. */
export default defineItem({
  id: 'calibrations/purge-old-calibs',
  needs: { calibrations: Calibrations },
  not: ['stem'],
  results: {
    forgotten: value.table('The dose calibrations that were forgotten.', {
      spot: value.quantity('Spot size.'),
      probe: value.text('Probe mode: micro or nano.'),
      side: value.text('Side of crossover: above or below.'),
      dose: value.quantity('Dose rate.', { unit: 'e/A2/s', decimals: 2 }),
      hours: value.quantity('Hours since it was made.', { decimals: 1 }),
    }),
    kept: value.quantity('Number of dose calibrations of this session, which stay.'),
  },
  stores: ['DoseCalibration'],
  forecast: 'nothing',
  async run({ calibrations }, run) {
    const now = run.clock.date().getTime() / millisecondsPerMinute;
    const all = calibrations.shortTerm('DoseCalibration').all();
    // Time stamps are whole minutes: one of the minute in which the session began may be of it.
    const old = all.filter(({ time }) => time < calibrations.openedAt);
    const values = {
      forgotten: old.map(({ spot, probe, aboveCrossover, dose, time }) => ({
        spot,
        probe: probeOfNumber(probe),
        side: aboveCrossover === 1 ? 'above' : 'below',
        dose,
        hours: Math.max(0, now - time) / 60,
      })),
      kept: all.length - old.length,
    };
    const rest =
      values.kept > 0
        ? ` ${counted(values.kept, 'calibration')} of this session ${values.kept === 1 ? 'stays' : 'stay'}.`
        : '';
    if (old.length === 0)
      return run.report({ summary: `There is no dose calibration of an earlier session.${rest}`, values });
    const summary = `${counted(old.length, 'dose calibration')} of earlier sessions forgotten.${rest}`;
    run.operator.log(summary);
    return run.accept({
      summary,
      values,
      changes: old.map(({ spot, aboveCrossover, probe }) => remove('DoseCalibration', { spot, aboveCrossover, probe })),
    });
  },
});
