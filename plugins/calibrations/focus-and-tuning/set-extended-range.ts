import { readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { keepChanged } from './plans/keep-changed';
import { TuningPlans } from './plans/tuning-plans';

/** Sets the sparse levels of the extended focus calibration. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/set-extended-range',
  needs: { plans: TuningPlans },
  not: ['stem'],
  questions: {
    lowest: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: -1000,
      maximum: 0,
      why: 'The strongest underfocus that is calibrated, such as that of View images.',
    },
    highest: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: 0,
      maximum: 1000,
      why: 'The strongest overfocus that is calibrated.',
    },
    interval: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: 6,
      maximum: 200,
      why: 'The greatest distance of two levels outside the regular range. Each level takes three Focus images.',
    },
    'tilt-factor': {
      kind: 'number',
      decimals: 2,
      minimum: 0.1,
      maximum: 1,
      why: 'Far from focus a smaller beam tilt keeps the same features in both images.',
    },
  },
  results: {
    lowest: value.quantity('Lowest level.', { unit: 'um' }),
    highest: value.quantity('Highest level.', { unit: 'um' }),
    interval: value.quantity('Greatest distance of two sparse levels.', { unit: 'um' }),
    tiltFactor: value.quantity('Beam tilt at the sparse levels, as a share of that at the regular ones.'),
  },
  sets: ['ExtendedCalLowest', 'ExtendedCalHighest', 'ExtendedCalInterval', 'ExtendedCalTiltFactor'],
  forecast: 'nothing',
  async run({ plans }, run) {
    const now = plans.extendedRange;
    const { 'tilt-factor': tiltFactor, ...levels } = await run.askAll({
      lowest: { text: 'Lowest defocus (negative)', default: now.lowest },
      highest: { text: 'Highest defocus', default: now.highest },
      interval: { text: 'Interval outside the regular range', default: now.interval },
      'tilt-factor': { text: 'Beam tilt there, as a share of the regular one', default: now.tiltFactor },
    });
    await keepChanged(run, [
      ['ExtendedCalLowest', levels.lowest, now.lowest],
      ['ExtendedCalHighest', levels.highest, now.highest],
      ['ExtendedCalInterval', levels.interval, now.interval],
      ['ExtendedCalTiltFactor', tiltFactor, now.tiltFactor],
    ]);
    return run.report({
      summary: `The extended focus calibration goes from ${readable(levels.lowest, 1)} to ${readable(levels.highest, 1)} um in steps of at most ${readable(levels.interval, 1)} um.`,
      values: { ...levels, tiltFactor },
    });
  },
});
