import { Scope } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { valueSuggestion } from '../shared/result/property-suggestions';
import { cyclesInWords, usualStageError } from './stage-shift/stage-shift-plan';

/** Lower limit of a cycle in micrometres. No stage drive repeats over less. */
const minCycle = 0.1;

/** Sets the lengths over which the error of the stage repeats, for this session. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/set-cycle-lengths',
  needs: { scope: Scope, settings: Settings },
  questions: {
    'cycle-x': {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: minCycle,
      why: 'Stage Shift measures over one whole cycle of the X drive. The value holds until the program ends.',
    },
    'cycle-y': {
      kind: 'number',
      unit: 'um',
      decimals: 1,
      minimum: minCycle,
      why: 'Stage Shift measures over one whole cycle of the Y drive.',
    },
  },
  results: {
    cycleX: value.quantity('Cycle of the X drive in um.', { unit: 'um', decimals: 1 }),
    cycleY: value.quantity('Cycle of the Y drive in um.', { unit: 'um', decimals: 1 }),
  },
  forecast: 'nothing',
  async run({ scope, settings }, run) {
    const usual = scope.traits.stageError ?? usualStageError;
    const [enteredX, enteredY] = [settings.get('StageCycleLengthX'), settings.get('StageCycleLengthY')];
    const { 'cycle-x': cycleX, 'cycle-y': cycleY } = await run.askAll({
      'cycle-x': { text: 'Cycle length of the stage error in X', default: enteredX > 0 ? enteredX : usual.cycleX },
      'cycle-y': { text: 'Cycle length of the stage error in Y', default: enteredY > 0 ? enteredY : usual.cycleY },
    });
    settings.set('StageCycleLengthX', cycleX);
    settings.set('StageCycleLengthY', cycleY);
    run.operator.log(
      'The cycle lengths hold for this session. To keep them, set StageCycleLengthX and StageCycleLengthY in the configuration.',
    );
    return run.report({
      summary: `Stage cycles of ${cyclesInWords({ cycleX, cycleY })}.`,
      values: { cycleX, cycleY },
      propertySuggestions: [
        valueSuggestion('StageCycleLengthX', cycleX, 'cycle of the X drive', 'um'),
        valueSuggestion('StageCycleLengthY', cycleY, 'cycle of the Y drive', 'um'),
      ],
    });
  },
});
