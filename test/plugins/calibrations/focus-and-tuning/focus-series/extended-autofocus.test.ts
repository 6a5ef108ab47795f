import { fewLevels, quickFocus } from '../../../../../statistics/support/focus/focus-cases';
import { extendedAutofocus } from '../../../../../statistics/support/focus/focus-worlds';
import { cameraOf, coarseCamera } from '../../../../../statistics/support/small-camera';
import extended from '../../../../../statistics/tables/focus/extended-autofocus';
import { describeMenuItem } from '../../../../conformance/describe-menu-item';

describeMenuItem(extendedAutofocus, { ...quickFocus, prepare: fewLevels, sample: 3 });

describe('the calibration of Extended Autofocus', () => {
  it('goes on where the beam tilt changes, and holds to its lowest level', async () => {
    const { errors, verdict } = await extended.measure(3, '', (yaml) => coarseCamera(2)(cameraOf(4096)(yaml)));
    const { jump, lowest, far, curve } = errors as Readonly<Record<string, number>>;
    expect(verdict).toBe('good');
    expect(Math.abs(jump!)).toBeLessThan(0.1);
    expect(Math.abs(lowest!)).toBeLessThan(0.5);
    expect(Math.abs(far!)).toBeLessThan(0.5);
    expect(curve!).toBeLessThan(0.1);
  });
});
