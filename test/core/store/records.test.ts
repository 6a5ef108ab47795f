import { cameraIndex, magIndex } from '../../../core/base';
import { type ExitPrompt } from '../../../core/store';
import { recordNow } from '../../../core/store/history/apply-changes';
import { flyback, main, otherMatrix, shortTerm, Site, someMatrix, startMinutes } from './site';

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.remove());

describe('records of any kind', () => {
  it('are stored under their key and keep the others as they are', async () => {
    site.write(main, 'SerialEMCalibrations', 'C2SpotOffset 1 0.5  0.5', 'Unheard of', 'C2SpotOffset 3 0.5  0.5');
    const calibrations = await site.calibrations();
    const offsets = calibrations.records('C2SpotOffset');
    offsets.put({ spot: 2, micro: 0.25, nano: 0.125 });
    offsets.put({ spot: 3, micro: 1, nano: 2 });
    expect(offsets.find(({ spot }) => spot === 3)).toEqual({ spot: 3, micro: 1, nano: 2 });
    await calibrations.save();
    expect(site.lines(main)).toEqual([
      'SerialEMCalibrations',
      'C2SpotOffset 1 0.5  0.5',
      'C2SpotOffset 2 0.250000 0.125000',
      'Unheard of',
      'C2SpotOffset 3 1.000000 2.000000',
    ]);
    expect(offsets.remove(({ micro }) => micro < 1)).toBe(2);
    expect(offsets.all()).toHaveLength(1);
  });

  it('get the magnification that belongs to their mag index', async () => {
    const calibrations = await site.calibrations();
    calibrations.records('StandardLMFocus').put({ magIndex: magIndex(17), micro: -0.5, nano: -999 });
    expect(calibrations.records('StandardLMFocus').all()[0]!.magnification).toBe(1700);
  });

  it('know the two sides of the crossover apart', async () => {
    const calibrations = await site.calibrations();
    const tables = calibrations.records('BeamIntensityTable');
    const table = { magIndex: magIndex(33), spot: 9, flags: 0, crossover: 0.25, aperture: 70, probe: 1 };
    tables.put({ ...table, rows: [{ counts: 1, intensity: 0.5 }] });
    tables.put({ ...table, rows: [{ counts: 1, intensity: 0.125 }] });
    tables.put({ ...table, crossover: 0.26, rows: [{ counts: 2, intensity: 0.625 }] });
    expect(tables.all().map(({ rows }) => rows[0]!.intensity)).toEqual([0.625, 0.125]);
  });

  it('know matrices of coma at different beam tilts apart, but not at a tilt that differs by rounding', async () => {
    const calibrations = await site.calibrations();
    const table = calibrations.records('ComaCalib');
    const coma = {
      comaXXpx: 1,
      comaXXpy: 0,
      comaXYpx: 0,
      comaXYpy: 1,
      comaYXpx: 1,
      comaYXpy: 0,
      comaYYpx: 0,
      comaYYpy: 1,
    };
    const at = (beamTilt: number, defocus: number) => ({
      magIndex: magIndex(32),
      probe: 1,
      alpha: -999,
      beamTilt,
      defocus,
      ...coma,
    });
    table.put(at(10, -1));
    table.put(at(8, -2));
    table.put(at(10.0109, -3));
    expect(table.all().map(({ beamTilt, defocus }) => [beamTilt, defocus])).toEqual([
      [10.0109, -3],
      [8, -2],
    ]);
    table.put(at(10.03, -4));
    expect(table.all()).toHaveLength(3);
    expect(recordNow(calibrations, 'ComaCalib', at(8.005, 0))).toMatchObject({ beamTilt: 8, defocus: -2 });
  });

  it('never get more rows than SerialEM has room for', async () => {
    const table = (await site.calibrations()).records('STEMfocusVersusZ');
    const rows = Array.from({ length: 32 }, (_, stageZ) => ({ stageZ, defocus: 0, absoluteFocus: 0 }));
    expect(() => table.put({ spot: 3, probe: 1, rows })).toThrow('has 32 rows and SerialEM has room for 31');
    table.put({ spot: 3, probe: 1, rows: rows.slice(1) });
    expect(table.all()).toHaveLength(1);
  });

  it('of tables that are numbered by their rows must be without gap', async () => {
    const table = (await site.calibrations()).records('AlphaBeamShifts');
    expect(() =>
      table.replaceAll([
        { alpha: 0, x: 0, y: 0 },
        { alpha: 2, x: 0, y: 0 },
      ]),
    ).toThrow('row 2 must have alpha 1');
    expect(table.all()).toEqual([]);
  });

  it('of flyback times go to their own file', async () => {
    const calibrations = await site.calibrations();
    calibrations.flyback.put({
      date: '2025/03/07',
      time: '09:05:01',
      binning: 1,
      xSize: 1024,
      magIndex: magIndex(7),
      exposure: 4,
      flyback: 312.5,
      startup: 0.35,
    });
    expect(calibrations.unsaved).toBe(false);
    expect((await calibrations.saveShortTerm()).paths).toEqual([site.path(flyback)]);
    expect(site.lines(flyback)).toEqual(['SerialEMFlybackTimes', '2025/03/07 09:05:01 1 1024  7  4.000  312.5 0.350']);
  });
});

