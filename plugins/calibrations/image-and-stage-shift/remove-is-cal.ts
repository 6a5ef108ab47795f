import { EucentricError } from '../../../core/base';
import { Cameras, Scope } from '../../../core/devices';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { type CalibrationResult, Calibrations } from '../../../core/store';

/** Removes the image shift calibration of one magnification for the present camera. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/remove-is-cal',
  menu: ['Image & Stage Shift'],
  label: 'Remove IS Cal',
  summary: 'Removes one image shift calibration of the present camera.',
  needs: [Scope, Cameras, Optics, Calibrations],
  stores: ['ImageShiftMatrix'],
  questions: [
    { id: 'magnification', kind: 'number', summary: 'The magnification whose calibration is to be removed.' },
    { id: 'remove', kind: 'confirm', summary: 'Shows the matrix and asks once more.' },
  ],
  results: { magIndex: 'Mag index of the removed calibration.' },
})
export default class RemoveImageShiftCalibration implements MenuItem {
  constructor(
    private readonly scope: Scope,
    private readonly cameras: Cameras,
    private readonly optics: Optics,
    private readonly calibrations: Calibrations,
  ) {}

  async run(run: Run): Promise<CalibrationResult | void> {
    const { index: camera, name } = this.cameras.selected.traits;
    const present = this.optics.magnificationFor(await this.scope.magIndex.read(run.signal), camera);
    const magnification = await run.operator.number({ id: 'magnification', text: 'Magnification at which to remove the image shift calibration', default: present, minimum: 1, integer: true });
    const magIndex = this.optics.findMagnification(magnification, camera);
    if (magIndex === undefined) throw notThere(`There is no magnification ${magnification}x for camera ${camera}, ${name}.`);
    const matrix = this.calibrations.imageShift.get(magIndex, camera);
    if (!matrix) throw notThere(`Image shift is not calibrated at ${magnification}x for camera ${camera}, ${name}.`);
    const shown = [matrix.xpx, matrix.xpy, matrix.ypx, matrix.ypy].map((value) => value.toPrecision(6)).join(' ');
    if (!(await run.operator.confirm({ id: 'remove', text: `Remove the image shift calibration at ${this.optics.magnificationFor(magIndex, camera)}x (${shown})?`, default: true }))) return;
    return run.accept(
      {
        summary: `Image shift calibration at ${this.optics.magnificationFor(magIndex, camera)}x removed.`,
        values: { magIndex, removed: true },
        conditions: { magIndex, camera },
        record: { name: 'ImageShiftMatrix', values: { magIndex, camera }, removed: true },
        replaced: { ...matrix },
      },
      () => {
        this.calibrations.imageShift.remove(magIndex, camera);
        this.optics.refresh();
      },
    );
  }
}

const notThere = (message: string): EucentricError =>
  new EucentricError({ code: 'image-shift/not-calibrated', message, hint: 'List IS Vectors shows which magnifications are calibrated.' });
