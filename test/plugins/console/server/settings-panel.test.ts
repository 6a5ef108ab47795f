import { micrometres } from '../../../../core/base';
import { Illumination, Scope } from '../../../../core/devices';
import { ScriptedOperator } from '../../../../core/kernel';
import { ImageShiftControl } from '../../../../core/optics';
import { SettingsPanel } from '../../../../plugins/console/server/settings-panel';
import { SharedState } from '../../../../plugins/console/server/shared-state';
import { virtualInstrument } from '../../../support/virtual-instrument';

const small = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 960').replace('CameraSizeY: 8184', 'CameraSizeY: 720');

/** A virtual instrument with the panel of the console, which reads nothing while something runs. */
async function site() {
  const calls: string[] = [];
  const instrument = await virtualInstrument({ edit: small, magIndex: 22, watch: (call) => void calls.push(call) });
  const state = new SharedState(() => new Date(0));
  const { session } = instrument;
  const panel = new SettingsPanel(session, state, () => session.running === undefined);
  const cell = (id: string) => state.get('settings')?.find((each) => each.id === id);
  return { instrument, calls, panel, cell, [Symbol.asyncDispose]: () => instrument[Symbol.asyncDispose]() };
}

test('shows what the devices say of themselves, in the units and with the range of people', async () => {
  await using under = await site();
  await under.panel.refresh();
  expect(under.cell('spot-size')).toMatchObject({ label: 'Spot size', change: { minimum: 1, maximum: 11, step: 1 } });
  expect(under.cell('intensity')).toMatchObject({ unit: '% IA', change: { minimum: 0, maximum: 100 } });
  expect(under.cell('image-shift-x')).toMatchObject({ about: 'Image shift X in units of the column', unit: '' });
  expect(under.cell('screen')).toMatchObject({ text: 'up', change: { on: 'down', off: 'up' } });
  expect(under.cell('absolute-focus')).toBeUndefined();
  // The range that the guards hold moves to: those of the site.
  expect(under.cell('stage-x')).toMatchObject({ change: { minimum: -950, maximum: 950 } });
  expect(under.cell('stage-tilt')).toMatchObject({ change: { minimum: -69.9, maximum: 69.9 } });
  expect(under.cell('stage-z')!.change).not.toHaveProperty('maximum');
  await under.panel.write('intensity', 40);
  expect(await under.instrument.kernel.registry.get(Illumination).intensity.read()).toBeCloseTo(0.4, 12);
});

test('shows what any part of the program reads or writes, without asking', async () => {
  await using under = await site();
  await under.panel.refresh();
  const { registry } = under.instrument.kernel;
  under.calls.length = 0;
  await registry.get(Scope).defocus.write(micrometres(-3.5));
  await registry.get(ImageShiftControl).write({ x: 0.5, y: -0.25 } as never);
  const calls = [...under.calls];
  expect(under.cell('defocus')!.text).toBe('-3.500');
  expect([under.cell('image-shift-x')!.value, under.cell('image-shift-y')!.value]).toEqual([0.5, -0.25]);
  expect(under.calls).toEqual(calls);
});

test('adds no device call to a run, however often it looks, and follows the run', async () => {
  const callsOf = async (looks: boolean): Promise<{ readonly calls: readonly string[]; readonly shown: number }> => {
    await using under = await site();
    await under.panel.refresh();
    under.calls.length = 0;
    const shown = new Set<unknown>();
    const looking = setInterval(() => {
      if (!looks) return;
      void under.panel.refresh();
      shown.add(under.cell('image-shift-x')?.value);
    }, 1);
    const port = new ScriptedOperator({}, { defaults: true });
    await under.instrument.session.run('calibrations/image-and-stage-shift/image-shift', { port });
    clearInterval(looking);
    return { calls: [...under.calls], shown: shown.size };
  };
  const alone = await callsOf(false);
  const watched = await callsOf(true);
  expect(alone.calls.length).toBeGreaterThan(50);
  expect(watched.calls.slice(0, alone.calls.length)).toEqual(alone.calls);
  expect(watched.shown).toBeGreaterThan(2);
});
