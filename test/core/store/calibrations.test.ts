import { drawsOf, fc } from '../../support/properties';
import { cameraIndex, magIndex as asMagIndex, matrix } from '../../../core/base';
import { main, otherMatrix, shortTerm, Site, someMatrix, startMinutes } from './site';

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.remove());

describe('matrices', () => {
  it('that were never measured are missing', async () => {
    const { imageShift } = await site.calibrations();
    expect(imageShift.get(asMagIndex(17), cameraIndex(0))).toBeUndefined();
    expect(imageShift.measuredAt(asMagIndex(17), cameraIndex(0))).toBe(0);
    expect(imageShift.entries()).toEqual([]);
    expect(imageShift.remove(asMagIndex(17), cameraIndex(0))).toBe(false);
  });

  it('that are zero in the file are missing', async () => {
    site.write(
      main,
      'SerialEMCalibrations',
      'StageToCameraMatrix 3 0 0.000000 0.000000 5.000000 5.000000   0.000000   100',
    );
    const { stage } = await site.calibrations();
    expect(stage.get(asMagIndex(3), cameraIndex(0))).toBeUndefined();
    expect(stage.entries()).toEqual([]);
    expect(() => stage.set(asMagIndex(3), cameraIndex(0), matrix(0, 0, 1, 1))).toThrow(
      /^The record \w+ cannot be stored: /,
    );
  });

  it('measured now carry the time, the magnification and the focus', async () => {
    const { stage, imageShift } = await site.calibrations();
    imageShift.set(asMagIndex(18), cameraIndex(1), someMatrix);
    imageShift.set(asMagIndex(17), cameraIndex(0), otherMatrix, { magnification: 4321 });
    stage.set(asMagIndex(17), cameraIndex(0), someMatrix, { focus: -0.00075 });
    expect(imageShift.entries()).toEqual([
      { magIndex: 17, camera: 0, matrix: otherMatrix, magnification: 4321, measuredAt: startMinutes },
      { magIndex: 18, camera: 1, matrix: someMatrix, magnification: 1801, measuredAt: startMinutes },
    ]);
    expect(stage.entries()).toEqual([
      { magIndex: 17, camera: 0, matrix: someMatrix, magnification: 1700, focus: -0.00075, measuredAt: startMinutes },
    ]);
  });

  it('are listed as they are after each change, and in the same list while nothing changes', async () => {
    const calibrations = await site.calibrations();
    const { imageShift } = calibrations;
    const [at, camera] = [asMagIndex(17), cameraIndex(0)];
    const listed = () => [...imageShift.entries()].map(({ matrix: each, measuredAt }) => [each, measuredAt]);
    imageShift.set(at, camera, someMatrix);
    expect(imageShift.entries()).toBe(imageShift.entries());
    expect(Object.isFrozen(imageShift.entries())).toBe(true);
    const before = calibrations.snapshot();
    // The same matrix again differs in the time alone.
    imageShift.set(at, camera, someMatrix, { sessionMeasured: false });
    expect(listed()).toEqual([[someMatrix, 0]]);
    imageShift.set(at, camera, otherMatrix);
    expect(listed()).toEqual([[otherMatrix, startMinutes]]);
    calibrations.restore(before);
    expect(listed()).toEqual([[someMatrix, startMinutes]]);
    imageShift.remove(at, camera);
    expect(listed()).toEqual([]);
  });

  it('that are derived or restored carry no time and lose an earlier one', async () => {
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(asMagIndex(17), cameraIndex(0), someMatrix);
    calibrations.imageShift.set(asMagIndex(17), cameraIndex(0), otherMatrix, { sessionMeasured: false });
    expect(calibrations.imageShift.measuredAt(asMagIndex(17), cameraIndex(0))).toBe(0);
    expect(calibrations.shortTerm('ImageShiftMatrix').all()).toEqual([]);
    expect(calibrations.counts['image shift']).toBe(1);
  });

  it('that are removed are gone from the short-term file too', async () => {
    const calibrations = await site.calibrations();
    calibrations.imageShift.set(asMagIndex(17), cameraIndex(0), someMatrix);
    await calibrations.saveShortTerm();
    expect(calibrations.imageShift.remove(asMagIndex(17), cameraIndex(0))).toBe(true);
    expect(calibrations.imageShift.get(asMagIndex(17), cameraIndex(0))).toBeUndefined();
    await calibrations.saveShortTerm();
    expect(site.lines(shortTerm)).toEqual(['SerialEMShortTermCal']);
  });

  it.each([
    ['a mag index of 0', 0, 0, someMatrix],
    ['a mag index of 120', 120, 0, someMatrix],
    ['camera 6', 17, 6, someMatrix],
    ['a broken number', 17, 0, matrix(NaN, 1, 1, 1)],
    ['an infinite number', 17, 0, matrix(1, Infinity, 1, 1)],
  ])('cannot be stored with %s', async (_, magIndex, camera, value) => {
    const calibrations = await site.calibrations();
    expect(() => calibrations.imageShift.set(asMagIndex(magIndex), cameraIndex(camera), value)).toThrow(
      /^The record \w+ cannot be stored: /,
    );
    expect(calibrations.unsaved).toBe(false);
    expect(calibrations.shortTerm('ImageShiftMatrix').all()).toEqual([]);
  });
});

