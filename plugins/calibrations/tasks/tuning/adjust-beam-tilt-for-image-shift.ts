import { EucentricError, type ImageShiftUnits, subtract, vector } from '../../../../core/base';
import { defineTask } from '../../../../core/kernel';
import { comaOfSetting } from '../../../../core/tuning';
import { adjustedSettings, adjustingForecast, adjustingNeeds, adjustingResults, changeInWords } from './adjusted-coils';

/** Brings beam tilt and stigmator to where an image shift needs them, once. */
export default defineTask({
  id: 'calibrations/tasks/adjust-beam-tilt-for-image-shift',
  not: ['stem'],
  needs: adjustingNeeds,
  script: 'AdjustBeamTiltforIS',
  changes: adjustedSettings,
  results: adjustingResults,
  forecast: adjustingForecast,
  unavailable({ userSettings }) {
    if (!comaOfSetting(userSettings.get('ComaVsISCal'))) return 'needs Coma vs. Image Shift first';
    return userSettings.get('FollowImageShift')
      ? 'beam tilt and stigmator follow image shift already (FollowImageShift)'
      : undefined;
  },
  async run({ following }, run) {
    const [x, y] = run.arguments.map(Number);
    if (run.arguments.length > 0 && !(Number.isFinite(x) && Number.isFinite(y))) throw notAnImageShift(run.arguments);
    const asked = x === undefined || y === undefined ? undefined : vector(x as ImageShiftUnits, y as ImageShiftUnits);
    const before = following.adjusted;
    const now = await following.adjust(asked, run.signal);
    if (!now) throw elsewhere();
    const change = { tilt: subtract(now.tilt, before.tilt), stigmator: subtract(now.stigmator, before.stigmator) };
    const summary = `For the ${asked ? 'given' : 'present'} image shift: ${changeInWords(change)}.`;
    run.operator.log(summary);
    return run.report({ summary, values: change, conditions: { ...run.here() } });
  },
});

const notAnImageShift = (given: readonly string[]): EucentricError =>
  new EucentricError({
    code: 'image-shift-adjustment/not-an-image-shift',
    message: `"${given.join(' ')}" is not an image shift.`,
    hint: 'Give X and Y in image-shift units, or nothing for the present image shift.',
  });

const elsewhere = (): EucentricError =>
  new EucentricError({
    code: 'image-shift-adjustment/other-range',
    message:
      'Coma vs. Image Shift was measured on the other side of low magnification, so nothing is known of coma here.',
    hint: 'Go to the magnification range in which it was measured, or run Coma vs. Image Shift here.',
  });
