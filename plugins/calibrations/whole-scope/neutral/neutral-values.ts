import {
  EucentricError,
  type ImageShiftUnits,
  type MagIndex,
  type Vector,
  counted,
  readable,
} from '../../../../core/base';
import { pairStep } from '../../../../core/devices';
import { type ItemRun, value } from '../../../../core/kernel';
import { put } from '../../../../core/store';
import { neutralRecordFor, storedNeutral } from './stored-neutral';
import {
  type NeutralUse,
  changeSeconds,
  neutralMags,
  neutralNeeds,
  noNeutralMags,
  visitNeutralMags,
} from './neutral-sweep';

const questions = {
  start: {
    kind: 'confirm',
    why: 'Asked on a column that remembers image shift at each magnification: what it remembers now is taken as neutral, so images must line up from one magnification to the next.',
  },
} as const;

const results = {
  neutral: value.table('The neutral image shift of each magnification.', {
    magIndex: value.quantity('Mag index.'),
    magnification: value.quantity('Magnification.', { unit: 'x' }),
    x: value.quantity('Neutral image shift in X.', { unit: 'units', decimals: 4 }),
    y: value.quantity('Neutral image shift in Y.', { unit: 'units', decimals: 4 }),
    before: value.text('Value that was stored before, in units.', { optional: true }),
  }),
  changed: value.quantity('Number of values that differ from the stored ones by more than a step of the deflector.'),
};

/** Neutral IS Values, but for its id and its place in the order of work. */
export const neutralValues = {
  needs: neutralNeeds,
  not: ['stem'],
  questions,
  results,
  stores: ['NeutralImageShifts', 'GIFNeutralIS'],
  forecast: (use: NeutralUse) => ({
    images: 0,
    exposure: 0,
    duration: { least: 0, most: changeSeconds * (neutralMags(use).length + 2) },
    moves: [{ setting: use.scope.magIndex, how: 'through all magnifications' }, use.imageShift.net],
  }),
  async run(use: NeutralUse, run: ItemRun<typeof questions, typeof results>) {
    const { scope, cameras, neutral, calibrations } = use;
    const camera = cameras.selected;
    const mags = neutralMags(use);
    if (mags.length === 0) throw noNeutralMags();
    if (scope.traits.remembersByMagnification)
      await run.start(
        'The image shift that the column holds at each magnification will be taken as neutral. Do the images line up from one magnification to the next?',
      );
    // The column gets back what it held, so that the image stays where it is; from now on that is counted from the new neutral value.
    await run.preserve(scope.imageShift);
    run.operator.status('READING NEUTRAL IMAGE SHIFT');
    const found: Found[] = [];
    await visitNeutralMags(use, run, mags, async (magIndex, magnification) => {
      const shift = await neutral.neutral.read(run.signal);
      if (!Number.isFinite(shift.x) || !Number.isFinite(shift.y)) throw notNumbers(magnification);
      found.push({ magIndex, magnification, shift, before: storedNeutral(calibrations, camera, magIndex) });
    });
    const step = pairStep(scope.imageShift.traits) ?? { x: 0, y: 0 };
    const differs = ({ shift, before }: Found): boolean =>
      before === undefined ||
      Math.abs(shift.x - before.x) > 1.5 * step.x ||
      Math.abs(shift.y - before.y) > 1.5 * step.y;
    const changed = found.filter(differs).length;
    const summary = `Neutral image shift read at ${counted(found.length, 'magnification')}; ${changed === 0 ? 'none has changed' : `${changed} changed`}.`;
    run.operator.log(summary);
    const record = neutralRecordFor(camera);
    return run.accept({
      summary,
      values: {
        neutral: found.map(({ magIndex, magnification, shift, before }) => ({
          magIndex,
          magnification,
          x: shift.x,
          y: shift.y,
          ...(before && { before: `${readable(before.x, 4)}, ${readable(before.y, 4)}` }),
        })),
        changed,
      },
      conditions: { ...run.here() },
      changes: found.map(({ magIndex, shift: { x, y } }) => put(record, { magIndex, x, y })),
    });
  },
} as const;

interface Found {
  readonly magIndex: MagIndex;
  readonly magnification: number;
  readonly shift: Vector<ImageShiftUnits>;
  readonly before: Vector<ImageShiftUnits> | undefined;
}

const notNumbers = (magnification: number): EucentricError =>
  new EucentricError({
    code: 'neutral-shift/not-a-number',
    message: `At ${magnification}x the column gave no number for its image shift.`,
    hint: 'Nothing was stored. Look at the image shift in the panel; if it is wrong there too, check the connection to the column.',
  });
