import { readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { keepChanged } from './plans/keep-changed';
import { TuningPlans } from './plans/tuning-plans';

/** Sets the defocus of the coma calibration by beam tilt. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/old-coma-free-alignment/setup-btid-coma-free',
  needs: { plans: TuningPlans },
  questions: {
    defocus: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: -20,
      maximum: 20,
      why: 'A little underfocus makes the images easier to compare. Coma itself does not depend on it.',
    },
  },
  results: { defocus: value.quantity('Defocus of calibration and alignment.', { unit: 'um' }) },
  sets: ['ComaCalDefocus'],
  forecast: 'nothing',
  async run({ plans }, run) {
    const now = plans.comaDefocus;
    const defocus = await run.ask('defocus', {
      text: 'Defocus of coma-free calibration and alignment',
      default: now,
    });
    await keepChanged(run, [['ComaCalDefocus', defocus, now]]);
    return run.report({
      summary: `Coma-free calibration and alignment by beam tilt are done at ${readable(defocus, 1)} um.`,
      values: { defocus },
    });
  },
});
