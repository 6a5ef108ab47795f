import { Scope } from '../../../core/devices';
import { type MenuItem, type NumberQuestion, type Run, menuItem } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import type { CalibrationResult } from '../../../core/store';
import { valueSuggestion } from '../shared/result/property-suggestions';
import { usualStageError } from './stage-shift/stage-shift-plan';

/** A cycle shorter than this, in micrometres, is no cycle of a stage drive. */
const shortestCycle = 0.1;

/** Sets over which lengths the error of the stage repeats, for this session. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/set-cycle-lengths',
  menu: ['Image & Stage Shift'],
  label: 'Set Cycle Lengths',
  summary: 'Sets the length in X and Y over which the stage error repeats.',
  touchesNothing: true,
  needs: [Scope, Settings],
  questions: [
    { id: 'cycle-x', kind: 'number', summary: 'Length of a cycle of the X drive in um; not kept beyond the session.' },
    { id: 'cycle-y', kind: 'number', summary: 'Length of a cycle of the Y drive in um.' },
  ],
  results: { cycleX: 'Cycle of the X drive in um.', cycleY: 'Cycle of the Y drive in um.' },
  units: { cycleX: 'um', cycleY: 'um' },
})
export default class SetCycleLengths implements MenuItem {
  constructor(
    private readonly scope: Scope,
    private readonly settings: Settings,
  ) {}

  async run(run: Run): Promise<CalibrationResult> {
    const usual = this.scope.traits.stageError ?? usualStageError;
    const [cycleX, cycleY] = await run.operator.askAll([
      this.question('StageCycleLengthX', 'cycle-x', 'Cycle length of the stage error in X', usual.cycleX),
      this.question('StageCycleLengthY', 'cycle-y', 'Cycle length of the stage error in Y', usual.cycleY),
    ]);
    this.settings.set('StageCycleLengthX', cycleX);
    this.settings.set('StageCycleLengthY', cycleY);
    run.operator.log(
      'The cycle lengths hold for this session. To keep them, set StageCycleLengthX and StageCycleLengthY in the configuration.',
    );
    return run.report({
      summary: `Stage cycles of ${cycleX.toFixed(1)} and ${cycleY.toFixed(1)} um.`,
      values: { cycleX, cycleY },
      propertySuggestions: [
        valueSuggestion('StageCycleLengthX', cycleX, 'cycle of the X drive', 'um'),
        valueSuggestion('StageCycleLengthY', cycleY, 'cycle of the Y drive', 'um'),
      ],
    });
  }

  private question(
    name: 'StageCycleLengthX' | 'StageCycleLengthY',
    id: string,
    text: string,
    usual: number,
  ): NumberQuestion {
    const entered = this.settings.get(name);
    return {
      kind: 'number',
      id,
      text,
      unit: 'um',
      decimals: 1,
      minimum: shortestCycle,
      default: entered > 0 ? entered : usual,
    };
  }
}
