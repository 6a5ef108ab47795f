import { cameraIndex, magIndex } from '../../../core/base';
import { Cameras } from '../../../core/devices';
import { ImageBuffers, defineItem, value } from '../../../core/kernel';
import { Calibrations, amend } from '../../../core/store';
import { latticeErrors } from './lattice/lattice-errors';
import { foundPixelSize } from './lattice/lattice-found';

/** Sets the multiple of 90 degrees by which the image turns at a magnification, which the angle of a grid cannot show. */
export default defineItem({
  id: 'calibrations/pixel-size/add-n90-to-a-rotation',
  needs: { cameras: Cameras, buffers: ImageBuffers, calibrations: Calibrations },
  questions: {
    'mag-index': {
      kind: 'number',
      integer: true,
      why: 'A grating looks the same after a quarter turn. This is the higher of the two magnifications between which the image turns.',
    },
    angle: {
      kind: 'number',
      unit: 'degrees',
      why: 'A rough angle is enough: it is rounded to a multiple of 90 degrees.',
    },
    camera: {
      kind: 'number',
      integer: true,
      why: 'Pixel sizes are kept for each camera. This is the camera whose rotation is corrected.',
    },
  },
  results: {
    addedRotation: value.quantity('The multiple of 90 degrees that is added from now on, in place of an earlier one.', {
      unit: 'degrees',
    }),
  },
  stores: ['FoundPixelSize'],
  measures: ['quarter turns'],
  forecast: 'nothing',
  unavailable: ({ buffers }) => (buffers.get('A') ? undefined : 'there is no image in buffer A'),
  async run({ cameras, calibrations }, run) {
    const selected = cameras.selected.traits.index;
    const turn = {
      'mag-index': { text: 'Mag index at which the rotation occurs', default: 0 },
      angle: { text: 'Angle by which the image is turned there against the next lower magnification', default: 0 },
    };
    const several = cameras.all.length > 1;
    const answers = several
      ? await run.askAll({ ...turn, camera: { text: 'Number of the camera', default: selected } })
      : { ...(await run.askAll(turn)), camera: selected };
    const { angle } = answers;
    const place = { magIndex: magIndex(answers['mag-index']), camera: cameraIndex(answers.camera) };
    if (!foundPixelSize(calibrations, place.magIndex, place.camera))
      throw latticeErrors.notMeasured(place.magIndex, place.camera);
    // Adding 0 makes a positive zero of a negative one.
    const addedRotation = 90 * Math.round(angle / 90) + 0;
    return run.accept({
      summary: `${addedRotation} degrees are added to the relative rotation at mag index ${place.magIndex} of camera ${place.camera}.`,
      values: { addedRotation },
      conditions: place,
      changes: [amend('FoundPixelSize', place, { addedRotation })],
    });
  },
});
