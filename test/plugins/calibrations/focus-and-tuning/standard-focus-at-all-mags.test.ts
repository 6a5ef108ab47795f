import { Scope } from '../../../../core/devices';
import { Calibrations } from '../../../../core/store';
import { drawFocusWorld, focusColumns, focusInstrument } from '../../../../statistics/support/focus/focus-worlds';
import { cameraOf } from '../../../../statistics/support/small-camera';
import table from '../../../../statistics/tables/focus/standard-focus-at-all-mags';
import { perfectCurves, quickFocus } from '../../../../statistics/support/focus/focus-cases';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem } from '../../../support/virtual-instrument';

const item = 'calibrations/focus-and-tuning/standard-focus-at-all-mags';

describeMenuItem(item, {
  ...quickFocus,
  answers: { lowest: '25', highest: '26' },
  prepare: perfectCurves,
  sample: 3,
});

describe('Standard Focus at All Mags', () => {
  /** The long statistics measure the same with more magnifications and seeds. */
  it('finds the focus of each magnification, 60 um away where it is low', async () => {
    const { errors, verdict, faults } = await table.measure(2, '', cameraOf(4096));
    expect(verdict).toBe('good');
    expect(faults).toEqual([]);
    expect(errors['focus']).toHaveLength(3);
    for (const each of errors['focus'] as readonly number[]) expect(Math.abs(each)).toBeLessThan(0.1);
  });

  it('needs a focus curve, and changes nothing without one', async () => {
    await using instrument = await focusInstrument(drawFocusWorld(1, focusColumns.fei), cameraOf(2048));
    const { registry } = instrument.kernel;
    const before = await registry.get(Scope).magIndex.read();
    await expect(runItem(instrument, item)).rejects.toMatchObject({ code: 'standard-focuses/no-curves' });
    expect(await registry.get(Scope).magIndex.read()).toBe(before);
    expect(registry.get(Calibrations).records('StandardLMFocus').all()).toEqual([]);
  });
});
