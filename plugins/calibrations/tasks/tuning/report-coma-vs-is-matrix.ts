import { readable } from '../../../../core/base';
import { defineTask, value } from '../../../../core/kernel';
import { comaOfSetting } from '../../../../core/tuning';
import { UserSettings } from '../../../../core/user-settings';

/** Tells the change of beam tilt that keeps an image free of coma when the image shift changes. */
export default defineTask({
  id: 'calibrations/tasks/report-coma-vs-is-matrix',
  needs: { userSettings: UserSettings },
  script: 'ReportComaVsISmatrix',
  changes: () => [],
  results: {
    tilt: value.matrix('Change of the beam tilt for a unit of image shift.', { unit: 'tilt per IS unit' }),
    magIndex: value.quantity('Mag index at which it was measured.', { decimals: 0 }),
  },
  forecast: 'nothing',
  unavailable: ({ userSettings }) =>
    comaOfSetting(userSettings.get('ComaVsISCal')) ? undefined : 'needs Coma vs. Image Shift first',
  run({ userSettings }, run) {
    const { tilt, magIndex } = comaOfSetting(userSettings.get('ComaVsISCal'))!;
    const terms = [tilt.xpx, tilt.xpy, tilt.ypx, tilt.ypy].map((each) => readable(each, 4)).join(', ');
    const summary = `Beam tilt for a unit of image shift at mag index ${magIndex}: ${terms}.`;
    run.operator.log(summary);
    return Promise.resolve(run.report({ summary, values: { tilt, magIndex } }));
  },
});
