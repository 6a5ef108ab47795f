import { Cameras, Scope } from '../../../core/devices';
import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Optics } from '../../../core/optics';
import { type CalibrationResult, Calibrations } from '../../../core/store';
import { removalQuestions, removeCalibration } from '../shared/result/removal';

/** Removes the stage calibration of one magnification for the present camera. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/remove-stage-cal',
  menu: ['Image & Stage Shift'],
  label: 'Remove Stage Cal',
  summary: 'Removes one stage calibration of the present camera.',
  touchesNothing: true,
  needs: [Scope, Cameras, Optics, Calibrations],
  stores: ['StageToCameraMatrix'],
  questions: removalQuestions,
  results: { magIndex: 'Mag index of the removed calibration.', removed: 'Always true.' },
})
export default class RemoveStageCalibration implements MenuItem {
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
      { what: 'stage', record: 'StageToCameraMatrix', table: this.calibrations.stage },
    );
  }
}
