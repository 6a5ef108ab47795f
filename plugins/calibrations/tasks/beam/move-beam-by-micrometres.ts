import { defineTask } from '../../../../core/kernel';
import { distanceOf, moveBeam, moveForecast, moveNeeds, moveResults } from './beam-move';

const why = 'The beam goes this far on the specimen, along the axis of the camera: X to the right, Y up.';
const limits = { minimum: -1000, maximum: 1000 };

/** Moves the beam by micrometres on the specimen along the axes of the camera. */
export default defineTask({
  id: 'calibrations/tasks/move-beam-by-micrometres',
  needs: moveNeeds,
  not: ['stem'],
  script: 'MoveBeamByMicrons',
  changes: ({ beamShift }) => [beamShift.beamShift],
  questions: {
    x: { kind: 'number', unit: 'um', decimals: 4, ...limits, why },
    y: { kind: 'number', unit: 'um', decimals: 4, ...limits, why },
  },
  results: moveResults,
  forecast: moveForecast,
  async run(use, run) {
    const by =
      distanceOf(run.arguments) ??
      (await run.askAll({
        x: { text: 'Move to the right', default: 0 },
        y: { text: 'Move up', default: 0 },
      }));
    const done = await moveBeam(use, run, { by, in: 'micrometres' });
    run.operator.log(done.summary);
    return run.report(done);
  },
});
