import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WebSocket } from 'ws';
import { LiveImage } from '../../../core/acquisition';
import { BufferWork } from '../../../core/buffers';
import { Scope } from '../../../core/devices';
import { ImageBuffers, LowDose } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import { UserSettings } from '../../../core/user-settings';
import type { ConsoleState, Message } from '../../../plugins/console/protocol';
import { until } from '../../support/until';
import { type ConsoleSite, serveSite } from './support/console-site';
import { ask, opened, tokenOf } from './support/web-client';

/** Images of 180 by 128 pixels at the binning of View. */
const tinyCamera = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 720').replace('CameraSizeY: 8184', 'CameraSizeY: 512');

let site: ConsoleSite;
beforeAll(async () => (site = await serveSite({ magIndex: 22, speed: 50, edit: tinyCamera })));
afterAll(() => site[Symbol.asyncDispose]());

interface Browser {
  readonly socket: WebSocket;
  readonly state: Partial<ConsoleState>;
  readonly does: (command: object) => Promise<Record<string, unknown>>;
}

/** A browser that keeps what it hears. */
async function browser(address: string, control = true): Promise<Browser> {
  const state: Partial<ConsoleState> = {};
  const hear = (data: Buffer, binary: boolean): void => {
    if (binary) return;
    const message = JSON.parse(data.toString()) as Message;
    if (message.is === 'state') Object.assign(state, { [message.part]: message.value ?? undefined });
  };
  const socket = await opened(site, { token: tokenOf(address), hear });
  const does = (command: object) => ask(socket, command);
  if (control) expect(await does({ do: 'control', take: true })).toMatchObject({ is: 'done' });
  return { socket, state, does };
}
const heard = (what: string, check: () => boolean): Promise<unknown> =>
  until(
    () => what,
    async () => check(),
  );
const configuration = (): string => readFileSync(path.join(site.instrument.folder, 'simulator.yaml'), 'utf8');
const find = <Found>(token: Parameters<ConsoleSite['instrument']['session']['find']>[0]): Found =>
  site.instrument.session.find(token) as Found;
const trial = (anna: Browser) => anna.state.parameterSets!.cameras[0]!.sets.find(({ name }) => name === 'Trial')!;
const setOf = (field: string, value: unknown) => ({ do: 'change-set', camera: 0, set: 'Trial', field, value });

/** Sends a file as a page does, in parts; returns its number. */
async function send({ does }: Browser, text: string, file = 1): Promise<number> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at === 0 || at < bytes.length; at += 5000) {
    const content = bytes.subarray(at, at + 5000).toString('base64');
    expect(await does({ do: 'file-part', file, name: 'theirs.txt', at, content })).toMatchObject({ is: 'done' });
  }
  return file;
}

describe('people', () => {
  test('who only watch change nothing of it, and those who are not in control neither', async () => {
    const [carl, bert] = [await browser(site.observer, false), await browser(site.operator, false)];
    const anna = await browser(site.administrator);
    const commands = [
      setOf('exposure', 1),
      { do: 'reset-sets' },
      { do: 'file-part', file: 1, name: 'x', at: 0, content: '' },
      { do: 'import-sets', file: 1, apply: true },
      { do: 'import-user-settings', file: 1, apply: true },
      { do: 'set-user-setting', setting: 'TargetDefocus', value: -1 },
      { do: 'low-dose', on: true },
      { do: 'go-to-area', area: 'View' },
      { do: 'change-area', area: 'View', field: 'spotSize', value: 3 },
      { do: 'take-area', area: 'View' },
      { do: 'copy-area', from: 'View', to: 'Trial' },
      { do: 'balance-areas' },
      { do: 'update-areas', on: true },
      { do: 'settle-left', isThere: false },
      { do: 'live', set: 'View' },
      { do: 'end-live' },
      { do: 'save-buffer', buffer: 'A', file: 'a.mrc' },
      { do: 'read-image', file: 'a.mrc', section: 0 },
      { do: 'align', leaveColumn: true },
      { do: 'clear-alignment', leaveColumn: true },
    ];
    for (const command of commands) {
      expect([command.do, await carl.does(command)]).toEqual([
        command.do,
        expect.objectContaining({ code: 'console/not-allowed' }),
      ]);
      expect([command.do, await bert.does(command)]).toEqual([
        command.do,
        expect.objectContaining({ code: 'console/not-in-control' }),
      ]);
    }
    for (const command of [{ do: 'sets-difference' }, { do: 'export-user-settings' }, { do: 'image-files' }])
      expect(await carl.does(command)).toMatchObject({ code: 'console/not-allowed' });
    // Writing the configuration is for administrators, in control or not.
    expect(await bert.does({ do: 'control', take: true })).toMatchObject({ is: 'done' });
    expect(await bert.does({ do: 'write-sets', difference: 1 })).toMatchObject({ code: 'console/not-allowed' });
    await heard('the state came', () => carl.state.parameterSets !== undefined && carl.state.lowDose !== undefined);
    for (const each of [anna, bert, carl]) each.socket.close();
  });
});

