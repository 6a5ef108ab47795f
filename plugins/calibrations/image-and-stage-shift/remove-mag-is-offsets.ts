import { defineItem, value } from '../../../core/kernel';
import { remove } from '../../../core/store';
import { offsetNeeds, storedOffsets } from './offsets/offsets-of-mode';

/** Removes all image-shift offsets of the present camera's mode. */
export default defineItem({
  id: 'calibrations/image-and-stage-shift/remove-mag-is-offsets',
  needs: offsetNeeds,
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
  async run(use, run) {
    const { rows, inWords } = storedOffsets(use);
    if (
      !(await run.ask('remove', {
        text: `Remove the ${inWords}?`,
        default: true,
      }))
    )
      return undefined;
    return run.accept({
      summary: `The ${inWords} were removed. Save the calibrations, or they are back at the next start.`,
      values: { removed: rows.length },
      conditions: { camera: use.cameras.selected.traits.index },
      changes: rows.map(({ magIndex, eftem }) => remove('ImageShiftOffsets', { magIndex, eftem })),
    });
  },
});
