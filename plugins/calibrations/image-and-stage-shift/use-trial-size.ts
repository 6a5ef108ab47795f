import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Settings } from '../../../core/settings';

/** Toggles whether shift calibrations use the area of Trial images instead of the full camera; for this session. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/use-trial-size',
  menu: ['Image & Stage Shift'],
  label: 'Use Trial Size',
  summary: 'Keeps the area of Trial images in shift calibrations.',
  kind: 'toggle',
  anytime: true,
  touchesNothing: true,
  needs: [Settings],
})
export default class UseTrialSize implements MenuItem {
  constructor(private readonly settings: Settings) {}

  checked(): boolean {
    return this.settings.get('UseTrialSizeForShiftCal');
  }

  async run(run: Run): Promise<void> {
    this.settings.set('UseTrialSizeForShiftCal', !this.checked());
    run.operator.log(`Shift calibrations use ${this.checked() ? 'the area of Trial images' : 'the full camera'}.`);
  }
}
