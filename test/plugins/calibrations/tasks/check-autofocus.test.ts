import { Scope } from '../../../../core/devices';
import { Calibrations } from '../../../../core/store';
import { perfectCurves, quickFocus } from '../../../../statistics/support/focus/focus-cases';
import {
  drawFocusWorld,
  focusColumns,
  focusInstrument,
  storeTrueCurve,
} from '../../../../statistics/support/focus/focus-worlds';
import { cameraOf } from '../../../../statistics/support/small-camera';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const check = 'calibrations/tasks/check-autofocus';
const world = drawFocusWorld(5, focusColumns.fei);

describeMenuItem(check, { ...quickFocus, prepare: perfectCurves, sample: 3, inLowDose: true });

describe('Check Autofocus', () => {
  it('shows by how much a calibration is off, and changes nothing', async () => {
    await using instrument = await focusInstrument(world, cameraOf(4096));
    await storeTrueCurve(world, instrument, { range: 36, levels: 13 });
    const { registry } = instrument.kernel;
    const scope = registry.get(Scope);
    const rows = registry.get(Calibrations).records('FocusCalibration');
    // A curve that is 6 % too long makes a change 6 % too small.
    rows.replaceAll(
      rows.all().map((row) => ({
        ...row,
        slopeX: 1.06 * row.slopeX,
        slopeY: 1.06 * row.slopeY,
        rows: row.rows.map(({ defocus, shiftX, shiftY }) => ({
          defocus,
          shiftX: 1.06 * shiftX,
          shiftY: 1.06 * shiftY,
        })),
      })),
    );
    const before = await scope.defocus.read();
    const { result } = await runItem(instrument, check);
    expect(result!.values['deviationPercent']).toBeCloseTo(100 * (1 / 1.06 - 1), 0);
    expect(result!.quality!.verdict).toBe('doubtful');
    expect(await scope.defocus.read()).toBeCloseTo(before, 12);
  });
});