describe('reading at the start', () => {
  it('goes on without a main file and says so', async () => {
    const { problems } = await site.open();
    expect(problems).toEqual([expect.objectContaining({ severity: 'information', code: 'store/no-file' })]);
  });

  it('says nothing about missing short-term and flyback files', async () => {
    site.write(main, 'SerialEMCalibrations');
    expect((await site.open()).problems).toEqual([]);
  });

  it('lets young matrices of the short-term file override the main file, and drops old ones', async () => {
    const stage = (magIndex: number, first: number) =>
      `StageToCameraMatrix ${magIndex} 0 ${first}.000000 2.000000 3.000000 4.000000   0.000000   ${magIndex}00`;
    site.write(
      main,
      'SerialEMCalibrations',
      'ImageShiftMatrix\t1',
      '17 0 1.000000 2.000000 3.000000 4.000000   1700',
      stage(17, 1),
      stage(18, 1),
    );
    const young = startMinutes - 22 * 60 + 1;
    const old = startMinutes - 22 * 60;
    site.write(
      shortTerm,
      'SerialEMShortTermCal',
      `ImageShiftMatrix ${young} 17 0 5.000000 6.000000 7.000000 8.000000`,
      `StageCalibration ${old} 17 0 5.000000 6.000000 7.000000 8.000000 0.250000`,
      `StageCalibration ${young} 18 0 5.000000 6.000000 7.000000 8.000000 0.250000`,
    );
    const calibrations = await site.calibrations();
    expect(calibrations.imageShift.entries()).toEqual([
      { magIndex: 17, camera: 0, matrix: matrix(5, 6, 7, 8), magnification: 1700, measuredAt: young },
    ]);
    expect(calibrations.stage.get(asMagIndex(17), cameraIndex(0))).toEqual(matrix(1, 2, 3, 4));
    expect(calibrations.stage.measuredAt(asMagIndex(17), cameraIndex(0))).toBe(0);
    expect(calibrations.stage.get(asMagIndex(18), cameraIndex(0))).toEqual(matrix(5, 6, 7, 8));
    expect(calibrations.stage.entries()[1]).toMatchObject({ focus: 0.25, measuredAt: young });
    expect(calibrations.unsaved).toBe(false);
    await calibrations.save();
    expect(site.lines(main)[2]).toBe('17 0 5.000000 6.000000 7.000000 8.000000   1700');
  });

  it('keeps the exact text of a matrix that the short-term file only repeats', async () => {
    const row = '17 0 1.0 2.0 3.0 4.0 1700';
    site.write(main, 'SerialEMCalibrations', 'ImageShiftMatrix 1', row);
    site.write(
      shortTerm,
      'SerialEMShortTermCal',
      `ImageShiftMatrix ${startMinutes} 17 0 1.000000 2.000000 3.000000 4.000000`,
    );
    const calibrations = await site.calibrations();
    await calibrations.save();
    expect(site.lines(main)).toEqual(['SerialEMCalibrations', 'ImageShiftMatrix 1', row]);
  });

  it('takes the younger of two entries for one matrix', async () => {
    const entry = (time: number, first: number) =>
      `ImageShiftMatrix ${time} 17 0 ${first}.000000 2.000000 3.000000 4.000000`;
    site.write(shortTerm, 'SerialEMShortTermCal', entry(startMinutes - 5, 9), entry(startMinutes - 60, 8));
    expect((await site.calibrations()).imageShift.get(asMagIndex(17), cameraIndex(0))?.xpx).toBe(9);
  });

  it('leaves the short-term calibrations unused but in the file when the caller ignores them', async () => {
    const lines = [
      'SerialEMShortTermCal',
      `DoseCalibration 3 0 0.450000 12.500000 ${startMinutes} 1 100`,
      `ImageShiftMatrix ${startMinutes} 17 0 5.0 6.0 7.0 8.0`,
      'LastC2Aperture\t70',
    ];
    site.write(shortTerm, ...lines);
    const calibrations = await site.calibrations({ ignoreShortTerm: true });
    expect(calibrations.imageShift.get(asMagIndex(17), cameraIndex(0))).toBeUndefined();
    expect(calibrations.shortTerm('DoseCalibration').all()).toEqual([]);
    expect(calibrations.shortTerm('LastC2Aperture').all()).toEqual([{ aperture: 70 }]);
    site.minutes += 1;
    calibrations.imageShift.set(asMagIndex(17), cameraIndex(0), someMatrix);
    await calibrations.saveShortTerm();
    expect(site.lines(shortTerm)).toEqual(expect.arrayContaining(lines));
    expect((await site.calibrations()).imageShift.get(asMagIndex(17), cameraIndex(0))).toEqual(someMatrix);
  });

  it.each([
    ['DoseCalibration', `3 0 0.450000 12.500000 TIME 1 100`, 24 * 60],
    ['FoundPixelSize', `TIME 0 17 90 0.412500 -84.250000`, 24 * 60],
    ['LastCustomTime', `name TIME`, 20_000],
  ] as const)('drops %s after its time', async (name, fields, lifetime) => {
    for (const [age, kept] of [
      [lifetime - 1, 1],
      [lifetime, 0],
    ] as const) {
      site.write(shortTerm, 'SerialEMShortTermCal', `${name} ${fields.replace('TIME', String(startMinutes - age))}`);
      expect((await site.calibrations()).shortTerm(name).all()).toHaveLength(kept);
    }
  });

  it('reminds of doses that expired within the last week, and takes the lifetime from the site', async () => {
    const dose = (hours: number): void =>
      site.write(shortTerm, 'SerialEMShortTermCal', `DoseCalibration 3 0 0.45 12.5 ${startMinutes - 60 * hours} 1 100`);
    const reminders = async (options = {}) =>
      (await site.open(options)).problems.filter(({ code }) => code === 'store/expired').length;
    dose(30);
    expect(await reminders()).toBe(1);
    expect(await reminders({ doseLifetimeHours: 48 })).toBe(0);
    dose(24 * 8);
    expect(await reminders()).toBe(0);
  });

  it('adds up the time in which the filter was left alone, for one user', async () => {
    const align = (idle: number, minutesAgo: number): void =>
      site.write(
        shortTerm,
        'SerialEMShortTermCal',
        `FilterAlignment -1.25 20.0 25 123.5 ${idle} ${startMinutes - minutesAgo} operator`,
        'LastFeiZLPshift 0.5',
      );
    align(40, 20);
    const kept = await site.calibrations();
    expect(kept.shortTerm('FilterAlignment').all()).toEqual([
      expect.objectContaining({ minutesNotRunning: 60, time: startMinutes, zeroLossOffset: -1.25 }),
    ]);
    expect(kept.shortTerm('LastFeiZLPshift').all()).toEqual([{ shift: 0.5 }]);
    align(41, 20);
    const dropped = await site.calibrations();
    expect([...dropped.shortTerm('FilterAlignment').all(), ...dropped.shortTerm('LastFeiZLPshift').all()]).toEqual([]);
    align(0, 1);
    expect((await site.calibrations({ user: 'another' })).shortTerm('FilterAlignment').all()).toHaveLength(0);
    expect(
      (await site.calibrations({ user: 'another', omegaFilter: true })).shortTerm('FilterAlignment').all(),
    ).toHaveLength(1);
  });
});

