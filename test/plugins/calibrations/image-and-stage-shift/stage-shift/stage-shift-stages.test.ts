import { magIndex } from '../../../../../core/base';
import { Scope } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import { rowsOf } from '../../../../../statistics/harness/table';
import { drawStage, stages } from '../../../../../statistics/support/stages';
import table from '../../../../../statistics/tables/stage-shift-stages';
import { virtualInstrument } from '../../../../support/virtual-instrument';

const stageShift = 'calibrations/image-and-stage-shift/stage-shift';

/** The long statistics measure the same with 20 seeds. */
test.each(rowsOf(table))('Stage Shift recovers scale and angle on a stage of %s', async (row) => {
  const { errors, faults } = await table.measure(1, row);
  const { percent, degrees } = errors as { readonly percent: number; readonly degrees: number };
  expect(faults).toEqual([]);
  expect(percent).toBeLessThan(0.5);
  expect(degrees).toBeLessThan(0.2);
});

test.each(stages.map((kind) => [kind.name, kind] as const))(
  'Stage Shift on a stage of %s warns where the steps cover about half a cycle, in words that fit, and does nothing on no',
  async (_, kind) => {
    const { configuration, half, edit } = kind;
    await using instrument = await virtualInstrument({
      configuration,
      magIndex: half,
      simulator: drawStage(1, kind),
      ...(edit && { edit }),
    });
    const texts: string[] = [];
    const refused = async () => {
      const operator = new ScriptedOperator({ 'small-extent': 'no' }, { defaults: true });
      await instrument.runner
        .run(stageShift, { port: operator })
        .finally(() => texts.push(operator.asked.find(({ id }) => id === 'small-extent')?.text ?? ''));
    };
    await expect(refused()).rejects.toMatchObject({ code: 'stage-shift/not-started' });
    expect(texts[0]).toMatch(
      /^The steps do not cover a whole cycle of the stage error, so the result becomes inaccurate at higher magnifications\. It is better to calibrate the stage at one low magnification/,
    );
    await instrument.kernel.registry.get(Scope).magIndex.write(magIndex(half + 6));
    await expect(refused()).rejects.toMatchObject({ code: 'stage-shift/not-started' });
    expect(texts[1]).toMatch(
      /^The steps cover only \d+\.\d um, so you should not do this here: the stage can be wrong by 15 % over so little\./,
    );
  },
);
