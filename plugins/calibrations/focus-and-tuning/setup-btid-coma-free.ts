import { readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { TuningPlans } from './plans/tuning-plans';

/** Sets the defocus of the coma calibration by beam tilt, for this session. */
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
  forecast: 'nothing',
  async run({ plans }, run) {
    const defocus = await run.ask('defocus', {
      text: 'Defocus of coma-free calibration and alignment',
      default: plans.comaDefocus,
    });
    plans.comaDefocus = defocus;
    run.operator.log('To keep this value, set ComaParams in the configuration; it holds until the program ends.');
    return run.report({
      summary: `Coma-free calibration and alignment by beam tilt are done at ${readable(defocus, 1)} um.`,
      values: { defocus },
    });
  },
});
