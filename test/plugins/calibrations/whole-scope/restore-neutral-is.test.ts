import { type Vector, imageShiftUnits, length, magIndex as asMagIndex, vector } from '../../../../core/base';
import { Scope, VirtualInstrument } from '../../../../core/devices';
import type { VirtualMicroscope } from '../../../../simulation';

import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/restore-neutral-is';
const tried = [1, 2, 4, 12, 31, 32];
const hitachi = {
  configuration: 'hitachi-ht7700.yaml',
  simulator: { neutralImageShiftSpread: 0.3 },
  edit: (yaml: string): string =>
    yaml.replace(/^ {2}- \[(\d+), \d+, \d+, \d+.*\]\n/gm, (row, index: string) =>
      tried.includes(Number(index)) ? row : '',
    ),
};
const wrong = vector(imageShiftUnits(2), imageShiftUnits(-1.5));

/** Makes the column remember another image shift at some magnifications. */
async function misalign(
  { kernel }: Awaited<ReturnType<typeof virtualInstrument>>,
  at: readonly number[],
): Promise<void> {
  const scope = kernel.registry.get(Scope);
  const before = await scope.magIndex.read();
  for (const index of at) {
    await scope.magIndex.write(asMagIndex(index));
    await scope.imageShift.write(wrong);
  }
  await scope.magIndex.write(before);
}

describeMenuItem(id, {
  ...hitachi,
  sample: 3,
  prepare: async (instrument) => {
    await runItem(instrument, 'calibrations/neutral-is-values');
    await misalign(instrument, [2, 32]);
  },
});

test('the column holds the neutral value again where it held another one, and HC is as it was', async () => {
  await using instrument = await virtualInstrument({ ...hitachi, magIndex: 4 });
  const { registry } = instrument.kernel;
  const scope = registry.get(Scope);
  const microscope = registry.get(VirtualInstrument).microscope as VirtualMicroscope;
  const real = async (index: number): Promise<Vector> => {
    await scope.magIndex.write(asMagIndex(index));
    return microscope.state.imageShift;
  };
  await runItem(instrument, 'calibrations/neutral-is-values');
  await misalign(instrument, [2, 12, 32]);
  const hc = await real(12);
  // In low magnification the program carries the shift of 2 along to 4.
  for (const index of [2, 4, 32]) expect(length(await real(index))).toBeGreaterThan(1);
  await scope.magIndex.write(asMagIndex(4));
  const { result } = await runItem(instrument, id);
  expect(result!.values['restored']).toMatchObject([{ magIndex: 2 }, { magIndex: 4 }, { magIndex: 32 }]);
  expect(await scope.magIndex.read()).toBe(4);
  for (const index of [1, 2, 4, 31, 32]) expect(length(await real(index))).toBeLessThan(0.01);
  expect(await real(12)).toEqual(hc);
});

test('says that nothing is stored', async () => {
  await using instrument = await virtualInstrument(hitachi);
  await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'neutral-shift/nothing-stored' });
});

test('is for columns that remember image shift', async () => {
  await using instrument = await virtualInstrument({ configuration: 'jeol-cryo-arm-k2.yaml' });
  expect(instrument.kernel.menu.find(id).reason).toContain('remembers image shift');
});
