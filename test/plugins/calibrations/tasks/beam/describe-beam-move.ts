import { takeImage } from '../../../../../core/acquisition';
import { BeamShift } from '../../../../../core/devices';
import { ScriptedOperator } from '../../../../../core/kernel';
import {
  type BeamInstrument,
  condense,
  fieldOf,
  knowBeamShift,
} from '../../../../../statistics/support/beam/beam-instrument';
import { coarseCamera } from '../../../../../statistics/support/small-camera';
import { findBeam } from '../../../../../imaging';
import type { MenuItemCase } from '../../../../conformance/describe-menu-item';
import { runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const talos = {
  configuration: 'talos-ceta.yaml',
  magIndex: 25,
  edit: coarseCamera(16),
  simulator: { condenser: 'lenses', contrast: 0, brightestNanoamperes: 0.003 },
};
const jeol = { ...talos, configuration: 'jeol-cryo-arm-k2.yaml', magIndex: 17 };

async function prepare(instrument: BeamInstrument): Promise<void> {
  await knowBeamShift(instrument);
  await condense(instrument, 0.3);
}

/** Facts about such a task for its runs in the suite of every item. */
export const beamMove: MenuItemCase = { ...talos, prepare, answers: { x: '0.1', y: '-0.1' }, sample: 4 };

/** Suite of a task that moves the beam, in micrometres or in parts of the width and height of the field. */
export function describeBeamMove(id: string, unit: 'micrometres' | 'parts of the field'): void {
  /** Place of the beam in a Trial image in that unit. */
  async function place(instrument: BeamInstrument): Promise<{ readonly x: number; readonly y: number }> {
    const { image } = (await takeImage(instrument.session, 'Trial'))!.frame;
    const [rows, columns] = image.shape as [number, number];
    const { x, y } = findBeam(image).outline!.centre;
    if (unit === 'parts of the field') return { x: x / columns, y: y / rows };
    const pixel = (await fieldOf(instrument)) / Math.min(rows, columns);
    return { x: x * pixel, y: y * pixel };
  }

  test.each([
    ['FEI', talos],
    ['JEOL', jeol],
  ])('the beam goes as far as it is asked to in the image, on a column of %s', async (_, options) => {
    await using instrument = await virtualInstrument(options);
    await prepare(instrument);
    const [field, before] = [await fieldOf(instrument), await place(instrument)];
    const whole = unit === 'micrometres' ? field : 1;
    const [x, y] = [0.15 * whole, -0.1 * whole];
    const { result } = await runItem(instrument, id, { x: String(x), y: String(y) });
    const after = await place(instrument);
    // Half a step of the JEOL column is 0.3 % of the field.
    const allowed = 0.006 * whole;
    expect(Math.hypot(after.x - before.x - x, after.y - before.y - y)).toBeLessThan(allowed);
    const moved = result!.values['moved'] as { readonly x: number; readonly y: number };
    expect(Math.abs(Math.hypot(moved.x, moved.y) / field / Math.hypot(0.15, 0.1) - 1)).toBeLessThan(0.04);
    const [change] = result!.changed!;
    expect(change!.after).toEqual(await instrument.kernel.registry.get(BeamShift).beamShift.read());
  });

  test('without a calibration, and for a distance that is not one, nothing moves', async () => {
    await using instrument = await virtualInstrument(talos);
    const setting = instrument.kernel.registry.get(BeamShift).beamShift;
    const before = await setting.read();
    await expect(runItem(instrument, id, { x: '0.1', y: '0' })).rejects.toMatchObject({ code: 'beam/no-calibration' });
    await prepare(instrument);
    const fromScript = (...given: readonly string[]) =>
      instrument.runner.run(id, { port: new ScriptedOperator({}), fromScript: true, arguments: given });
    for (const wrong of [['0.1'], ['far', '0']])
      await expect(fromScript(...wrong)).rejects.toMatchObject({ code: 'move-beam/bad-distance' });
    expect(await setting.read()).toEqual(before);
    await fromScript('0.1', '0');
    expect(await setting.read()).not.toEqual(before);
  });
}
