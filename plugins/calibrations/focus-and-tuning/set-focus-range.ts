import { counted, readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { keepChanged } from './plans/keep-changed';
import { TuningPlans } from './plans/tuning-plans';

/** Sets range, levels, smoothing and offset of the focus calibration. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/set-focus-range',
  needs: { plans: TuningPlans },
  not: ['stem'],
  questions: {
    range: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: 1,
      maximum: 400,
      why: 'Autofocus finds defocus best within the range that was calibrated. At a high magnification or a large beam tilt take less.',
    },
    levels: {
      kind: 'number',
      integer: true,
      minimum: 3,
      maximum: 49,
      why: 'Each level takes three Focus images. A bent curve needs more levels.',
    },
    smoothing: {
      kind: 'number',
      integer: true,
      minimum: 0,
      maximum: 49,
      why: 'Each level is replaced by the value of a line through this number of neighbours. 0 keeps every level as it was measured; 1 and 2 do nothing.',
    },
    offset: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: -200,
      maximum: 200,
      why: 'The middle of the range. A negative offset moves all levels to more underfocus, away from the weak images near focus.',
    },
  },
  results: {
    range: value.quantity('Distance from the lowest to the highest level.', { unit: 'um' }),
    levels: value.quantity('Number of levels.'),
    smoothing: value.quantity('Levels to which a line is fitted in smoothing; 0 for none.'),
    offset: value.quantity('Defocus of the middle of the range.', { unit: 'um' }),
    step: value.quantity('Distance of two levels.', { unit: 'um' }),
  },
  sets: ['FocusCalRange', 'FocusCalLevels', 'FocusCalSmoothing', 'FocusCalOffset'],
  forecast: 'nothing',
  async run({ plans }, run) {
    const now = plans.focusRange;
    const plan = await run.askAll({
      range: { text: 'Range of defocus', default: now.range },
      levels: { text: 'Levels of defocus', default: now.levels },
      smoothing: { text: 'Levels to smooth over (0 for none)', default: now.smoothing },
      offset: { text: 'Offset of the middle (negative for underfocus)', default: now.offset },
    });
    await keepChanged(run, [
      ['FocusCalRange', plan.range, now.range],
      ['FocusCalLevels', plan.levels, now.levels],
      ['FocusCalSmoothing', plan.smoothing, now.smoothing],
      ['FocusCalOffset', plan.offset, now.offset],
    ]);
    const step = plan.range / (plan.levels - 1);
    return run.report({
      summary: `The focus calibration takes ${counted(plan.levels, 'level')} in steps of ${readable(step, 1)} um, from ${readable(plan.offset - plan.range / 2, 1)} to ${readable(plan.offset + plan.range / 2, 1)} um.`,
      values: { ...plan, step },
    });
  },
});
