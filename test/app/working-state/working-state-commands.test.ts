import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings } from '../../../core/settings';
import { cameraIndex } from '../../../core/base';
import { eucentric, temporarySite } from '../eucentric';

const site = () => temporarySite((yaml) => yaml);
const run = (configuration: string, ...given: readonly string[]) =>
  eucentric([...given, '--json', '--config', configuration]);
const lastOf = (lines: readonly Record<string, unknown>[]) => lines.at(-1)!;

test('a user setting is shown, set for good and exported; a wrong one is refused with the nearest name', () => {
  const { configuration } = site();
  expect(lastOf(run(configuration, 'settings', 'show', 'targetdefocus').lines())).toMatchObject({
    name: 'TargetDefocus',
    value: 0,
    set: false,
    unit: 'um',
  });
  const set = run(configuration, 'settings', 'set', 'TargetDefocus', '-1.5');
  expect(set.code).toBe(0);
  const { file } = lastOf(set.lines()) as { file: string };
  expect(readFileSync(file, 'latin1')).toMatch(/^SerialEMSettings # simulated.*\nTargetDefocus\t-1\.5\n$/);
  expect(lastOf(run(configuration, 'settings', 'show', 'TargetDefocus').lines())).toMatchObject({
    value: -1.5,
    set: true,
  });
  const wrong = run(configuration, 'settings', 'set', 'TargetDefokus', '1');
  expect([wrong.code, lastOf(wrong.lines())]).toEqual([1, expect.objectContaining({ code: 'user-settings/unknown' })]);
});

test('a settings file of SerialEM is taken over whole, and its camera sets into the configuration', () => {
  const { configuration } = site();
  const { settings } = loadSettings(configuration);
  const camera = settings.cameras[0]!;
  const folder = path.dirname(configuration);
  const theirs = path.join(folder, 'SerialEMsettings.txt');
  writeFileSync(
    theirs,
    [
      'SerialEMSettings',
      'TargetDefocus -3.000000',
      'Unknown line of ours',
      `CameraControlSet  2 ${camera.index}`,
      `Binning\t${camera.binnings.at(-1)}`,
      'ExposureTime\t0.125000',
      'EndControlSet',
      '',
    ].join('\n'),
  );
  const imported = run(configuration, 'settings', 'import', theirs);
  expect(imported.code).toBe(0);
  const out = path.join(folder, 'exported.txt');
  expect(run(configuration, 'settings', 'export', '-o', out).code).toBe(0);
  expect(readFileSync(out, 'latin1')).toContain('\nTargetDefocus -3.000000\nUnknown line of ours\nCameraControlSet  2');

  const asked = run(configuration, 'parameter-sets', 'import', theirs);
  expect(lastOf(asked.lines())).toMatchObject({ written: false, diff: expect.stringContaining('0.125') as string });
  expect(lastOf(run(configuration, 'parameter-sets', 'import', theirs, '--yes').lines())).toMatchObject({
    written: true,
  });
  expect(loadSettings(configuration).settings.parameterSets.get(cameraIndex(camera.index))!.Trial).toMatchObject({
    exposure: 0.125,
    binning: camera.binnings.at(-1),
  });
  expect(existsSync(configuration.replace(/yaml$/, 'bak'))).toBe(true);
});

test('a parameter that the camera does not allow is refused, and the configuration stays', () => {
  const { configuration } = site();
  const before = readFileSync(configuration, 'utf8');
  const refused = run(configuration, 'parameter-sets', 'set', 'Trial', 'binning=77', '--yes');
  expect([refused.code, lastOf(refused.lines())]).toEqual([
    1,
    expect.objectContaining({ code: 'settings/wrong-parameters' }),
  ]);
  expect(run(configuration, 'parameter-sets', 'set', 'Trial', 'binning', '--yes').code).toBe(1);
  expect(readFileSync(configuration, 'utf8')).toBe(before);
});

test('the history says who changed which setting from what to what', () => {
  const { configuration } = site();
  run(configuration, 'settings', 'set', 'TargetDefocus', '-1.5');
  run(configuration, 'settings', 'set', 'TargetDefocus', '-1.5');
  run(configuration, 'parameter-sets', 'set', 'Trial', 'exposure=0.625', '--yes');
  const entries = run(configuration, 'calibrations', 'history').lines();
  expect(entries).toEqual([
    expect.objectContaining({
      item: 'settings/user-settings',
      who: expect.any(String) as string,
      when: expect.any(String) as string,
      values: { TargetDefocus: { before: 0, after: -1.5 } },
      summary: expect.stringMatching(/^TargetDefocus: 0 -> -1\.5\. Kept in /) as string,
    }),
    expect.objectContaining({
      item: 'settings/parameter-sets',
      values: { 'camera 0 Trial exposure': { before: expect.any(Number) as number, after: 0.625 } },
    }),
  ]);
  const restored = run(configuration, 'calibrations', 'history', '--restore', String(entries[0]!.id));
  expect([restored.code, lastOf(restored.lines())]).toEqual([
    1,
    expect.objectContaining({ code: 'history/nothing-to-restore' }),
  ]);
});
