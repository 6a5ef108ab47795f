import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FiledUserSettings,
  SettingsFile,
  type SettingsFileOptions,
  SettingsText,
  findUserSetting,
  parseUserSetting,
  userSettingDefinitions,
  userSettingGroups,
  userSettingLabels,
} from '../../../core/user-settings';

/** A file as a site might have it: its own order, tabs and blanks, lines of other programs, Windows line ends, bytes of Windows-1252. */
const siteFile = [
  'SerialEMSettings',
  'SystemPath\tC:\\Program Files\\SerialEM\\Jos\u00e9',
  'AutofocusBeamTilt 3.200000',
  'TargetDefocus\t-1.5',
  '# a remark',
  'CameraControlSet  2 0',
  'Binning\t4',
  'TargetDefocus\t99',
  'EndControlSet',
  'LowDoseParameters 0 28 5 0.412345 0.00 0 0 20.0 0.0 0 0.0 0.0 -999 -999.0 0.0 0.0 1 0 0.0 0.0 100.0',
  'LowDoseParameters 1 31 5 0.500000 4.00 0 0 20.0 0.0 0 0.0 0.0 -999 -999.0 0.0 0.0 1 0 0.0 0.0 100.0',
  'DriftProtection 0',
  'SomethingNew 1 2 3',
  '',
].join('\r\n');

const noFile = Symbol('no file');
const folder = (): string => mkdtempSync(join(tmpdir(), 'user-settings-'));
const write = (path: string, text: string): void => writeFileSync(path, Buffer.from(text, 'latin1'));
const read = (path: string): string => readFileSync(path).toString('latin1');

async function opened(options: Partial<SettingsFileOptions> = {}, text: string | typeof noFile = siteFile) {
  const path = options.path ?? join(folder(), 'SerialEMsettings.txt');
  if (text !== noFile) write(path, text);
  const file = await SettingsFile.open({ path, ...options });
  return { path, file, settings: new FiledUserSettings(file) };
}

describe('for people', () => {
  test('every user setting has a group and a label of its own', () => {
    const labels = Object.values(userSettingLabels).map(([group, label]) => `${group}: ${label}`);
    expect(new Set(labels).size).toBe(labels.length);
    expect(Object.keys(userSettingLabels).sort()).toEqual(Object.keys(userSettingDefinitions).sort());
    for (const [group] of Object.values(userSettingLabels)) expect(userSettingGroups).toContain(group);
  });

  test('it is said whether a value is the default, stands in the file, or lasts only for the session or a script', async () => {
    const { path, settings } = await opened();
    expect([settings.standing('RefocusThreshold'), settings.standing('TargetDefocus')]).toEqual(['default', 'file']);
    const back = settings.setForNow('RefocusThreshold', 3);
    expect(settings.standing('RefocusThreshold')).toBe('script');
    back();
    expect(settings.standing('RefocusThreshold')).toBe('default');
    // A folder stands in its place, so that nothing can be written.
    rmSync(path);
    mkdirSync(path);
    expect(await settings.set('RefocusThreshold', 4)).toMatchObject({ lasts: false });
    expect([settings.get('RefocusThreshold'), settings.standing('RefocusThreshold')]).toEqual([4, 'session']);
    rmSync(path, { recursive: true });
    write(path, siteFile);
    expect(await settings.set('TargetDefocus', -3)).toMatchObject({ lasts: true });
    expect(settings.standing('RefocusThreshold')).toBe('file');
    expect(read(path)).toContain('RefocusThreshold\t4');
  });

  test('the effects of another file are listed before it is taken over, and the file is given out as it is', async () => {
    const { settings, path } = await opened();
    const other = siteFile
      .replace('TargetDefocus\t-1.5', 'TargetDefocus -2.5')
      .replace('DriftProtection 0\r\n', '')
      .replace('LowDoseParameters 1 31', 'LowDoseParameters 1 30')
      .replace('Binning\t4', 'Binning\t2');
    const bytes = Buffer.from(other, 'latin1');
    expect(settings.compare(bytes, 'theirs.txt')).toEqual({
      settings: [
        { name: 'TargetDefocus', before: -1.5, after: -2.5 },
        { name: 'DriftProtection', before: false, after: true },
      ],
      otherLines: ['CameraControlSet', 'LowDoseParameters'],
    });
    expect(settings.get('TargetDefocus')).toBe(-1.5);
    expect(() => settings.compare(Buffer.from('something else'), 'x.txt')).toThrow(/not a settings file/);
    expect(await settings.takeOver(bytes, 'theirs.txt')).toMatchObject({ lasts: true });
    expect(settings.get('TargetDefocus')).toBe(-2.5);
    expect(Buffer.from(settings.bytes()).toString('latin1')).toBe(other);
    expect(read(path)).toBe(other);
    expect(settings.compare(bytes, 'theirs.txt')).toEqual({ settings: [], otherLines: [] });
  });
});

