import { readable } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { keepChanged } from './plans/keep-changed';
import { TuningPlans } from './plans/tuning-plans';

/** Sets the stigmator step and the defocus of the astigmatism calibrations. */
export default defineItem({
  id: 'calibrations/focus-and-tuning/setup-astigmatism',
  needs: { plans: TuningPlans },
  questions: {
    'stigmator-step': {
      kind: 'number',
      decimals: 3,
      minimum: 0.001,
      maximum: 0.5,
      why: 'Both calibrations change the stigmator so far to either side. It should bring about 0.8 um of astigmatism.',
    },
    defocus: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: -20,
      maximum: 20,
      why: 'Astigmatism by BTID alone: the middle of its two defocus values.',
    },
    range: {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: 0.5,
      maximum: 50,
      why: 'Astigmatism by BTID alone: the distance of its two defocus values.',
    },
  },
  results: {
    stigmatorStep: value.quantity('Change of the stigmator to either side.'),
    defocus: value.quantity('Middle of the two defocus values.', { unit: 'um' }),
    defocusRange: value.quantity('Distance of the two defocus values.', { unit: 'um' }),
  },
  sets: ['AstigCalStep', 'AstigCalDefocus', 'AstigCalFocusRange'],
  forecast: 'nothing',
  async run({ plans }, run) {
    const now = plans.astigmatism;
    const answers = await run.askAll({
      'stigmator-step': { text: 'Change of the objective stigmator', default: now.stigmatorStep },
      defocus: { text: 'Middle defocus (by BTID)', default: now.defocus },
      range: { text: 'Range of defocus (by BTID)', default: now.defocusRange },
    });
    const { 'stigmator-step': stigmatorStep, defocus, range: defocusRange } = answers;
    await keepChanged(run, [
      ['AstigCalStep', stigmatorStep, now.stigmatorStep],
      ['AstigCalDefocus', defocus, now.defocus],
      ['AstigCalFocusRange', defocusRange, now.defocusRange],
    ]);
    return run.report({
      summary: `Astigmatism is calibrated with stigmator steps of ${readable(stigmatorStep, 3)}.`,
      values: { stigmatorStep, defocus, defocusRange },
    });
  },
});
