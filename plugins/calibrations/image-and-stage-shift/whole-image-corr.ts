import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { ShiftCalibrationMemory } from '../shared/services';

/** Toggles whether stage calibrations correlate whole images, which no wrong rotation disturbs, or only the expected overlap. */
@menuItem({
  id: 'calibrations/image-and-stage-shift/whole-image-corr',
  menu: ['Image & Stage Shift'],
  label: 'Whole Image Corr',
  summary: 'Correlates whole images instead of the expected overlap in stage calibrations.',
  kind: 'toggle',
  touchesNothing: true,
  needs: [ShiftCalibrationMemory],
})
export default class WholeImageCorrelation implements MenuItem {
  constructor(private readonly memory: ShiftCalibrationMemory) {}

  checked(): boolean {
    return this.memory.wholeImageCorrelation;
  }

  async run(run: Run): Promise<void> {
    this.memory.wholeImageCorrelation = !this.memory.wholeImageCorrelation;
    run.operator.log(
      `Stage calibrations correlate ${this.checked() ? 'whole images' : 'only the overlap that is expected'}.`,
    );
  }
}