describe('a settings file of a site', () => {
  test('is read: known values, defaults for the rest, nothing from within camera sets', async () => {
    const { settings } = await opened();
    expect(settings.get('AutofocusBeamTilt')).toBe(3.2);
    expect(settings.get('TargetDefocus')).toBe(-1.5);
    expect(settings.get('DriftProtection')).toBe(false);
    expect(settings.get('RefocusThreshold')).toBe(8);
    expect(settings.has('RefocusThreshold')).toBe(false);
    expect(settings.remarks).toEqual([]);
  });

  test('keeps every other byte when one value changes', async () => {
    const { path, settings } = await opened();
    expect(await settings.set('TargetDefocus', -2)).toMatchObject({ lasts: true, path });
    expect(read(path)).toBe(siteFile.replace('TargetDefocus\t-1.5', 'TargetDefocus\t-2'));
    expect(await settings.set('UseK3CDS', true)).toMatchObject({ lasts: true });
    expect(read(path)).toBe(`${siteFile.replace('TargetDefocus\t-1.5', 'TargetDefocus\t-2')}UseK3CDS\t1\r\n`);
  });

  test('is not touched where the value is what it was', async () => {
    const { path, settings } = await opened();
    await settings.set('AutofocusBeamTilt', 3.2);
    expect(read(path)).toBe(siteFile);
  });

  test('the earlier file is kept as .bak', async () => {
    const { path, settings } = await opened();
    await settings.set('TargetDefocus', -2);
    expect(read(path.replace(/txt$/, 'bak'))).toBe(siteFile);
  });

  test('camera sets and lines of Low Dose can be read and written one by one', () => {
    const text = SettingsText.parse(siteFile)!;
    expect(text.cameraSets()).toEqual([
      {
        set: 2,
        camera: 0,
        fields: new Map([
          ['Binning', ['4']],
          ['TargetDefocus', ['99']],
        ]),
      },
    ]);
    text.setWhere('LowDoseParameters', ([area]) => area === '1', ['1', '30']);
    expect(text.all('LowDoseParameters').map(([area, mag]) => [area, mag])).toEqual([
      ['0', '28'],
      ['1', '30'],
    ]);
    text.setWhere('LowDoseParameters', ([area]) => area === '2', ['2', '33']);
    expect(text.all('LowDoseParameters')).toHaveLength(3);
    text.remove('LowDoseParameters', ([area]) => area === '0');
    expect(text.all('LowDoseParameters').map(([area]) => area)).toEqual(['1', '2']);
  });
});

describe('a value', () => {
  test.each([
    ['AutofocusBeamTilt', ['0.01']],
    ['AutofocusBeamTilt', ['x']],
    ['AutofocusBeamTilt', ['']],
    ['AutofocusBeamTilt', ['1', '2']],
    ['TargetDefocus', ['-201']],
    ['NumCtfFrames', ['3.5']],
    ['AutofocusEucenAbsParams', ['0', '0']],
    ['UsersComaTilt', ['-2']],
  ] as const)('%s cannot be %s', (name, items) => {
    expect(() => parseUserSetting(name, items)).toThrow(
      expect.objectContaining({
        code: 'user-settings/wrong-value',
        message: expect.stringMatching(/it is (a|0|\d)/) as string,
      }) as Error,
    );
  });

  test('may be what the limits leave out on purpose, and a direction begins again', () => {
    expect(parseUserSetting('UsersComaTilt', ['-1'])).toBe(-1);
    expect(parseUserSetting('BeamTiltDirection', ['-1'])).toBe(3);
    expect(parseUserSetting('BeamTiltDirection', ['6'])).toBe(2);
    expect(parseUserSetting('DriftProtection', ['2'])).toBe(true);
  });

  test('of a file that cannot be is left alone, named, and not used', async () => {
    const { path, settings } = await opened({}, 'SerialEMSettings\nTargetDefocus 4000\n');
    expect(settings.get('TargetDefocus')).toBe(0);
    expect(settings.remarks).toEqual([expect.stringMatching(/TargetDefocus cannot be 4000.*default is used/)]);
    await settings.set('DriftProtection', false);
    expect(read(path)).toBe('SerialEMSettings\nTargetDefocus 4000\nDriftProtection\t0\n');
  });

  test('of a wrong name is refused with the nearest one, whatever its letters', () => {
    expect(findUserSetting('targetDEFOCUS').name).toBe('TargetDefocus');
    expect(() => findUserSetting('TargetDefokus')).toThrow(
      expect.objectContaining({
        code: 'user-settings/unknown',
        hint: expect.stringMatching(/TargetDefocus/) as string,
      }) as Error,
    );
  });
});

