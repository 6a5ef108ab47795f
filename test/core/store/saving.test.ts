import { cameraIndex, magIndex } from '../../../core/base';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { main, otherMatrix, shortTerm, Site, someMatrix } from './site';

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.remove());

const backup = 'SerialEMcalibrations.bak';
const original = ['SerialEMCalibrations', 'C2SpotOffset 1 0.5  0.5'];

describe('saving the calibrations', () => {
  it('is refused outside Administrator mode, and everything stays as it was', async () => {
    site.write(main, ...original);
    site.administrator = false;
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await expect(calibrations.save()).rejects.toMatchObject({
      code: 'store/administrator-only',
      hint: expect.stringContaining('Administrator') as unknown,
    });
    expect(site.lines(main)).toEqual(original);
    expect(readdirSync(site.directory)).toEqual([main]);
    expect(calibrations.unsaved).toBe(true);
    expect(calibrations.counts['image shift']).toBe(1);
  });

  it('writes a new file with CR LF and the short-term file next to it', async () => {
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    expect(await calibrations.save()).toEqual({ path: site.path(main), remarks: [] });
    expect(site.text(main)).toBe(
      'SerialEMCalibrations\r\nImageShiftMatrix\t1\r\n17 0 1.500000 -2.250000 2.125000 1.625000   1700\r\n',
    );
    expect(site.text(shortTerm)).toBe(
      'SerialEMShortTermCal\r\nImageShiftMatrix 29000000 17 0 1.500000 -2.250000 2.125000 1.625000\r\n',
    );
    expect(calibrations.unsaved).toBe(false);
    expect(calibrations.counts['image shift']).toBe(0);
    expect(readdirSync(site.directory).sort()).toEqual([shortTerm, main].sort());
  });

  it('gives matrices of the short-term file the magnification of the table, which is not there when the files are opened', async () => {
    const first = await site.calibrations();
    first.imageShift.set(magIndex(6), cameraIndex(0), someMatrix);
    first.stage.set(magIndex(7), cameraIndex(0), otherMatrix, { focus: 0.5 });
    await first.saveShortTerm();
    const table = new Map<number, number>();
    const next = await site.calibrations({ magnificationOf: (index) => table.get(index) });
    table.set(6, 10000).set(7, 15000);
    const shown = next.file.get('ImageShiftMatrix')[0]!.magnification;
    expect(shown).toBe(10000);
    await next.save();
    expect(site.lines(main).slice(1)).toEqual([
      'ImageShiftMatrix\t1',
      '6 0 1.500000 -2.250000 2.125000 1.625000   10000',
      'StageToCameraMatrix 7 0 -3.500000 4.250000 4.125000 3.625000   0.500000   15000',
    ]);
  });

  it('keeps the line ends of the file', async () => {
    writeFileSync(site.path(main), 'SerialEMCalibrations\nC2SpotOffset 1 0.5 0.5');
    const calibrations = await site.calibrations();
    calibrations.records('C2SpotOffset').put({ spot: 2, micro: 1, nano: 1 });
    await calibrations.save();
    expect(site.text(main)).toBe('SerialEMCalibrations\nC2SpotOffset 1 0.5 0.5\nC2SpotOffset 2 1.000000 1.000000\n');
  });

  it('keeps the file of before the session as .bak, once', async () => {
    site.write(main, ...original);
    site.write(backup, 'from the session before');
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await calibrations.save();
    expect(site.lines(backup)).toEqual(original);
    calibrations.imageShift.set(magIndex(18), cameraIndex(0), someMatrix);
    await calibrations.save();
    expect(site.lines(backup)).toEqual(original);
    expect(site.lines(main)).toHaveLength(5);
  });

  it('is refused when another program has written the file since, unless the caller overwrites', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    const theirs = [...original, 'C2SpotOffset 2 1.0 1.0'];
    site.write(main, ...theirs);
    await expect(calibrations.save()).rejects.toMatchObject({ code: 'store/changed-on-disk' });
    expect(site.lines(main)).toEqual(theirs);
    expect(calibrations.unsaved).toBe(true);
    await calibrations.save({ overwrite: true });
    expect(site.lines(main)).toHaveLength(4);
    expect(site.lines(backup)).toEqual(theirs);
  });

  it('is refused when a file has appeared where there was none', async () => {
    const calibrations = await site.calibrations();
    site.write(main, ...original);
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await expect(calibrations.save()).rejects.toMatchObject({ code: 'store/changed-on-disk' });
  });

  it('restores a file that was deleted', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    rmSync(site.path(main));
    calibrations.records('C2SpotOffset').put({ spot: 2, micro: 1, nano: 1 });
    await calibrations.save();
    expect(site.lines(main)).toEqual([...original, 'C2SpotOffset 2 1.000000 1.000000']);
  });

  it('does not write over a file that could not be read, unless the caller overwrites; it is kept as .bak then', async () => {
    site.write(main, 'SerialEMProperties', 'something else');
    const { calibrations, problems } = await site.open();
    expect(problems).toEqual([expect.objectContaining({ severity: 'error', code: 'store/wrong-header' })]);
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await expect(calibrations.save()).rejects.toMatchObject({ code: 'store/unread-on-disk' });
    expect(site.lines(main)).toEqual(['SerialEMProperties', 'something else']);
    await calibrations.save({ overwrite: true });
    expect(site.lines(main)).toHaveLength(3);
    expect(site.lines(backup)).toEqual(['SerialEMProperties', 'something else']);
  });

  it('that fails leaves the old file, says so, and can be repeated', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    rmSync(site.path(main));
    mkdirSync(site.path(main));
    await expect(calibrations.save()).rejects.toMatchObject({
      code: expect.stringMatching(/^store\/(read|write)-failed$/) as unknown,
    });
    expect(calibrations.unsaved).toBe(true);
    expect(readdirSync(site.directory)).toEqual([main]);
    rmSync(site.path(main), { recursive: true });
    await calibrations.save();
    expect(site.lines(main)).toHaveLength(4);
  });

  it('goes on without a backup where none can be made, and says so', async () => {
    site.write(main, ...original);
    mkdirSync(site.path(backup));
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    const { remarks } = await calibrations.save();
    expect(remarks).toEqual([expect.stringContaining('backup could not be made')]);
    expect(site.lines(main)).toHaveLength(4);
  });

  it('keeps the rights of the file', async () => {
    site.write(main, ...original);
    chmodSync(site.path(main), 0o666);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await calibrations.save();
    expect(statSync(site.path(main)).mode & 0o777).toBe(0o666);
  });

  it('several times at once writes whole files and ends with the last state', async () => {
    const calibrations = await site.calibrations();
    const saves = Array.from({ length: 5 }, (_, at) => {
      calibrations.imageShift.set(magIndex(17 + at), cameraIndex(0), someMatrix);
      return calibrations.save();
    });
    await Promise.all(saves);
    expect(site.lines(main)).toHaveLength(7);
    expect(calibrations.unsaved).toBe(false);
  });

  it('counts what is measured while it writes as unsaved', async () => {
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    const saving = calibrations.save();
    await new Promise((resolve) => setImmediate(resolve));
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), otherMatrix);
    await saving;
    const reread = await site.calibrations({ ignoreShortTerm: true });
    const written = reread.imageShift.get(magIndex(17), cameraIndex(0));
    expect(calibrations.unsaved).toBe(JSON.stringify(written) !== JSON.stringify(otherMatrix));
  });
});

describe('saving the short-term file', () => {
  it('needs no Administrator mode and happens only after a change', async () => {
    site.administrator = false;
    const calibrations = await site.calibrations();
    expect((await calibrations.saveShortTerm()).paths).toEqual([]);
    calibrations.stage.set(magIndex(17), cameraIndex(0), someMatrix, { focus: 0.25 });
    expect((await calibrations.saveShortTerm()).paths).toEqual([site.path(shortTerm)]);
    expect((await calibrations.saveShortTerm()).paths).toEqual([]);
    expect(existsSync(site.path(main))).toBe(false);
    expect(site.lines(shortTerm)[1]).toBe(
      'StageCalibration 29000000 17 0 1.500000 -2.250000 2.125000 1.625000 0.250000',
    );
  });

  it('keeps what it does not understand', async () => {
    const lines = ['SerialEMShortTermCal', 'LastC2Aperture\t70', 'SomethingNewer 1 2 3'];
    site.write(shortTerm, ...lines);
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await calibrations.saveShortTerm();
    expect(site.lines(shortTerm)).toEqual(expect.arrayContaining(lines));
    expect(site.lines('SEMshortTermCal.bak')).toEqual(lines);
  });
});
