import { defineToggle } from '../../../core/kernel';
import { Settings } from '../../../core/settings';

/** Keeps the binning of Trial images in shift calibrations instead of choosing one; for this session. */
export default defineToggle({
  id: 'calibrations/image-and-stage-shift/use-trial-binning',
  needs: { settings: Settings },
  anytime: true,
  read: ({ settings }) => settings.get('UseTrialBinningForShiftCal'),
  write: ({ settings }, on) => settings.set('UseTrialBinningForShiftCal', on),
  says: {
    on: 'Shift calibrations keep the binning of Trial. This holds until the program ends; UseTrialBinningForShiftCal in the configuration keeps it.',
    off: 'Shift calibrations choose a binning for images of suitable size. This holds until the program ends; UseTrialBinningForShiftCal in the configuration keeps it.',
  },
});
