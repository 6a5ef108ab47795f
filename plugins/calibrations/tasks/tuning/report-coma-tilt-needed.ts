import { readable } from '../../../../core/base';
import { defineTask, value } from '../../../../core/kernel';
import { Calibrations } from '../../../../core/store';
import { lastNeeded } from './needed-changes';

/** Tells the change of the beam tilt that the last measurement of coma found. */
export default defineTask({
  id: 'calibrations/tasks/report-coma-tilt-needed',
  needs: { calibrations: Calibrations },
  script: 'ReportComaTiltNeeded',
  changes: () => [],
  results: { change: value.vector('Change of the beam tilt that was needed, in the unit of the column.') },
  forecast: 'nothing',
  unavailable: ({ calibrations }) =>
    lastNeeded(calibrations, 'beam tilt') ? undefined : 'no coma was measured in this session',
  run({ calibrations }, run) {
    const change = lastNeeded(calibrations, 'beam tilt')!;
    const summary = `The last measurement of coma asked for a change of the beam tilt by ${readable(change.x, 3)}, ${readable(change.y, 3)}.`;
    run.operator.log(summary);
    return Promise.resolve(run.report({ summary, values: { change } }));
  },
});
