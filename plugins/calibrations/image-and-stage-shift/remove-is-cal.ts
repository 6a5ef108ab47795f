import { Cameras, Scope } from '../../../core/devices';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { removalQuestions, removeCalibration } from '../shared/result/removal';

/** Removes the image shift calibration of one magnification for the present camera. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/remove-is-cal',
  menu: ['Image & Stage Shift'],
  label: 'Remove IS Cal',
  summary: 'Removes one image shift calibration of the present camera.',
  touchesNothing: true,
  needs: [Scope, Cameras, Optics, Calibrations],
  stores: ['ImageShiftMatrix'],
  questions: removalQuestions,
  results: { magIndex: 'Mag index of the removed calibration.', removed: 'Always true.' },
})
export default class RemoveImageShiftCalibration implements MenuItem {
  constructor(
    private readonly scope: Scope,
    private readonly cameras: Cameras,
    private readonly optics: Optics,
    private readonly calibrations: Calibrations,
  ) {}

  run(run: Run): Promise<CalibrationResult | undefined> {
    return removeCalibration(
      run,
      { scope: this.scope, cameras: this.cameras, optics: this.optics },
      { what: 'image shift', record: 'ImageShiftMatrix', table: this.calibrations.imageShift },
    );
  }
}
