import { readdirSync } from 'node:fs';
import { cameraIndex, magIndex, matrix } from '../../../core/base';
import { openHistory, readCalibrationFile } from '../../../core/store';
import { main, otherMatrix, shortTerm, Site, someMatrix, startMinutes } from './site';

let site: Site;
beforeEach(() => (site = new Site()));
afterEach(() => site.remove());

const place = [magIndex(17), cameraIndex(0)] as const;
const original = [
  'SerialEMCalibrations',
  'ImageShiftMatrix\t1',
  '17 0 1.500000 -2.250000 2.125000 1.625000   1700',
  'C2SpotOffset 1 0.5  0.5',
];

describe('a simulation', () => {
  it('says in the first line of each of its files that they are simulated, and reads them again', async () => {
    const calibrations = await site.calibrations({ simulated: true });
    calibrations.imageShift.set(...place, someMatrix);
    await calibrations.save();
    for (const [name, header] of [
      [main, 'SerialEMCalibrations'],
      [shortTerm, 'SerialEMShortTermCal'],
    ] as const)
      expect(site.lines(name)[0]).toMatch(new RegExp(`^${header} # simulated`));
    const { calibrations: next, problems } = await site.open({ simulated: true });
    expect(problems).toEqual([]);
    expect(next.imageShift.get(...place)).toEqual(someMatrix);
    next.imageShift.set(...place, otherMatrix);
    await next.save();
    expect(site.lines(main)[0]!.match(/simulated/g)).toHaveLength(1);
    expect((await readCalibrationFile(site.path(main))).file?.simulated).toBe(true);
  });

  it('never writes over a file of an instrument, not even on request', async () => {
    site.write(main, ...original);
    const calibrations = await site.calibrations({ simulated: true });
    calibrations.imageShift.set(...place, otherMatrix);
    for (const save of [
      () => calibrations.save(),
      () => calibrations.save({ overwrite: true }),
      () => calibrations.checkSaving(),
    ])
      await expect(save()).rejects.toMatchObject({
        code: 'store/not-simulated',
        hint: expect.stringContaining('directory:') as string,
      });
    expect(site.lines(main)).toEqual(original);
    expect(readdirSync(site.directory)).toEqual([main]);
  });

  it('nor over its short-term file', async () => {
    const lines = ['SerialEMShortTermCal', 'ImageShiftMatrix 29000000 17 0 1.500000 -2.250000 2.125000 1.625000'];
    site.write(shortTerm, ...lines);
    const calibrations = await site.calibrations({ simulated: true });
    calibrations.imageShift.set(...place, otherMatrix);
    await expect(calibrations.saveShortTerm()).rejects.toMatchObject({ code: 'store/not-simulated' });
    expect(site.lines(shortTerm)).toEqual(lines);
  });

  it("begins with the site's calibrations, keeps its own elsewhere, and goes on with these", async () => {
    site.write(main, ...original);
    const own = { simulated: true, directory: site.path('twin'), siteFile: site.path(main) };
    const calibrations = await site.calibrations(own);
    expect(calibrations.imageShift.get(...place)).toEqual(matrix(1.5, -2.25, 2.125, 1.625));
    expect(calibrations.siteFile).toBe(site.path(main));
    calibrations.imageShift.set(...place, otherMatrix);
    await calibrations.save();
    expect(site.lines(main)).toEqual(original);
    const saved = site.lines(`twin/${main}`);
    expect(saved[0]).toMatch(/# simulated/);
    // Records that nobody measured come along as they are.
    expect(saved).toContain(original[3]);
    expect((await site.calibrations(own)).imageShift.get(...place)).toEqual(otherMatrix);
  });
});

describe('an instrument', () => {
  it('uses no simulated file, and does not write over one by itself', async () => {
    const simulation = await site.calibrations({ simulated: true });
    simulation.imageShift.set(...place, someMatrix);
    await simulation.save();
    const before = site.text(main);
    const { calibrations, problems } = await site.open();
    expect(problems).toMatchObject([
      { code: 'store/simulated-file', message: expect.stringContaining(main) as string },
      { code: 'store/simulated-file', message: expect.stringContaining(shortTerm) as string },
    ]);
    expect(calibrations.imageShift.get(...place)).toBeUndefined();
    calibrations.imageShift.set(...place, otherMatrix);
    await expect(calibrations.save()).rejects.toMatchObject({ code: 'store/unread-on-disk' });
    expect(site.text(main)).toBe(before);
  });
});

describe('the history', () => {
  const result = { item: 'a', summary: 'Stored.', values: {}, standardErrors: {}, conditions: {}, changes: [] };
  const open = async (simulated: boolean) => {
    const calibrations = await site.calibrations({ simulated, ...(simulated && { directory: site.path('other') }) });
    const settings = { get: () => undefined, set: () => {} } as never;
    return openHistory({
      directory: site.directory,
      calibrations,
      settings,
      clock: { date: () => new Date(60_000 * startMinutes) },
      version: '0',
      simulated,
    });
  };

  it('marks each entry of a simulation; an instrument lists none of them and brings none back', async () => {
    const simulation = await open(true);
    const entry = await simulation.append(result);
    expect(entry.simulated).toBe(true);
    const instrument = await open(false);
    const own = await instrument.append(result);
    expect(own.simulated).toBeUndefined();
    expect((await instrument.list()).map(({ id }) => id)).toEqual([own.id]);
    expect((await simulation.list()).map(({ id, simulated }) => [id, simulated])).toEqual([
      [entry.id, true],
      [own.id, undefined],
    ]);
    await expect(instrument.restore(entry.id)).rejects.toMatchObject({ code: 'history/simulated' });
  });
});