test('a value for now hides the one in the file, several end in any order, and the file stays as it is', async () => {
  const { path, settings } = await opened();
  const changes: number[] = [];
  settings.onChange(() => changes.push(settings.get('TargetDefocus')));
  const first = settings.setForNow('TargetDefocus', -3);
  const second = settings.setForNow('TargetDefocus', -4);
  first();
  expect(settings.get('TargetDefocus')).toBe(-4);
  second();
  second();
  expect(settings.get('TargetDefocus')).toBe(-1.5);
  expect(changes).toEqual([-3, -4, -4, -1.5]);
  expect(read(path)).toBe(siteFile);
});

describe('a file that another program writes, too', () => {
  test('keeps what the other one has written, and takes what was changed here', async () => {
    const { path, settings } = await opened();
    write(path, siteFile.replace('SomethingNew 1 2 3', 'SomethingNew 4').replace('3.200000', '4.4'));
    const lasting = await settings.set('TargetDefocus', -2);
    expect(lasting).toMatchObject({ lasts: true, remarks: [expect.stringMatching(/Another program/)] });
    expect(read(path)).toContain('SomethingNew 4');
    expect(read(path)).toContain('TargetDefocus\t-2');
    expect(settings.get('AutofocusBeamTilt')).toBe(4.4);
  });

  test('of two programs that change at the same time none loses its change', async () => {
    const { path, settings } = await opened();
    const { settings: other } = await opened({ path }, noFile);
    await Promise.all([settings.set('TargetDefocus', -2), other.set('AutofocusOffset', 1)]);
    expect(read(path)).toContain('TargetDefocus\t-2');
    expect(read(path)).toContain('AutofocusOffset\t1');
  });

  test('of another kind is not written over: the change holds for the session', async () => {
    const { path, settings } = await opened({}, 'something else\n');
    expect(settings.remarks).toEqual([expect.stringMatching(/not a settings file/)]);
    expect(await settings.set('TargetDefocus', -2)).toMatchObject({ lasts: false });
    expect(settings.get('TargetDefocus')).toBe(-2);
    expect(read(path)).toBe('something else\n');
  });
});

describe('a simulation', () => {
  test('starts from the file of a user, writes one of its own, and says so in its first line', async () => {
    const own = join(folder(), 'SerialEMsettings.txt');
    const users = join(folder(), 'SerialEMsettings.txt');
    write(users, siteFile);
    const { settings } = await opened({ path: own, startFrom: users, simulated: true }, noFile);
    expect(settings.get('AutofocusBeamTilt')).toBe(3.2);
    await settings.set('TargetDefocus', -2);
    expect(read(own)).toMatch(/^SerialEMSettings # simulated/);
    expect(read(users)).toBe(siteFile);
  });

  test('never writes over the settings for an instrument', async () => {
    const { path, settings } = await opened({ simulated: true });
    expect(await settings.set('TargetDefocus', -2)).toMatchObject({
      lasts: false,
      reason: expect.stringMatching(/simulation/) as string,
    });
    expect(read(path)).toBe(siteFile);
  });
});

test('another file can be taken over whole, with all that is not understood', async () => {
  const { path, file, settings } = await opened({}, 'SerialEMSettings\nTargetDefocus 1\n');
  await file.take(Buffer.from(siteFile, 'latin1'), 'other.txt');
  expect(read(path)).toBe(siteFile);
  expect(settings.get('TargetDefocus')).toBe(-1.5);
  expect(() => file.take(Buffer.from('no settings\n'), 'other.txt')).toThrow(
    expect.objectContaining({ code: 'user-settings/not-a-settings-file' }) as Error,
  );
  expect(read(path)).toBe(siteFile);
});

test('without a file there are defaults, and the first change makes one', async () => {
  const path = join(folder(), 'deep', 'SerialEMsettings.txt');
  const { settings } = await opened({ path }, noFile);
  expect(existsSync(path)).toBe(false);
  expect(await settings.set('TargetDefocus', -2)).toMatchObject({ lasts: true });
  expect(read(path)).toBe('SerialEMSettings\nTargetDefocus\t-2\n');
});

test('every user setting has a sentence for operators, and a default that it may have', () => {
  for (const [name, { about, default: standard, kind }] of Object.entries(userSettingDefinitions)) {
    expect([name, about]).toEqual([name, expect.stringMatching(/^[A-Z].{15,}\.$/)]);
    if (kind !== 'numbers')
      expect(parseUserSetting(name as keyof typeof userSettingDefinitions, [String(Number(standard))])).toBe(standard);
  }
});
