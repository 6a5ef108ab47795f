import { defineTask, value } from '../../../core/kernel';
import { UserSettings } from '../../../core/user-settings';
import { forgetOffset, lastOffset } from './shift-offset/offset-memory';

/** Puts back the shift offset that was in use before the last one was found. */
export default defineTask({
  id: 'calibrations/tasks/revert-shift-offset',
  needs: { userSettings: UserSettings },
  script: 'RevertAutoLDShiftOffset',
  changes: () => [],
  sets: ['LowDoseViewShift', 'LDSearchShift'],
  results: {
    area: value.text('Area of Low Dose.'),
    offset: value.quantities(
      'Shift offset in image-shift units, and the mag index at which they hold where it is written.',
    ),
  },
  forecast: 'nothing',
  unavailable: ({ userSettings }) =>
    lastOffset(userSettings) ? undefined : 'no shift offset was found in this session',
  async run({ userSettings }, run) {
    const found = lastOffset(userSettings);
    if (!found) return undefined;
    const { setting, before } = found;
    await run.setUserSetting(setting, before);
    forgetOffset(userSettings);
    const area = setting === 'LowDoseViewShift' ? 'View' : 'Search';
    return run.report({ summary: `The shift offset of ${area} is as it was.`, values: { area, offset: before } });
  },
});
