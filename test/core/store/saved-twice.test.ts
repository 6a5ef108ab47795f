import { drawsOf } from '../../support/properties';
import { cameraIndex, magIndex } from '../../../core/base';
import { lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { main, otherMatrix, Site, someMatrix } from './site';

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.remove());

const backup = 'SerialEMcalibrations.bak';
const original = ['SerialEMCalibrations', 'C2SpotOffset 1 0.5  0.5', 'C2SpotOffset 3 0.25 0.25'];
const at = (index: number) => [magIndex(index), cameraIndex(0)] as const;
/** The records of a name in the file, without how it is written. */
const offsets = (): readonly string[] =>
  site
    .lines(main)
    .filter((line) => line.startsWith('C2SpotOffset'))
    .map((line) => line.replace(/\s+/g, ' '));

describe('saving after another program has changed the file', () => {
  it('merges what the two have changed, and goes on with both', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    site.write(main, original[0]!, original[1]!, 'C2SpotOffset 2 1.0 1.0');
    const { remarks } = await calibrations.save({ merge: true });
    expect(remarks).toEqual(['2 records of another program were taken over.']);
    expect(offsets()).toEqual(['C2SpotOffset 1 0.5 0.5', 'C2SpotOffset 2 1.000000 1.000000']);
    expect(site.text(main)).toContain('17 0 1.500000 -2.250000');
    expect(site.lines(backup)).toEqual([original[0], original[1], 'C2SpotOffset 2 1.0 1.0']);
    expect(calibrations.records('C2SpotOffset').all()).toHaveLength(2);
    expect(calibrations.unsaved).toBe(false);
    await calibrations.save();
  });

  it('merges nothing where both have changed one record, and says which', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.records('C2SpotOffset').put({ spot: 1, micro: 2, nano: 2 });
    const theirs = [original[0]!, 'C2SpotOffset 1 3.0 3.0', original[2]!, 'C2SpotOffset 4 1.0 1.0'];
    site.write(main, ...theirs);
    await expect(calibrations.save({ merge: true })).rejects.toMatchObject({
      code: 'store/merge-conflict',
      message: expect.stringContaining('both have changed C2SpotOffset spot 1.') as string,
    });
    expect(site.lines(main)).toEqual(theirs);
    expect(calibrations.records('C2SpotOffset').all()).toHaveLength(2);
    expect(calibrations.unsaved).toBe(true);
  });

  it('takes the same change of both for no conflict', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.records('C2SpotOffset').put({ spot: 1, micro: 2, nano: 2 });
    site.write(main, original[0]!, 'C2SpotOffset 1 2.0 2.0', original[2]!);
    expect((await calibrations.save({ merge: true })).remarks).toEqual([
      '0 records of another program were taken over.',
    ]);
    expect(offsets()[0]).toBe('C2SpotOffset 1 2.000000 2.000000');
  });

  it('merges no lines that it does not know', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    site.write(main, ...original, 'SomethingNew 1 2 3');
    await expect(calibrations.save({ merge: true })).rejects.toMatchObject({
      code: 'store/merge-conflict',
      message: expect.stringContaining('lines that this program does not know') as string,
    });
  });

  it('overwrites it when asked to, and keeps what the other program has written, later in a session too', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    await calibrations.save();
    calibrations.imageShift.set(...at(18), otherMatrix);
    const theirs = [...original, 'C2SpotOffset 2 1.0 1.0'];
    site.write(main, ...theirs);
    await calibrations.save({ overwrite: true });
    expect(site.lines(backup)).toEqual(theirs);
    expect(offsets()).toHaveLength(2);
    expect(calibrations.unsaved).toBe(false);
  });

  it('writes another file instead, and only one that is new', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    const theirs = [...original, 'C2SpotOffset 2 1.0 1.0'];
    site.write(main, ...theirs);
    expect((await calibrations.save({ to: 'mine.txt' })).path).toBe(site.path('mine.txt'));
    expect(site.text('mine.txt')).toContain('17 0 1.500000');
    expect(site.lines(main)).toEqual(theirs);
    expect(calibrations.unsaved).toBe(true);
    for (const to of ['mine.txt', main, ''])
      await expect(calibrations.save({ to })).rejects.toMatchObject({ code: 'store/exists' });
    site.administrator = false;
    await expect(calibrations.save({ to: 'third.txt' })).rejects.toMatchObject({ code: 'store/administrator-only' });
  });

  it('merges with a file that has appeared where there was none', async () => {
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    site.write(main, ...original);
    await calibrations.save({ merge: true });
    expect(offsets()).toHaveLength(2);
    expect(site.text(main)).toContain('17 0 1.500000');
  });
});

describe('two programs that save at the same time', () => {
  it('do not both say that they have saved', async () => {
    for (let round = 0; round < drawsOf(20); round++) {
      site.write(main, ...original);
      const both = [await site.calibrations(), await site.calibrations()];
      both[0]!.imageShift.set(...at(17), someMatrix);
      both[1]!.imageShift.set(...at(18), otherMatrix);
      const results = await Promise.allSettled(both.map((each) => each.save()));
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = results.find((each) => each.status === 'rejected') as PromiseRejectedResult;
      expect(refused.reason).toMatchObject({ code: 'store/changed-on-disk' });
      await both[results.indexOf(refused)]!.save({ merge: true });
      expect(site.text(main)).toContain('17 0 1.500000');
      expect(site.text(main)).toContain('18 0 -3.500000');
    }
    expect(readdirSync(site.directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('go on when the one that held the file was killed', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(site.path(`.${main}.lock`), JSON.stringify({ pid, host: hostname() }));
    calibrations.imageShift.set(...at(17), someMatrix);
    await calibrations.save();
    expect(readdirSync(site.directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('what a program left behind that was killed while it saved', () => {
  const uuid = '00000000-1111-4222-8333-444444444444';
  it('is removed when it is old, and nothing else is', async () => {
    site.write(main, ...original);
    const [old, fresh] = [`.${main}.${uuid}.new`, `.${main}.${uuid.replaceAll('0', '9')}.new`];
    const others = [`.other.txt.${uuid}.new`, `.${main}.notes.new`, `${main}.${uuid}.new`];
    for (const name of [old, fresh, ...others]) writeFileSync(site.path(name), 'half a file');
    const longAgo = new Date('2020-01-01T00:00:00Z');
    for (const name of [old, ...others]) utimesSync(site.path(name), longAgo, longAgo);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    await calibrations.save();
    const left = readdirSync(site.directory);
    expect(left).not.toContain(old);
    expect(left).toEqual(expect.arrayContaining([fresh, ...others]));
  });
});

describe('a calibration file that is a symbolic link', () => {
  it('stays one, and the file that it names is written', async () => {
    mkdirSync(site.path('shared'));
    site.write('shared/theirs.txt', ...original);
    symlinkSync('shared/theirs.txt', site.path(main));
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    await calibrations.checkSaving();
    await calibrations.save();
    expect(lstatSync(site.path(main)).isSymbolicLink()).toBe(true);
    expect(readFileSync(site.path('shared/theirs.txt'), 'latin1')).toContain('17 0 1.500000');
    expect(readdirSync(site.path('shared'))).toEqual(['theirs.txt']);
  });

  it('may name a file that does not exist yet', async () => {
    mkdirSync(site.path('shared'));
    symlinkSync('shared/new.txt', site.path(main));
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(...at(17), someMatrix);
    await calibrations.save();
    expect(lstatSync(site.path(main)).isSymbolicLink()).toBe(true);
    expect(readFileSync(site.path('shared/new.txt'), 'latin1')).toContain('17 0 1.500000');
  });
});
