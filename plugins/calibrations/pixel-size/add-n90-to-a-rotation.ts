import { Cameras } from '../../../core/devices';
import { ImageBuffers, type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { type CalibrationResult, Calibrations, amend } from '../../../core/store';
import { latticeErrors } from './lattice/lattice-errors';
import { foundPixelSize } from './lattice/lattice-found';

/** Says by which multiple of 90 degrees the image turns at a magnification, which the angle of a grid cannot tell. */
@menuItem({
  id: 'calibrations/pixel-size/add-n90-to-a-rotation',
  menu: ['Pixel Size'],
  label: 'Add n*90 to a Rotation',
  summary: 'Adds a multiple of 90 degrees to a stored relative rotation.',
  touchesNothing: true,
  needs: [Cameras, ImageBuffers, Calibrations],
  stores: ['FoundPixelSize'],
  questions: [
    { id: 'camera', kind: 'number', summary: 'When there are several cameras: the number of the one that is meant.' },
    { id: 'mag-index', kind: 'number', summary: 'The mag index at which the rotation occurs.' },
    {
      id: 'angle',
      kind: 'number',
      summary:
        'Roughly by how much the image is turned against the next lower magnification; rounded to a multiple of 90 degrees.',
    },
  ],
  results: { addedRotation: 'The multiple of 90 degrees that is added from now on, in place of an earlier one.' },
  units: { addedRotation: 'degrees' },
})
export default class AddRotation implements MenuItem {
  constructor(
    private readonly cameras: Cameras,
    private readonly buffers: ImageBuffers,
    private readonly calibrations: Calibrations,
  ) {}

  unavailable(): string | undefined {
    return this.buffers.get('A') ? undefined : 'there is no image in buffer A';
  }

  async run(run: Run): Promise<CalibrationResult> {
    const selected = this.cameras.selected.traits.index;
    const several = this.cameras.all.length > 1;
    const [magIndex, angle, camera = selected] = await run.operator.askAll([
      { kind: 'number', id: 'mag-index', text: 'Mag index at which the rotation occurs', default: 0, integer: true },
      {
        kind: 'number',
        id: 'angle',
        text: 'Angle by which the image is turned there against the next lower magnification',
        unit: 'degrees',
        default: 0,
      },
      ...(several
        ? ([{ kind: 'number', id: 'camera', text: 'Number of the camera', default: selected, integer: true }] as const)
        : []),
    ]);
    if (!foundPixelSize(this.calibrations, magIndex, camera)) throw latticeErrors.notMeasured(magIndex, camera);
    // Adding 0 makes a positive zero of a negative one.
    const addedRotation = 90 * Math.round(angle / 90) + 0;
    return run.accept({
      summary: `${addedRotation} degrees are added to the relative rotation at mag index ${magIndex} of camera ${camera}.`,
      values: { addedRotation },
      conditions: { magIndex, camera },
      changes: [amend('FoundPixelSize', { camera, magIndex }, { addedRotation })],
    });
  }
}
