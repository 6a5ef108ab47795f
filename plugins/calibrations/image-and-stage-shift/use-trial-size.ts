import { defineToggle } from '../../../core/kernel';
import { Settings } from '../../../core/settings';

/** Uses the area of Trial images instead of the full camera in shift calibrations; for this session. */
export default defineToggle({
  id: 'calibrations/image-and-stage-shift/use-trial-size',
  needs: { settings: Settings },
  anytime: true,
  read: ({ settings }) => settings.get('UseTrialSizeForShiftCal'),
  write: ({ settings }, on) => settings.set('UseTrialSizeForShiftCal', on),
  says: {
    on: 'Shift calibrations use the area of Trial images. This holds until the program ends; UseTrialSizeForShiftCal in the configuration keeps it.',
    off: 'Shift calibrations use the full camera. This holds until the program ends; UseTrialSizeForShiftCal in the configuration keeps it.',
  },
});
