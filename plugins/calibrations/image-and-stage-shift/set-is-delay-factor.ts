import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import type { CalibrationResult } from '../../../core/store';

/** Sets the factor by which all delays after image shift are multiplied, for this session. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/set-is-delay-factor',
  menu: ['Image & Stage Shift'],
  label: 'Set IS Delay Factor',
  summary: 'Scales the delay after image shift.',
  anytime: true,
  needs: [Settings],
  questions: [{ id: 'factor', kind: 'number', summary: 'The overall factor; 1 leaves the delays of the properties as they are.' }],
  results: { factor: 'The factor now in force.' },
})
export default class SetImageShiftDelayFactor implements MenuItem {
  constructor(private readonly settings: Settings) {}

  async run(run: Run): Promise<CalibrationResult> {
    const factor = await run.operator.number({
      id: 'factor',
      text: 'Overall factor for the delay after image shift',
      default: this.settings.get('ISdelayScaleFactor'),
      minimum: 0,
      decimals: 2,
    });
    this.settings.set('ISdelayScaleFactor', factor);
    run.operator.log(`Delays after image shift are multiplied by ${factor.toFixed(2)} in this session. To keep it, set ISdelayScaleFactor in the configuration.`);
    return run.report({ summary: `Delay factor ${factor.toFixed(2)}.`, values: { factor } });
  }
}
