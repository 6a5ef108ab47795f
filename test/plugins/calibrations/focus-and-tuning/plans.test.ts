import { readFile } from 'node:fs/promises';
import { UserSettings } from '../../../../core/user-settings';
import { runItem, virtualInstrument } from '../../../support/virtual-instrument';

const submenu = 'calibrations/focus-and-tuning';

describe('the parameters of focus and tuning', () => {
  let instrument: Awaited<ReturnType<typeof virtualInstrument>>;
  beforeAll(async () => {
    instrument = await virtualInstrument({ edit: (yaml) => `${yaml}\nAstigmatismParams: [3, 0.3, 0.015, -2, 8]\n` });
  });
  afterAll(() => instrument[Symbol.asyncDispose]());
  const run = async (item: string, answers: Readonly<Record<string, string>> = {}) =>
    (await runItem(instrument, `${submenu}/${item}`, answers)).result!.values;

  test('a range of 24 um over 9 levels has steps of 3 um, and is offered the next time', async () => {
    expect(await run('set-focus-range', { range: '24', levels: '9', smoothing: '0', offset: '-5' })).toMatchObject({
      step: 3,
      offset: -5,
    });
    expect(await run('set-focus-range')).toMatchObject({ range: 24, levels: 9, smoothing: 0, offset: -5 });
    await expect(run('set-focus-range', { levels: '60' })).rejects.toMatchObject({ code: 'run/bad-answer' });
  });

  test('the extended range goes to underfocus below and to overfocus above', async () => {
    expect(await run('set-extended-range')).toMatchObject({
      lowest: -300,
      highest: 100,
      interval: 20,
      tiltFactor: 0.5,
    });
    await expect(run('set-extended-range', { lowest: '50' })).rejects.toMatchObject({ code: 'run/bad-answer' });
    expect(await run('set-extended-range', { interval: '15', 'tilt-factor': '0.4' })).toMatchObject({ interval: 15 });
  });

  test('astigmatism begins with what the site has, coma with the usual defocus', async () => {
    expect(await run('setup-astigmatism')).toEqual({ stigmatorStep: 0.3, defocus: -2, defocusRange: 8 });
    await expect(run('setup-astigmatism', { 'stigmator-step': '0.6' })).rejects.toMatchObject({
      code: 'run/bad-answer',
    });
    expect(await run('old-coma-free-alignment/setup-btid-coma-free')).toEqual({ defocus: -1 });
    expect(await run('old-coma-free-alignment/setup-btid-coma-free', { defocus: '-2.5' })).toEqual({ defocus: -2.5 });
  });

  test('only what was changed is kept, in the settings file, and the log says so', async () => {
    const userSettings = instrument.kernel.registry.get(UserSettings);
    const { said } = await runItem(instrument, `${submenu}/setup-astigmatism`, { range: '6' });
    expect(said).toContainEqual(
      expect.stringMatching(/^AstigCalFocusRange: 6, had not been set\. It is kept in .*settings.*txt\.$/i),
    );
    expect(said.filter((line) => line.startsWith('AstigCal'))).toHaveLength(1);
    expect(userSettings.has('AstigCalStep')).toBe(false);
    expect(await readFile(userSettings.file, 'latin1')).toMatch(/^AstigCalFocusRange\t6$/m);
    const again = await runItem(instrument, `${submenu}/setup-astigmatism`);
    expect(again.said).toContain('Nothing was changed.');
    expect(again.result!.values).toEqual({ stigmatorStep: 0.3, defocus: -2, defocusRange: 6 });
  });

  test('what a user setting says follows at once, also when a script sets it for now', async () => {
    const userSettings = instrument.kernel.registry.get(UserSettings);
    const back = userSettings.setForNow('FocusCalLevels', 21);
    expect(await run('set-focus-range')).toMatchObject({ levels: 21 });
    back();
    expect(await run('set-focus-range')).toMatchObject({ levels: 9 });
  });
});
