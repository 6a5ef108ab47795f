import { EucentricError, counted } from '../../../core/base';
import { Cameras } from '../../../core/devices';
import { defineItem, value } from '../../../core/kernel';
import { Calibrations, remove } from '../../../core/store';
import { offsetModeOf } from './offsets/image-shift-offsets';

/** Removes all image-shift offsets of the present camera's mode. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/remove-mag-is-offsets',
  needs: { cameras: Cameras, calibrations: Calibrations },
  not: ['stem'],
  questions: {
    remove: {
      kind: 'confirm',
      why: 'Without offsets a feature no longer stays centred from one magnification to the next. They can be restored from the history.',
    },
  },
  results: { removed: value.quantity('How many offsets were removed.') },
  stores: ['ImageShiftOffsets'],
  forecast: 'nothing',
  async run({ cameras, calibrations }, run) {
    const { traits } = cameras.selected;
    const mode = offsetModeOf(traits);
    const rows = calibrations
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
      !(await run.ask('remove', {
        text: `Remove the image-shift offsets at ${counted(rows.length, 'magnification')} in ${modeName} mode?`,
        default: true,
      }))
    )
      return undefined;
    return run.accept({
      summary: `The image-shift offsets at ${counted(rows.length, 'magnification')} in ${modeName} mode were removed. Save the calibrations, or they are back at the next start.`,
      values: { removed: rows.length },
      conditions: { camera: traits.index },
      changes: rows.map(({ magIndex, eftem }) => remove('ImageShiftOffsets', { magIndex, eftem })),
    });
  },
});
