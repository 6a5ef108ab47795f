import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Settings } from '../../../core/settings';

/** Toggles whether shift calibrations keep the binning of Trial images instead of choosing one; for this session. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/use-trial-binning',
  menu: ['Image & Stage Shift'],
  label: 'Use Trial Binning',
  summary: 'Keeps the binning of Trial images in shift calibrations.',
  kind: 'toggle',
  anytime: true,
  touchesNothing: true,
  needs: [Settings],
})
export default class UseTrialBinning implements MenuItem {
  constructor(private readonly settings: Settings) {}

  checked(): boolean {
    return this.settings.get('UseTrialBinningForShiftCal');
  }

  async run(run: Run): Promise<void> {
    this.settings.set('UseTrialBinningForShiftCal', !this.checked());
    run.operator.log(
      `Shift calibrations ${this.checked() ? 'keep the binning of Trial' : 'choose a binning for images of suitable size'}.`,
    );
  }
}
