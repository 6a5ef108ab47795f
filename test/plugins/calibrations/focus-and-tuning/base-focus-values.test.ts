import { cameraIndex, inMicrometres, magIndex, rawLensValue } from '../../../../core/base';
import { Scope } from '../../../../core/devices';
import { Optics, stepsOfBaseFocus } from '../../../../core/optics';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/focus-and-tuning/base-focus-values';
/** Values of the lens at some magnifications of low magnification, HC and HR; a half at all others. */
const baseFocus: Readonly<Record<number, number>> = { 2: 0.41, 4: 0.52, 12: 0.47, 20: 0.55, 31: 0.5043 };
const hitachi = { configuration: 'hitachi-ht7700.yaml', simulator: { baseFocus } };

/** Some magnifications of each range; a run is as long as the table. */
const tried = [1, 2, 4, 11, 12, 20, 31, 32];
const shortTable = (yaml: string): string =>
  yaml.replace(/^ {2}- \[(\d+), \d+, 0, \d+\]\n/gm, (row, index: string) => (tried.includes(Number(index)) ? row : ''));

describeMenuItem(id, { ...hitachi, edit: shortTable, sample: 3 });

test('afterwards the defocus that is shown stays the same at every change of magnification', async () => {
  await using instrument = await virtualInstrument({ ...hitachi, magIndex: 20 });
  const scope = instrument.kernel.registry.get(Scope);
  const shown = async (index: number): Promise<number> => {
    await scope.magIndex.write(magIndex(index));
    return inMicrometres(await scope.defocus.read());
  };
  await scope.absoluteFocus.write(rawLensValue(0.5512));
  const { result } = await runItem(instrument, id);
  expect(await scope.magIndex.read()).toBe(20);
  expect(await scope.absoluteFocus.read()).toBeCloseTo(0.5512, 5);
  const rows = instrument.calibrations.records('HitachiBaseFocus').all();
  expect(rows.length).toBe((result!.values['bases'] as readonly unknown[]).length);
  // What the operator has added goes with the objective to all magnifications; in low magnification another lens focuses.
  const optics = instrument.kernel.registry.get(Optics);
  for (const { magIndex: index, lensValue } of rows) {
    const { isLowMagnification } = optics.at({ magIndex: magIndex(index), camera: cameraIndex(0) });
    const wanted = (baseFocus[index] ?? 0.5) + (isLowMagnification ? 0 : 0.0012);
    expect(Math.abs(lensValue - wanted * stepsOfBaseFocus)).toBeLessThanOrEqual(1);
  }
  const first = await shown(12);
  for (const index of [31, 11, 20, 12]) expect(await shown(index)).toBeCloseTo(first, 2);
  expect((await runItem(instrument, id)).result!.values['changed']).toBe(0);
});

test('says which columns it is for', async () => {
  await using instrument = await virtualInstrument();
  expect(instrument.kernel.menu.find(id).reason).toContain('base value');
});
