import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { type LockHolder, holderOf, lockFileName, lockInstrument } from '../../app/instrument/instrument-lock';
import { eucentric, interrupted, temporarySite } from './eucentric';

const folder = mkdtempSync(path.join(tmpdir(), 'eucentric-lock-'));
const file = path.join(folder, lockFileName);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => rmSync(file, { force: true }));

const lines: string[] = [];
const log = { info: (text: string) => void lines.push(text), warn: (text: string) => void lines.push(text) };
beforeEach(() => void (lines.length = 0));

/** Number of a process that has ended. */
const dead = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

/** Writes the lock of another program; the process above this one lives as long as the test. */
const lockOf = (holder: Partial<LockHolder> = {}, at = file): void =>
  writeFileSync(
    at,
    JSON.stringify({
      owner: 'anna',
      host: hostname(),
      pid: process.ppid,
      doing: 'start',
      since: '2026-03-01T10:00:00Z',
      ...holder,
    }),
  );

const inUse = (...said: readonly string[]) => ({
  code: 'instrument/in-use',
  message: expect.stringMatching(said.join('.*')) as string,
});

describe('the lock of an instrument', () => {
  test('is a file that says who has it, until the release', () => {
    const release = lockInstrument(folder, 'start', log);
    expect(holderOf(folder)).toMatchObject({ pid: process.pid, host: hostname(), doing: 'start' });
    release();
    release();
    expect(existsSync(file)).toBe(false);
  });

  test('keeps others off, by name', () => {
    lockOf();
    expect(() => lockInstrument(folder, 'run', log)).toThrow(
      expect.objectContaining(inUse('start', 'anna', hostname(), String(process.ppid), 'minutes')) as Error,
    );
    expect(holderOf(folder)).toMatchObject({ owner: 'anna' });
  });

  test('of a program that has died is taken over, and the log says so', () => {
    lockOf({ pid: dead() });
    expect(holderOf(folder)).toBeUndefined();
    const release = lockInstrument(folder, 'run', log);
    expect(holderOf(folder)).toMatchObject({ pid: process.pid });
    expect(lines.join('\n')).toMatch(/anna.*taken over/);
    release();
  });

  test('of another computer holds as long as it shows signs of life', () => {
    lockOf({ host: 'microscope-2', pid: dead() });
    expect(() => lockInstrument(folder, 'run', log)).toThrow(expect.objectContaining(inUse('microscope-2')) as Error);
    utimesSync(file, 1, 1);
    lockInstrument(folder, 'run', log)();
  });

  test('that is cut short holds while it is fresh', () => {
    writeFileSync(file, '{"own');
    expect(() => lockInstrument(folder, 'run', log)).toThrow(expect.objectContaining(inUse('somebody')) as Error);
  });

  test('is one for the whole program: the last release frees it', () => {
    const [one, other] = [lockInstrument(folder, 'start', log), lockInstrument(folder, 'start', log)];
    one();
    one();
    expect(existsSync(file)).toBe(true);
    other();
    expect(existsSync(file)).toBe(false);
  });

  test('is not removed by a program from which it was taken', () => {
    const release = lockInstrument(folder, 'start', log);
    lockOf();
    release();
    expect(holderOf(folder)).toMatchObject({ owner: 'anna' });
  });

  test('cannot be made where nothing can be written; the log says what that means', () => {
    const inTheWay = path.join(folder, 'file');
    writeFileSync(inTheWay, '');
    lockInstrument(path.join(inTheWay, 'calibrations'), 'run', log)();
    expect(lines.join('\n')).toMatch(/cannot be written.*second program/);
  });
});

describe('the commands', () => {
  const item = 'calibrations/image-and-stage-shift/image-shift';

  test('that drive the instrument or change its calibrations are refused beside another program; those that look are not', () => {
    const site = temporarySite();
    const calibrations = path.join(site.folder, 'calibrations');
    mkdirSync(calibrations);
    lockOf({}, path.join(calibrations, lockFileName));
    const call = (...given: string[]) => eucentric([...given, '--json', '--config', site.configuration]);
    for (const given of [
      ['run', item, '--defaults'],
      ['start', '--no-open'],
      ['devices'],
      ['calibrations', 'history', '--restore', 'some-entry'],
    ]) {
      const { code, lines: said } = call(...given);
      expect([given[0], code]).toEqual([given[0], 1]);
      expect(said().at(-1)).toMatchObject(inUse('anna'));
    }
    for (const given of [['check'], ['menu'], ['calibrations', 'show'], ['calibrations', 'history'], ['export']])
      expect([given, call(...given).code]).toEqual([given, 0]);
    expect(readFileSync(path.join(calibrations, lockFileName), 'utf8')).toContain('anna');
    site.remove();
  });

  test('take the instrument over from a run that was killed, and leave no lock behind', async () => {
    const site = temporarySite(undefined, { wholeCamera: true });
    const given = ['run', item, '--defaults', '--json', '--config', site.configuration];
    await interrupted(given, /"event":"image"/, 'SIGKILL');
    const lock = path.join(site.folder, 'calibrations', lockFileName);
    expect(existsSync(lock)).toBe(true);
    const { code, stderr } = eucentric(given);
    expect(code).toBe(0);
    expect(stderr).toMatch(/taken over/);
    expect(existsSync(lock)).toBe(false);
    site.remove();
  });
});
