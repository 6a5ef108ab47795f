import { EucentricError, type ImageShiftUnits, type MagIndex, type Vector, counted } from '../../../core/base';
import { defineItem, value } from '../../../core/kernel';
import { storedNeutral } from './neutral/stored-neutral';
import { changeSeconds, neutralMags, neutralNeeds, noNeutralMags, visitNeutralMags } from './neutral/neutral-sweep';

/** Gives a column that remembers image shift at each magnification the stored neutral value back at all of them. */
export default defineItem({
  id: 'calibrations/restore-neutral-is',
  needs: neutralNeeds,
  not: ['stem', 'low dose'],
  results: {
    restored: value.table('The magnifications at which the column held another image shift.', {
      magIndex: value.quantity('Mag index.'),
      magnification: value.quantity('Magnification.', { unit: 'x' }),
      x: value.quantity('Image shift that it held in X, from the neutral one.', { unit: 'units', decimals: 4 }),
      y: value.quantity('Image shift that it held in Y, from the neutral one.', { unit: 'units', decimals: 4 }),
    }),
    without: value.quantity(
      'Number of magnifications at which no neutral value is stored; they were left as they are.',
    ),
  },
  changes: ({ imageShift }) => [imageShift.net],
  unavailable: ({ scope }) =>
    scope.traits.remembersByMagnification
      ? undefined
      : 'needs a column that remembers image shift at each magnification',
  forecast: (use) => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: changeSeconds * (neutralMags(use).length + 2) },
    moves: [
      { setting: use.scope.magIndex, how: 'through all magnifications' },
      { setting: use.imageShift.net, how: 'to zero at each of them, where it stays' },
    ],
  }),
  async run(use, run) {
    const { scope, cameras, calibrations } = use;
    const mags = neutralMags(use);
    if (mags.length === 0) throw noNeutralMags();
    const stored = new Map(mags.map((each) => [each, storedNeutral(calibrations, cameras.selected, each)]));
    const known = mags.filter((each) => stored.get(each) !== undefined);
    if (known.length === 0) throw nothingStored();
    run.operator.status('RESTORING NEUTRAL IMAGE SHIFT');
    const held: { readonly magIndex: MagIndex; readonly before: Vector<ImageShiftUnits> }[] = [];
    let whole = false;
    run.restoreLater('image shift of the magnifications', async (signal) => {
      if (whole) return;
      for (const { magIndex, before } of held) {
        await scope.magIndex.write(magIndex, signal);
        await scope.imageShift.write(before, signal, magIndex);
      }
    });
    const restored: { magIndex: MagIndex; magnification: number; x: number; y: number }[] = [];
    const now = await scope.magIndex.read(run.signal);
    await visitNeutralMags(use, run, known, async (magIndex, magnification) => {
      const neutral = stored.get(magIndex)!;
      const before = await scope.imageShift.read(run.signal);
      const [x, y] = [before.x - neutral.x, before.y - neutral.y];
      if (isStep(x) || isStep(y)) {
        restored.push({ magIndex, magnification, x, y });
        held.push({ magIndex, before });
        await scope.imageShift.write(neutral, run.signal, magIndex);
      }
    });
    await scope.magIndex.write(now, run.signal);
    const without = mags.length - known.length;
    const summary =
      restored.length === 0
        ? `The column holds its neutral image shift at all ${counted(known.length, 'magnification')}.`
        : `Neutral image shift given back at ${restored.length} of ${counted(known.length, 'magnification')}.`;
    run.operator.log(without > 0 ? `${summary} ${counted(without, 'magnification')} without a stored value.` : summary);
    const result = run.report({ summary, values: { restored, without }, conditions: { ...run.here() } });
    use.carrying.forget();
    whole = true;
    return result;
  },
});

/** True for a difference of image shift that is more than rounding. */
const isStep = (difference: number): boolean => Math.abs(difference) > 1e-6;

const nothingStored = (): EucentricError =>
  new EucentricError({
    code: 'neutral-shift/nothing-stored',
    message: 'No neutral image shift is stored for this camera, so there is nothing to give back.',
    hint: 'Run Neutral IS Values first, when the images line up from one magnification to the next.',
  });
