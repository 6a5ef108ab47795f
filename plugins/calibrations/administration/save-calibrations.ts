import { EucentricError } from '../../../core/base';
import { Administrator, defineItem, value } from '../../../core/kernel';
import { Calibrations, type SaveOptions } from '../../../core/store';

/** Codes of the errors of a file that another program has changed, or that was not read. */
const changedElsewhere: readonly string[] = ['store/changed-on-disk', 'store/unread-on-disk', 'store/merge-conflict'];

/** Saves all calibrations to the calibration file; the file of the last session is kept as .bak. */
export default defineItem({
  id: 'calibrations/save-calibrations',
  needs: { administrator: Administrator, calibrations: Calibrations },
  questions: {
    'if-changed': {
      kind: 'choice',
      choices: {
        merge: 'Merge the two',
        overwrite: 'Overwrite the other one; it is kept as .bak',
        'another file': 'Save in another file',
        cancel: 'Do not save',
      },
      why: 'Another program has changed the calibration file since it was read. Overwriting it loses what that program has measured.',
    },
    'file-name': {
      kind: 'text',
      why: 'The calibrations go into this file instead. It must not exist yet.',
    },
  },
  script: 'SaveCalibrations',
  results: { path: value.text('The file that was written.') },
  order: { step: 'saving' },
  saves: true,
  anytime: true,
  administratorOnly: true,
  forecast: 'nothing',
  unavailable: ({ administrator }) => (administrator.on ? undefined : 'Administrator mode is off'),
  async run({ calibrations }, run) {
    /** Saves, and asks again until it is saved or cancelled. */
    const save = async (options: SaveOptions): Promise<readonly [path: string, remarks: readonly string[]]> => {
      try {
        const { path, remarks } = await calibrations.save(options);
        return [path, remarks];
      } catch (error) {
        if (!(error instanceof EucentricError) || !changedElsewhere.includes(error.code)) throw error;
        const answer = await run.ask('if-changed', { text: error.message, default: 'cancel' });
        if (answer === 'cancel') throw error;
        if (answer !== 'another file') return save(answer === 'merge' ? { merge: true } : { overwrite: true });
        const to = await run.ask('file-name', {
          text: 'Name of the other file',
          default: 'SerialEMcalibrations-2.txt',
        });
        return save({ to });
      }
    };
    const [path, remarks] = await save({});
    for (const remark of remarks) run.operator.log(remark);
    run.operator.log(`Calibrations saved to ${path}.`);
    return run.report({ summary: `Calibrations saved to ${path}.`, values: { path } });
  },
});
