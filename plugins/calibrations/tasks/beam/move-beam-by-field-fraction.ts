import { defineTask } from '../../../../core/kernel';
import { distanceOf, moveBeam, moveForecast, moveNeeds, moveResults } from './beam-move';

const why =
  'A part of the width or the height of the camera field: 0.5 to the right moves the beam from the middle to the right edge.';
const limits = { minimum: -10, maximum: 10 };

/** Moves the beam by parts of the camera field. */
export default defineTask({
  id: 'calibrations/tasks/move-beam-by-field-fraction',
  needs: moveNeeds,
  not: ['stem'],
  script: 'MoveBeamByFieldFraction',
  changes: ({ beamShift }) => [beamShift.beamShift],
  questions: {
    x: { kind: 'number', decimals: 4, ...limits, why },
    y: { kind: 'number', decimals: 4, ...limits, why },
  },
  results: moveResults,
  forecast: moveForecast,
  async run(use, run) {
    const by =
      distanceOf(run.arguments) ??
      (await run.askAll({
        x: { text: 'Move to the right, in widths of the field', default: 0 },
        y: { text: 'Move up, in heights of the field', default: 0 },
      }));
    const done = await moveBeam(use, run, { by, in: 'field' });
    run.operator.log(done.summary);
    return run.report(done);
  },
});
