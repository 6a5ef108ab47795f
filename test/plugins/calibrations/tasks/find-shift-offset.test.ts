import { type Vector, apply, inverse, length, magIndex as asMagIndex } from '../../../../core/base';
import { Cameras, Scope } from '../../../../core/devices';
import { LowDose } from '../../../../core/kernel';
import { Optics } from '../../../../core/optics';
import { UserSettings } from '../../../../core/user-settings';
import { describeMenuItem } from '../../../conformance/describe-menu-item';
import { runItem, trueImageShift, virtualInstrument } from '../../../support/virtual-instrument';

const id = 'calibrations/tasks/find-shift-offset';
const [high, low] = [22, 19];
type Instrument = Awaited<ReturnType<typeof virtualInstrument>>;
const camera = (side: number) => (yaml: string) =>
  yaml.replace(/CameraSizeX: \d+/g, `CameraSizeX: ${side}`).replace(/CameraSizeY: \d+/g, `CameraSizeY: ${side}`);

/** View at a lower magnification than Record, with the true effects of image shift as calibrations. */
async function inLowDose(instrument: Instrument): Promise<LowDose> {
  const { registry } = instrument.kernel;
  const lowDose = registry.get(LowDose);
  const index = registry.get(Cameras).selected.traits.index;
  for (const at of [high, low])
    instrument.calibrations.imageShift.set(asMagIndex(at), index, trueImageShift(instrument, at), {
      sessionMeasured: false,
    });
  await lowDose.turnOff();
  await registry.get(UserSettings).set('LowDoseViewShift', [0, 0]);
  await lowDose.change('View', { magIndex: asMagIndex(low) });
  await lowDose.change('Record', { magIndex: asMagIndex(high) });
  await lowDose.turnOn();
  for (const area of ['View', 'Record'] as const) await lowDose.goTo(area);
  return lowDose;
}

describeMenuItem(id, {
  magIndex: high,
  edit: camera(1024),
  simulator: { specimen: 'film' },
  sample: 2,
  prepare: async (instrument) => void (await inLowDose(instrument)),
});

describe('the shift offset of View', () => {
  test.each([1, 2])(
    'is found to two pixels, followed by the column, and put back on request, seed %s',
    async (seed) => {
      await using instrument = await virtualInstrument({
        magIndex: high,
        edit: camera(1024),
        simulator: { specimen: 'film', seed },
      });
      const { registry } = instrument.kernel;
      const lowDose = await inLowDose(instrument);
      const users = registry.get(UserSettings);
      const toSpecimen = registry.get(Optics).at({
        magIndex: asMagIndex(low),
        camera: registry.get(Cameras).selected.traits.index,
      }).imageShiftToSpecimen!;
      // This column shows the same point at both magnifications; it begins with an offset that is wrong by a known length on the specimen.
      const wrong: Vector = { x: 0.06, y: -0.04 };
      const start = apply(inverse(toSpecimen)!, wrong);
      await users.set('LowDoseViewShift', [start.x, start.y]);
      const { result } = await runItem(instrument, id);
      const [x = NaN, y = NaN] = users.get('LowDoseViewShift');
      const left = apply(toSpecimen, { x, y });
      expect(length(left)).toBeLessThan(0.004);
      expect(result!.values).toMatchObject({ area: 'View', rounds: 2 });
      expect(result!.values['moved']).toBeCloseTo(length(wrong), 2);
      expect(result!.values['remaining']).toBeLessThan(0.004);
      expect([lowDose.area, await registry.get(Scope).magIndex.read()]).toEqual(['Record', high]);

      await runItem(instrument, 'calibrations/tasks/revert-shift-offset');
      expect(users.get('LowDoseViewShift')).toEqual([start.x, start.y]);
      await expect(runItem(instrument, 'calibrations/tasks/revert-shift-offset')).rejects.toMatchObject({
        code: 'menu/disabled',
      });
    },
  );

  test('is not believed beyond the limit, and the offset stays as it was then', async () => {
    await using instrument = await virtualInstrument({
      magIndex: high,
      edit: camera(1024),
      simulator: { specimen: 'film' },
    });
    const users = instrument.kernel.registry.get(UserSettings);
    await inLowDose(instrument);
    const place = instrument.kernel.registry
      .get(Optics)
      .at({ magIndex: asMagIndex(low), camera: instrument.kernel.registry.get(Cameras).selected.traits.index });
    const units = apply(inverse(place.imageShiftToSpecimen!)!, { x: 0.06, y: 0 });
    await users.set('LowDoseViewShift', [units.x, units.y]);
    await users.set('LDAutoViewMaxShift', 0.03);
    await expect(runItem(instrument, id)).rejects.toMatchObject({ code: 'shift-offset/not-found' });
    expect(users.get('LowDoseViewShift')).toEqual([units.x, units.y]);
  });
});
