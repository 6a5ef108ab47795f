import { defineItem, value } from '../../../core/kernel';
import { Calibrations } from '../../../core/store';
import { oldDoses } from './dose/old-doses';

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
    const { rows, kept, summary, changes } = oldDoses(calibrations, run.clock.date());
    const values = { forgotten: rows, kept };
    run.operator.log(summary);
    return changes.length === 0 ? run.report({ summary, values }) : run.accept({ summary, values, changes });
  },
});
