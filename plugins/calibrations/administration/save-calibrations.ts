import { Administrator, defineItem, value } from '../../../core/kernel';
import { Calibrations } from '../../../core/store';

/** Saves all calibrations to the calibration file; the file of the last session is kept as .bak. */
export default defineItem({
  id: 'calibrations/save-calibrations',
  needs: { administrator: Administrator, calibrations: Calibrations },
  script: 'SaveCalibrations',
  results: { path: value.text('The file that was written.') },
  order: { step: 'saving' },
  saves: true,
  anytime: true,
  administratorOnly: true,
  forecast: 'nothing',
  unavailable: ({ administrator }) => (administrator.on ? undefined : 'Administrator mode is off'),
  async run({ calibrations }, run) {
    const { path } = await calibrations.save();
    run.operator.log(`Calibrations saved to ${path}.`);
    return run.report({ summary: `Calibrations saved to ${path}.`, values: { path } });
  },
});
