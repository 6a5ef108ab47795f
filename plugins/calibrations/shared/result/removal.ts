import { EucentricError, readableMatrix } from '../../../../core/base';
import { Cameras, Scope } from '../../../../core/devices';
import { type ItemDefinition, defineItem, value } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { Calibrations, type MatrixTable, remove } from '../../../../core/store';
import { describePlace, findFrom, magnificationsOffered } from './magnification-place';

/** One of the two kinds of shift calibration. */
export interface Removable {
  readonly id: string;
  /** As in a sentence: `image shift`. */
  readonly what: string;
  readonly record: 'ImageShiftMatrix' | 'StageToCameraMatrix';
  readonly table: (calibrations: Calibrations) => MatrixTable;
}

/** Defines an item that asks which shift calibration of the selected camera goes, shows it, and removes it. */
export const defineRemoval = ({ id, what, record, table }: Removable): ItemDefinition =>
  defineItem({
    id,
    needs: { cameras: Cameras, scope: Scope, optics: Optics, calibrations: Calibrations },
    questions: {
      magnification: {
        kind: 'number',
        minimum: 1,
        integer: true,
        why: 'Each magnification has a calibration of its own; only this one is removed.',
      },
      remove: {
        kind: 'confirm',
        why: 'After this the program derives the matrix from other magnifications. It can be restored from the history.',
      },
    },
    results: {
      magIndex: value.quantity('Mag index of the removed calibration.'),
      removed: value.flag('Always true.'),
    },
    stores: [record],
    forecast: 'nothing',
    async run({ cameras, optics, calibrations }, run) {
      const { name } = cameras.selected.traits;
      const { magIndex: present, camera } = run.here();
      const calibrated = optics.magnifications
        .indexes(optics.camera(camera))
        .filter((index) => table(calibrations).get(index, camera));
      const magnification = await run.ask('magnification', {
        text: `Magnification at which to remove the ${what} calibration (now ${describePlace(optics, present, camera)})`,
        default: optics.at({ magIndex: present, camera }).magnification,
        offered: magnificationsOffered(optics, calibrated, camera),
      });
      const magIndex = findFrom(optics, present, magnification, camera);
      if (magIndex === undefined)
        throw notThere(`There is no magnification ${magnification}x for camera ${camera}, ${name}.`);
      const matrix = table(calibrations).get(magIndex, camera);
      const place = describePlace(optics, magIndex, camera);
      if (!matrix) throw notThere(`There is no ${what} calibration at ${place} for camera ${camera}, ${name}.`);
      const text = `Remove the ${what} calibration at ${place} (${readableMatrix(matrix)})?`;
      if (!(await run.ask('remove', { text, default: true }))) return undefined;
      return run.accept({
        summary: `The ${what} calibration at ${place} was removed. Save the calibrations, or it is back at the next start.`,
        values: { magIndex, removed: true },
        conditions: { magIndex, camera },
        changes: [remove(record, { magIndex, camera })],
      });
    },
  });

const notThere = (message: string): EucentricError =>
  new EucentricError({
    code: 'calibration/not-there',
    message,
    hint: 'List IS Vectors and List Stage Cals show which magnifications are calibrated.',
  });
