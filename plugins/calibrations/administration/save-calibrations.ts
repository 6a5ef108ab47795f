import { Administrator, type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { type CalibrationResult, Calibrations } from '../../../core/store';

/** Saves all calibrations to the calibration file; the file of the last session is kept as .bak. */
@menuItem({
  id: 'calibrations/administration/save-calibrations',
  menu: [],
  label: 'Save Calibrations',
  summary: 'Saves all calibrations to the calibration file.',
  anytime: true,
  administratorOnly: true,
  touchesNothing: true,
  needs: [Administrator, Calibrations],
  script: 'SaveCalibrations',
  results: { path: 'The file that was written.' },
})
export default class SaveCalibrations implements MenuItem {
  constructor(
    private readonly administrator: Administrator,
    private readonly calibrations: Calibrations,
  ) {}

  unavailable(): string | undefined {
    return this.administrator.on ? undefined : 'Administrator mode is off';
  }

  async run(run: Run): Promise<CalibrationResult> {
    const { path } = await this.calibrations.save();
    run.operator.log(`Calibrations saved to ${path}.`);
    return run.report({ summary: `Calibrations saved to ${path}.`, values: { path } });
  }
}
