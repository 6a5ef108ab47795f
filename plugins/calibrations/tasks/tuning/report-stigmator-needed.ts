import { readable } from '../../../../core/base';
import { defineTask, value } from '../../../../core/kernel';
import { Calibrations } from '../../../../core/store';
import { lastNeeded } from './needed-changes';

/** Tells the change of the objective stigmator that the last measurement of astigmatism found. */
export default defineTask({
  id: 'calibrations/tasks/report-stigmator-needed',
  needs: { calibrations: Calibrations },
  script: 'ReportStigmatorNeeded',
  changes: () => [],
  results: { change: value.vector('Change of the objective stigmator that was needed.') },
  forecast: 'nothing',
  unavailable: ({ calibrations }) =>
    lastNeeded(calibrations, 'stigmator') ? undefined : 'no astigmatism was measured in this session',
  run({ calibrations }, run) {
    const change = lastNeeded(calibrations, 'stigmator')!;
    const summary = `The last measurement of astigmatism asked for a change of the objective stigmator by ${readable(change.x, 4)}, ${readable(change.y, 4)}.`;
    run.operator.log(summary);
    return Promise.resolve(run.report({ summary, values: { change } }));
  },
});