describe('parameter sets', () => {
  test('are changed for the session with what the camera makes of them, written after the difference was shown, and undone', async () => {
    const anna = await browser(site.administrator);
    const settings = find<Settings>(Settings);
    const before = configuration();
    await heard('the sets came', () => anna.state.parameterSets !== undefined);
    // Only tried: nothing is changed.
    const tried = await anna.does({ do: 'try-set', camera: 0, set: 'Trial', field: 'exposure', value: 0.257 });
    expect(tried['value']).toMatchObject({ name: 'Trial', values: { exposure: { text: '0.257', written: '0.5' } } });
    expect(settings.parameterSets.get(0 as never)!.Trial.exposure).toBe(0.5);

    expect(await anna.does(setOf('exposure', 0.257))).toMatchObject({ is: 'done' });
    await heard('the change came', () => trial(anna).values['exposure']!.text === '0.257');
    const made = Number(trial(anna).values['exposure']!.becomes);
    // A K3 exposes for whole frames.
    expect(made).not.toBe(0.257);
    expect(Math.abs(made - 0.257)).toBeLessThan(0.0134);
    expect(await anna.does(setOf('area', 'half'))).toMatchObject({ is: 'done' });
    expect(await anna.does(setOf('fractions', true))).toMatchObject({ is: 'done' });
    await heard('all came', () => anna.state.parameterSets!.unwritten === 3);
    expect(trial(anna).values['fractions.frameTime']).toMatchObject({ value: 0.1, written: '\u2013' });
    expect(configuration()).toBe(before);

    const shown = (await anna.does({ do: 'sets-difference' }))['value'] as { number: number; diff: string };
    expect(shown.diff).toMatch(/^\+.*exposure: 0\.257.*area: half/m);
    expect(await anna.does({ do: 'write-sets', difference: shown.number + 7 })).toMatchObject({
      code: 'console/nothing-to-write',
    });
    expect(await anna.does({ do: 'write-sets', difference: shown.number })).toMatchObject({ is: 'done' });
    expect(configuration()).toMatch(/Trial: \{.*exposure: 0\.257.*area: half.*fractions/);
    await heard('nothing is unwritten', () => anna.state.parameterSets!.unwritten === 0);
    // A difference is written once.
    expect(await anna.does({ do: 'write-sets', difference: shown.number })).toMatchObject({
      code: 'console/nothing-to-write',
    });

    expect(await anna.does(setOf('fractions', false))).toMatchObject({ is: 'done' });
    const second = (await anna.does({ do: 'sets-difference' }))['value'] as { number: number };
    expect(await anna.does({ do: 'write-sets', difference: second.number })).toMatchObject({ is: 'done' });
    expect(configuration()).not.toMatch(/fractions/);
    expect(await anna.does(setOf('binning', '4'))).toMatchObject({ is: 'done' });
    expect(await anna.does({ do: 'reset-sets' })).toMatchObject({ is: 'done' });
    // Undone is what is not in the configuration; what was written there stays.
    expect(settings.parameterSets.get(0 as never)!.Trial).toMatchObject({ exposure: 0.257, area: 'half' });
    expect((await anna.does({ do: 'sets-difference' }))['value']).toMatchObject({ diff: '' });
    anna.socket.close();
  });

  test('refuse what they do not understand, and what the camera does not have', async () => {
    const anna = await browser(site.administrator);
    const before = JSON.stringify([...find<Settings>(Settings).parameterSets]);
    for (const [field, value, code] of [
      ['exposure', -1, 'console/bad-value'],
      ['exposure', 'long', 'console/bad-value'],
      ['binning', '3', 'console/bad-value'],
      ['area', 'the middle', 'console/bad-value'],
      ['area', '0, 0, 99999, 99999', 'settings/wrong-parameters'],
      ['area', '10, 0, 5, 5', 'settings/wrong-parameters'],
      ['darkReferenceImages', 1.5, 'console/bad-value'],
      ['continuous', 'yes', 'console/bad-value'],
      ['scan.lineSync', true, 'console/unknown-setting'],
      ['toString', 1, 'console/unknown-setting'],
    ] as const)
      expect([field, value, await anna.does(setOf(field, value))]).toEqual([
        field,
        value,
        expect.objectContaining({ is: 'refused', code }),
      ]);
    expect(await anna.does({ ...setOf('exposure', 1), camera: 5 })).toMatchObject({ code: 'console/unknown-setting' });
    expect(JSON.stringify([...find<Settings>(Settings).parameterSets])).toBe(before);
    anna.socket.close();
  });

  test('are imported from a settings file after the difference was shown', async () => {
    const anna = await browser(site.administrator);
    const text =
      'SerialEMSettings\nCameraControlSet  2 0\nBinning\t8\nExposureTime\t1.5\nEndControlSet\nCameraControlSet  3 0\nBinning\t3\nEndControlSet\n';
    const file = await send(anna, text);
    const exposure = () => find<Settings>(Settings).parameterSets.get(0 as never)!.Trial.exposure;
    const shown = await anna.does({ do: 'import-sets', file, apply: false });
    expect(shown['value']).toMatchObject({
      differences: expect.arrayContaining([
        { of: 'Trial of K3', label: 'Exposure', before: '0.257', after: '1.5' },
      ]) as unknown,
      remarks: [expect.stringContaining('binning 3 is not taken over') as unknown],
    });
    expect(exposure()).toBe(0.257);
    expect(await anna.does({ do: 'import-sets', file, apply: true })).toMatchObject({ is: 'done' });
    expect(exposure()).toBe(1.5);
    await anna.does({ do: 'reset-sets' });
    const other = await send(anna, 'not a settings file', 2);
    expect(await anna.does({ do: 'import-sets', file: other, apply: true })).toMatchObject({
      code: 'user-settings/not-a-settings-file',
    });
    expect(await anna.does({ do: 'import-sets', file: 77, apply: true })).toMatchObject({
      code: 'console/file-incomplete',
    });
    const outOfTurn = { do: 'file-part', file: 3, name: 'x', at: 100, content: 'AAAA' };
    expect(await anna.does(outOfTurn)).toMatchObject({ code: 'console/file-incomplete' });
    anna.socket.close();
  });
});

describe('user settings', () => {
  const settingOf = (anna: Browser, id: string) => anna.state.userSettings!.settings.find((each) => each.id === id)!;

  test('are listed by their definitions, changed for good, put back, and seen by every browser', async () => {
    const [anna, carl] = [await browser(site.administrator), await browser(site.observer, false)];
    await heard('the settings came', () => carl.state.userSettings !== undefined);
    expect(settingOf(carl, 'TargetDefocus')).toMatchObject({
      label: 'Target defocus',
      unit: '\u00b5m',
      default: '0',
      standing: 'default',
      changed: false,
      change: { by: 'number', minimum: -200, maximum: 50 },
    });
    // The unit of beam tilt is that of the column.
    expect(settingOf(carl, 'AutofocusBeamTilt').unit).toBe('mrad');
    const set = (setting: string, value?: unknown) => anna.does({ do: 'set-user-setting', setting, value });
    expect(await set('TargetDefocus', -2.5)).toMatchObject({ is: 'done' });
    await heard('the other one sees it', () => settingOf(carl, 'TargetDefocus').text === '-2.5');
    expect(settingOf(carl, 'TargetDefocus')).toMatchObject({ standing: 'file', changed: true });
    expect(readFileSync(carl.state.userSettings!.file, 'utf8')).toMatch(/^TargetDefocus\t-2\.5$/m);
    expect(await set('TargetDefocus')).toMatchObject({ is: 'done' });
    await heard('it is the default again', () => !settingOf(carl, 'TargetDefocus').changed);
    for (const [setting, value, code] of [
      ['TargetDefocus', 99, 'console/bad-value'],
      ['DriftProtection', 3, 'console/bad-value'],
      ['UsersAstigTilt', -7, 'user-settings/wrong-value'],
      ['AutofocusEucenAbsParams', '1 2', 'user-settings/wrong-value'],
      ['constructor', 1, 'console/unknown-setting'],
    ] as const)
      expect([setting, await set(setting, value)]).toEqual([setting, expect.objectContaining({ code })]);
    for (const each of [anna, carl]) each.socket.close();
  });

  test('are imported and exported as a settings file, not while Low Dose is on', async () => {
    const anna = await browser(site.administrator);
    const file = await send(anna, 'SerialEMSettings\nTargetDefocus -3.5\nSomethingNew 1 2 3\n', 9);
    const settings = find<UserSettings>(UserSettings);
    expect((await anna.does({ do: 'import-user-settings', file, apply: false }))['value']).toMatchObject({
      differences: [{ of: 'Autofocus', label: 'Target defocus', before: '0', after: '-3.5' }],
      remarks: [expect.stringContaining('SomethingNew') as unknown],
    });
    expect(settings.get('TargetDefocus')).toBe(0);
    await find<LowDose>(LowDose).turnOn();
    expect(await anna.does({ do: 'import-user-settings', file, apply: true })).toMatchObject({
      code: 'console/in-low-dose',
    });
    await find<LowDose>(LowDose).turnOff();
    expect(await anna.does({ do: 'import-user-settings', file, apply: true })).toMatchObject({ is: 'done' });
    expect(settings.get('TargetDefocus')).toBe(-3.5);
    const { value } = (await anna.does({ do: 'export-user-settings' })) as { value: { content: string } };
    expect(Buffer.from(value.content, 'base64').toString('latin1')).toContain('SomethingNew 1 2 3');
    anna.socket.close();
  });
});

describe('Low Dose', () => {
  test('is set from the column, entered through the guards, followed, and left as it was', async () => {
    const anna = await browser(site.administrator);
    const scope = find<Scope>(Scope);
    const before = await scope.magIndex.read();
    await heard('the areas came', () => anna.state.lowDose !== undefined);
    const value = (area: string, id: string) => anna.state.lowDose!.areas.find(({ name }) => name === area)!.values[id];
    expect(value('View', 'magIndex')).toEqual({ text: 'not set', value: '' });
    expect(value('View', 'axisPosition')).toEqual({ text: '\u2013' });
    for (const area of ['View', 'Record'])
      expect(await anna.does({ do: 'take-area', area })).toMatchObject({ is: 'done' });
    await heard('Record has the settings of the column', () => value('Record', 'magIndex')?.value === String(before));
    const change = (area: string, field: string, given: unknown) =>
      anna.does({ do: 'change-area', area, field, value: given });
    expect(await change('View', 'magIndex', String(before - 2))).toMatchObject({ is: 'done' });
    expect(await change('View', 'spotSize', 3)).toMatchObject({ is: 'done' });
    for (const [area, field, given] of [
      ['View', 'magIndex', '9999'],
      ['View', 'spotSize', 1.5],
      ['View', 'axisPosition', 1],
      ['Focus', 'axisPosition', 25],
      ['Focus', 'nothing', 1],
    ] as const)
      expect([field, (await change(area, field, given))['is']]).toEqual([field, 'refused']);
    expect(await anna.does({ do: 'go-to-area', area: 'View' })).toMatchObject({ code: 'low-dose/off' });
    expect(await anna.does({ do: 'low-dose', on: true })).toMatchObject({ is: 'done' });
    expect(await anna.does({ do: 'go-to-area', area: 'View' })).toMatchObject({ is: 'done' });
    expect(await scope.magIndex.read()).toBe(before - 2);
    await heard('the area is shown, with its field', () => anna.state.lowDose!.area === 'View');
    expect(anna.state.lowDose!.drawing[0]!.field!.width).toBeGreaterThan(0);
    expect(await anna.does({ do: 'take-area', area: 'Record' })).toMatchObject({ code: 'console/in-other-area' });
    expect(await anna.does({ do: 'low-dose', on: false })).toMatchObject({ is: 'done' });
    expect([await scope.magIndex.read(), await scope.beamBlanked.read()]).toEqual([before, false]);
    await heard('it is off', () => anna.state.lowDose!.on === false);
    anna.socket.close();
  });

  test('STOP on the way to an area puts everything back', async () => {
    const anna = await browser(site.administrator);
    const scope = find<Scope>(Scope);
    const before = await scope.magIndex.read();
    await anna.does({ do: 'low-dose', on: true });
    const clock = site.instrument.clock as { delay: typeof site.instrument.clock.delay };
    const { delay } = clock;
    let waits = false;
    // Time stands still after the first move, so that the way lasts until it is stopped.
    clock.delay = (_, signal) => {
      waits = true;
      return new Promise((_resolve, reject) => {
        const stop = (): void => reject(signal!.reason as Error);
        if (signal?.aborted) stop();
        signal?.addEventListener('abort', stop, { once: true });
      });
    };
    const going = anna.does({ do: 'go-to-area', area: 'View' });
    await heard('it is on its way', () => waits && anna.state.action?.what === 'Low Dose: to View');
    const stopping = anna.does({ do: 'stop' });
    clock.delay = delay;
    await stopping;
    expect(await going).toMatchObject({ code: 'console/action-stopped' });
    expect(await scope.magIndex.read()).toBe(before);
    expect(find<LowDose>(LowDose).area).toBeUndefined();
    await anna.does({ do: 'low-dose', on: false });
    anna.socket.close();
  });
});

describe('the live image and the buffers', () => {
  test('a live image is shown to all, survives a browser that comes again, and STOP ends it', async () => {
    const [anna, carl] = [await browser(site.administrator), await browser(site.observer, false)];
    const live = find<LiveImage>(LiveImage);
    expect(await anna.does({ do: 'live', set: 'View' })).toMatchObject({ is: 'done' });
    await heard('images come', () => carl.state.live?.set === 'View' && carl.state.live.images > 2);
    await heard('A is live', () => carl.state.buffers?.[0]?.live === true);
    anna.socket.close();
    const again = await browser(site.administrator);
    await heard('it still runs', () => again.state.live?.set === 'View');
    expect(await again.does({ do: 'live', set: 'Trial' })).toMatchObject({ is: 'done' });
    await heard('another set is shown', () => carl.state.live?.set === 'Trial');
    expect(await again.does({ do: 'stop' })).toMatchObject({ is: 'done' });
    expect(live.running).toBeUndefined();
    await heard('it is over', () => carl.state.live?.set === undefined);
    for (const each of [again, carl]) each.socket.close();
  });

  test('an image has a thumbnail, and is saved with its metadata, read, copied and aligned', async () => {
    const anna = await browser(site.administrator);
    const buffers = find<ImageBuffers>(ImageBuffers);
    for (let count = 0; count < 2; count++)
      expect(await anna.does({ do: 'take', set: 'View' })).toMatchObject({ is: 'done' });
    await heard('the images came', () => (anna.state.buffers?.length ?? 0) >= 2);
    const [a] = anna.state.buffers!;
    const { value: small } = (await anna.does({ do: 'thumbnail', image: a!.image })) as {
      value: { width: number; height: number; grey: string };
    };
    const grey = Buffer.from(small.grey, 'base64');
    expect(grey.length).toBe(small.width * small.height);
    expect(Math.max(small.width, small.height)).toBeLessThanOrEqual(96);
    expect(new Set(grey).size).toBeGreaterThan(20);
    expect(await anna.does({ do: 'thumbnail', image: 99_999 })).toMatchObject({ code: 'console/image-gone' });

    const saved = (await anna.does({ do: 'save-buffer', buffer: 'A', file: 'first.mrc' }))['value'] as { path: string };
    expect(readFileSync(`${saved.path}.mdoc`, 'utf8')).toContain('[ZValue = 0]');
    expect((await anna.does({ do: 'image-files' }))['value']).toMatchObject({ files: ['first.mrc'] });
    for (const file of ['../first.mrc', '/etc/first.mrc', '.first.mrc', 'first.txt', 'a/b.tif'])
      expect([file, await anna.does({ do: 'save-buffer', buffer: 'A', file })]).toEqual([
        file,
        expect.objectContaining({ code: 'console/bad-command' }),
      ]);
    const { value: letter } = (await anna.does({ do: 'read-image', file: 'first.mrc', section: 0 })) as {
      value: string;
    };
    expect([...buffers.get(letter)!.frame.image.data].slice(0, 20)).toEqual(
      [...buffers.get('A')!.frame.image.data].slice(0, 20),
    );
    expect(await anna.does({ do: 'copy-buffer', from: 'A', to: 'F' })).toMatchObject({ is: 'done' });
    expect(await anna.does({ do: 'copy-buffer', from: 'A', to: 'Z' })).toMatchObject({ is: 'refused' });
    const aligned = await anna.does({ do: 'align', buffer: 'B', leaveColumn: true });
    expect(aligned['value']).toMatchObject({ buffer: 'B', moved: false });
    // The specimen drifts between two images, so that the shift is the one that the buffers themselves measure.
    const { shift } = await find<BufferWork>(BufferWork).align({ buffer: 'B', leaveColumn: true });
    expect((aligned['value'] as { shift: unknown }).shift).toEqual(shift);
    await heard('A is aligned on the page', () => anna.state.buffers?.[0]?.alignment.x === shift.x);
    expect(await anna.does({ do: 'align', buffer: 'T', leaveColumn: true })).toMatchObject({ code: 'buffers/empty' });
    expect(await anna.does({ do: 'clear-alignment', leaveColumn: true })).toMatchObject({ is: 'done' });
    expect(anna.state.bufferRules!.names).toContain('V');
    anna.socket.close();
  });
});
