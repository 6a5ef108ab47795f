import { EucentricError } from '../../../../core/base';
import type { Cameras, Scope } from '../../../../core/devices';
import type { QuestionDeclaration, Run } from '../../../../core/kernel';
import type { Optics } from '../../../../core/optics';
import { type CalibrationResult, type MatrixTable, remove } from '../../../../core/store';

/** What is asked before a shift calibration is removed. */
export const removalQuestions: readonly QuestionDeclaration[] = [
  { id: 'magnification', kind: 'number', summary: 'The magnification whose calibration is to be removed.' },
  { id: 'remove', kind: 'confirm', summary: 'Shows the matrix and asks once more.' },
];

/** One of the two kinds of shift calibration. */
export interface Removable {
  /** As in a sentence: `image shift`. */
  readonly what: string;
  readonly record: 'ImageShiftMatrix' | 'StageToCameraMatrix';
  readonly table: MatrixTable;
}

/** Asks which calibration of the selected camera is to go, shows it, and removes it; undefined when the operator thinks better of it. */
export async function removeCalibration(
  run: Run,
  parts: { readonly scope: Scope; readonly cameras: Cameras; readonly optics: Optics },
  removable: Removable,
): Promise<CalibrationResult | undefined> {
  const { optics } = parts;
  const { what, record, table } = removable;
  const { index: camera, name } = parts.cameras.selected.traits;
  const present = optics.magnificationFor(await parts.scope.magIndex.read(run.signal), camera);
  const magnification = await run.operator.number({
    id: 'magnification',
    text: `Magnification at which to remove the ${what} calibration`,
    default: present,
    minimum: 1,
    integer: true,
  });
  const magIndex = optics.findMagnification(magnification, camera);
  if (magIndex === undefined)
    throw notThere(`There is no magnification ${magnification}x for camera ${camera}, ${name}.`);
  const matrix = table.get(magIndex, camera);
  const shownMagnification = optics.magnificationFor(magIndex, camera);
  if (!matrix)
    throw notThere(`There is no ${what} calibration at ${shownMagnification}x for camera ${camera}, ${name}.`);
  const shown = [matrix.xpx, matrix.xpy, matrix.ypx, matrix.ypy].map((value) => value.toPrecision(6)).join(' ');
  if (
    !(await run.operator.confirm({
      id: 'remove',
      text: `Remove the ${what} calibration at ${shownMagnification}x (${shown})?`,
      default: true,
    }))
  )
    return undefined;
  return run.accept({
    summary: `The ${what} calibration at ${shownMagnification}x was removed; save the calibrations if it is not to come back with the next start.`,
    values: { magIndex, removed: true },
    conditions: { magIndex, camera },
    changes: [remove(record, { magIndex, camera })],
  });
}

const notThere = (message: string): EucentricError =>
  new EucentricError({
    code: 'calibration/not-there',
    message,
    hint: 'List IS Vectors and List Stage Cals show which magnifications are calibrated.',
  });