describe('opening', () => {
  it('never fails, whatever the files hold', async () => {
    const number = fc.constantFrom(
      '0',
      '-0',
      '1',
      '17',
      '1700.5',
      '1e15',
      '-5',
      '29000000',
      '1e30',
      'x',
      '#',
      '\r',
      '\xa0',
      'operator',
    );
    const fields = fc.array(number, { maxLength: 9 }).map((items) => items.join(' '));
    const row = (...names: readonly string[]) =>
      fc.tuple(fc.constantFrom(...names), fields).map(([name, rest]) => `${name} ${rest}`);
    const mainRow = fc.oneof(
      row('ImageShiftMatrix\t1\r\n17 0', 'StageToCameraMatrix 17 0'),
      fc.constant('StageToCameraMatrix 17 0 1 1 1 1 0 1700.5'),
    );
    const shortRow = fc.oneof(
      row(
        'FilterAlignment',
        `FilterAlignment 1 1 17 1 1 ${startMinutes}`,
        'DoseCalibration',
        'FoundPixelSize',
        'LastCustomTime',
      ),
      row(
        `ImageShiftMatrix ${startMinutes} 17 0 1 1`,
        `StageCalibration ${startMinutes} 17 0 1 1`,
        `StageCalibration ${startMinutes} 17 0 1 1 1 1 1`,
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(mainRow, { maxLength: 4 }),
        fc.array(shortRow, { maxLength: 4 }),
        fc.boolean(),
        async (mainRows, shortRows, omegaFilter) => {
          site.write(main, 'SerialEMCalibrations', ...mainRows);
          site.write(shortTerm, 'SerialEMShortTermCal', ...shortRows);
          const calibrations = await site.calibrations({ omegaFilter });
          await calibrations.saveShortTerm();
          for (const { magIndex, camera, matrix: value } of calibrations.stage.entries())
            expect(calibrations.stage.get(magIndex, camera)).toEqual(value);
        },
      ),
      { numRuns: drawsOf(150) },
    );
  });
});
