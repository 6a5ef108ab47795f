import path from 'node:path';
import { StoppedError, length, magIndex as asMagIndex, metres, subtract } from '../../../core/base';
import { Cameras, Illumination, LowDoseSwitch, Scope } from '../../../core/devices';
import { LowDose } from '../../../core/kernel';
import { ImageShiftControl } from '../../../core/optics';
import { UserSettings } from '../../../core/user-settings';
import { takeImage } from '../../../core/acquisition';
import { trueImageShift, virtualInstrument } from '../../support/virtual-instrument';

const configurations = [
  'krios-k3',
  'jeol-cryo-arm-k2',
  'hitachi-ht7700',
  'talos-ceta',
  'talos-through-serialem',
  'talos-oneview-orius',
] as const;
const configOf = (name: string): string => path.join(__dirname, '../../../config', `${name}.yaml`);

describe.each(configurations)('Low Dose on the virtual column of %s', (name) => {
  test('goes through areas over the vendor’s own wire, blanks between images, refuses what it must, and ends as it began', async () => {
    await using instrument = await virtualInstrument({
      configuration: configOf(name),
      simulator: { specimen: 'film' },
    });
    const { registry } = instrument.kernel;
    const [lowDose, scope, illumination] = [registry.get(LowDose), registry.get(Scope), registry.get(Illumination)];
    const menuReason = (id: string) => instrument.session.menu().find((entry) => entry.id.endsWith(id))?.reason;
    await registry.get(UserSettings).set('LowDoseViewDefocus', -50);
    const magIndex = await scope.magIndex.read();
    const defocus = await scope.defocus.read();
    const lower = (magIndex - 2) as typeof magIndex;
    await lowDose.change('View', { magIndex: lower, intensity: 0.6 });
    await lowDose.change('Record', { magIndex, intensity: 0.5 });
    expect(menuReason('/mag-is-offsets')).not.toBe('not in Low Dose');
    await lowDose.turnOn();
    expect(menuReason('/mag-is-offsets')).toMatch(/not in Low Dose|it cannot|none/);
    expect(await scope.beamBlanked.read()).toBe(true);

    await lowDose.goTo('View');
    expect(await scope.magIndex.read()).toBe(lower);
    expect(await illumination.intensity.read()).toBeCloseTo(0.6, 3);
    expect(((await scope.defocus.read()) - defocus) * 1e6).toBeCloseTo(-50, 1);
    const image = await takeImage(instrument.session, 'Trial');
    expect(image!.frame.image.data.some((count) => count > 0)).toBe(true);
    expect(await scope.beamBlanked.read()).toBe(true);

    await lowDose.goTo('Record');
    expect(await scope.magIndex.read()).toBe(magIndex);
    expect(((await scope.defocus.read()) - defocus) * 1e6).toBeCloseTo(0, 1);
    await lowDose.turnOff();
    // The same by the switches that an operator has in the panel.
    const switches = registry.get(LowDoseSwitch);
    expect(await switches.lowDose.read()).toBe('off');
    await switches.lowDose.write('View');
    expect([await switches.lowDose.read(), lowDose.area]).toEqual(['View', 'View']);
    await switches.lowDose.write('on');
    expect([await switches.lowDose.read(), lowDose.on]).toEqual(['on', true]);
    await switches.lowDose.write('off');
    expect(await scope.beamBlanked.read()).toBe(false);
    expect(metres(await scope.defocus.read())).toBeCloseTo(defocus, 8);
  });
});

test.each(configurations)(
  'a walk through areas on the column of %s leaves focus and image shift as they were',
  async (name) => {
    await using instrument = await virtualInstrument({ configuration: configOf(name) });
    const { registry } = instrument.kernel;
    const [lowDose, scope, users] = [registry.get(LowDose), registry.get(Scope), registry.get(UserSettings)];
    const control = registry.get(ImageShiftControl);
    const magIndex = await scope.magIndex.read();
    const camera = registry.get(Cameras).selected.traits.index;
    for (const at of [magIndex, magIndex - 1, magIndex - 2])
      instrument.calibrations.imageShift.set(asMagIndex(at), camera, trueImageShift(instrument, at), {
        sessionMeasured: false,
      });
    await lowDose.change('View', { magIndex: asMagIndex(magIndex - 2) });
    for (const each of ['Focus', 'Trial'] as const) await lowDose.change(each, { magIndex: asMagIndex(magIndex - 1) });
    await lowDose.change('Record', { magIndex });
    await lowDose.change('Focus', { axisPosition: 1 });
    await lowDose.change('Trial', { axisPosition: -1 });
    await users.set('LowDoseViewDefocus', -20);
    const [defocus, shift] = [await scope.defocus.read(), await control.net.read()];
    await lowDose.turnOn();
    let random = 11;
    const next = (below: number): number => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      return (random >>> 8) % below;
    };
    for (let step = 0; step < 12; step++) {
      const area = (['View', 'Focus', 'Trial', 'Record'] as const)[next(4)]!;
      if (next(4) === 0) await users.set('LowDoseViewDefocus', -next(40));
      const stop = new AbortController();
      if (next(4) === 0) void Promise.resolve().then(() => stop.abort(new StoppedError()));
      await lowDose.goTo(area, stop.signal).catch((error: unknown) => expect(error).toBeInstanceOf(StoppedError));
    }
    await lowDose.turnOff();
    expect(await scope.magIndex.read()).toBe(magIndex);
    // Each write of a focus and an image shift may be off by half a step of the coils.
    expect(Math.abs((await scope.defocus.read()) - defocus) * 1e6).toBeLessThan(0.05);
    expect(length(subtract(await control.net.read(), shift))).toBeLessThan(0.02);
  },
);
