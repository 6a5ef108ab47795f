import { EucentricError } from '../../../core/base';
import { Cameras } from '../../../core/devices';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { type CalibrationResult, Calibrations, remove } from '../../../core/store';
import { offsetModeOf } from './offsets/image-shift-offsets';

/** Removes all image-shift offsets of the present camera's mode. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/remove-mag-is-offsets',
  menu: ['Image & Stage Shift'],
  label: 'Remove Mag IS Offsets',
  summary: 'Removes the image-shift offsets between magnifications for the present camera.',
  touchesNothing: true,
  needs: [Cameras, Calibrations],
  stores: ['ImageShiftOffsets'],
  questions: [{ id: 'remove', kind: 'confirm', summary: 'Asks once more, with the number of offsets.' }],
  results: { removed: 'How many offsets were removed.' },
})
export default class RemoveMagnificationOffsets implements MenuItem {
  constructor(
    private readonly cameras: Cameras,
    private readonly calibrations: Calibrations,
  ) {}

  unavailable(): string | undefined {
    return this.cameras.selected.traits.stem ? 'not with a STEM camera' : undefined;
  }

  async run(run: Run): Promise<CalibrationResult | undefined> {
    const { traits } = this.cameras.selected;
    const mode = offsetModeOf(traits);
    const rows = this.calibrations
      .records('ImageShiftOffsets')
      .all()
      .filter((row) => row.eftem === mode);
    const modeName = mode === 1 ? 'energy-filtered' : 'regular';
    if (rows.length === 0)
      throw new EucentricError({
        code: 'image-shift-offsets/none',
        message: `There are no image-shift offsets in ${modeName} mode.`,
        hint: 'Mag IS Offsets measures them; select a camera of the other mode to remove those of that mode.',
      });
    if (
      !(await run.operator.confirm({
        id: 'remove',
        text: `Remove the image-shift offsets at ${rows.length} magnifications in ${modeName} mode?`,
        default: true,
      }))
    )
      return undefined;
    return run.accept({
      summary: `The image-shift offsets at ${rows.length} magnifications in ${modeName} mode were removed; save the calibrations if they are not to come back with the next start.`,
      values: { removed: rows.length },
      conditions: { camera: traits.index },
      changes: rows.map(({ magIndex, eftem }) => remove('ImageShiftOffsets', { magIndex, eftem })),
    });
  }
}