describe('a snapshot', () => {
  it('restores everything', async () => {
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await calibrations.save();
    const snapshot = calibrations.snapshot();
    const before = calibrations.file.render();
    site.minutes += 10;
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), otherMatrix);
    calibrations.stage.set(magIndex(18), cameraIndex(0), otherMatrix);
    calibrations.records('C2SpotOffset').put({ spot: 2, micro: 0.25, nano: 0.125 });
    calibrations.flyback.put({
      date: '2025/03/07',
      time: '09:05:01',
      binning: 1,
      xSize: 1024,
      magIndex: magIndex(7),
      exposure: 4,
      flyback: 312.5,
      startup: 0.35,
    });
    calibrations.restore(snapshot);
    expect(calibrations.file.render().equals(before)).toBe(true);
    expect(calibrations.imageShift.measuredAt(magIndex(17), cameraIndex(0))).toBe(startMinutes);
    expect(calibrations.stage.entries()).toEqual([]);
    expect(calibrations.flyback.all()).toEqual([]);
    expect(calibrations.unsaved).toBe(false);
    expect(Object.values(calibrations.counts).every((count) => count === 0)).toBe(true);
    expect((await calibrations.saveShortTerm()).paths).toEqual([]);
  });

  it('taken before a save leaves something to save', async () => {
    const calibrations = await site.calibrations();
    const snapshot = calibrations.snapshot();
    calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    await calibrations.save();
    calibrations.restore(snapshot);
    expect(calibrations.unsaved).toBe(true);
    await calibrations.save();
    expect(site.lines(main)).toEqual(['SerialEMCalibrations']);
  });

  it('taken before the short-term file was saved leaves that to save, and nothing else', async () => {
    const calibrations = await site.calibrations();
    const found = {
      time: startMinutes,
      camera: cameraIndex(0),
      magIndex: magIndex(17),
      addedRotation: 0,
      pixelSize: 0.5,
      gridAngle: 12,
    };
    const snapshot = calibrations.snapshot();
    calibrations.shortTerm('FoundPixelSize').put(found);
    await calibrations.saveShortTerm();
    calibrations.restore(snapshot);
    expect(calibrations.unsaved).toBe(false);
    expect((await calibrations.saveShortTerm()).paths).toEqual([site.path(shortTerm)]);
    expect(site.lines(shortTerm)).toEqual(['SerialEMShortTermCal']);
  });
});

describe('the question on exit', () => {
  const shifts = [0, 1, 2, 3, 4];
  it.each(shifts)('after %i image shifts', async (count) => {
    const calibrations = await site.calibrations();
    for (let at = 0; at < count; at += 1) calibrations.imageShift.set(magIndex(17), cameraIndex(0), someMatrix);
    const asked = (administrator: boolean): ExitPrompt['ask'] | undefined =>
      calibrations.exitPrompt(administrator)?.ask;
    expect(asked(true)).toBe(count > 0 ? 'save' : undefined);
    expect(asked(false)).toBe(count >= 3 ? 'administrator' : undefined);
    await calibrations.save();
    expect([asked(true), asked(false)]).toEqual([undefined, undefined]);
  });

  it('names every kind that is not saved, the last one too', async () => {
    const calibrations = await site.calibrations();
    const illumination = calibrations.records('ParallelIllum');
    calibrations.stage.set(magIndex(17), cameraIndex(0), someMatrix);
    illumination.put({ intensity: 0.5, spot: 4, probeOrAlpha: -999, crossover: 0.1 });
    illumination.put({ intensity: 0.5, spot: 5, probeOrAlpha: -999, crossover: 0.1 });
    expect(calibrations.exitPrompt(false)).toMatchObject({
      message: 'There are unsaved calibrations: 1 stage shift, 2 parallel illumination. Do you want to save them?',
      answers: ['yes', 'no'],
      afterYes: expect.stringContaining('Administrator mode') as unknown,
    });
  });

  it('concerns only administrators for kinds that are not counted', async () => {
    const calibrations = await site.calibrations();
    calibrations.records('StageStretchXform').put({ xpx: 1, xpy: 0, ypx: 0, ypy: 1 });
    expect(calibrations.exitPrompt(false)).toBeUndefined();
    expect(calibrations.exitPrompt(true)).toMatchObject({ ask: 'save', answers: ['yes', 'no', 'cancel'] });
  });
});
