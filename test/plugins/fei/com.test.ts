import { magIndex } from '../../../core/base';
import { EftemMode, IlluminatedArea, ScanRotation, ScannedField, StemMode } from '../../../core/devices';
import { comFeiWire } from '../../../plugins/fei/wires/com-wire';
import { feiProperties, lensPrograms } from '../../../plugins/fei/transport';
import { describeColumn } from '../../../testing/describe-column';
import { describeScope } from '../../../testing/describe-scope';
import { describeStage } from '../../../testing/describe-stage';
import { expectRoundTrips } from '../../conformance/property-round-trip';
import { until } from '../../support/until';
import { describeOnWindows } from '../../support/windows';
import { ComColumns } from './make-com-column';
import { feiTokens, plainColumn } from './make-column';
import { specialSamples } from './special-samples';
import { needs } from '../../support/needs';

/** Two of seven end a process. */
const faults = process.env.EUCENTRIC_VERIFY ? 500 : 14;
const facts = { regularMags: [6, 8], lowMag: 2, absentMag: 11 } as const;
const columnFacts = { has: feiTokens, regularMag: 6, lowMag: 2, steps: { 'beam shift': 1e-9 } };

describe('FEI column over COM elsewhere than on Windows', () => {
  needs('another system than Windows', process.platform !== 'win32').test('says what to do instead', async () => {
    const wire = comFeiWire({
      program: 'TEMScripting.Instrument.1',
      hostCommand: [],
      answerLimit: 5,
      stageTimeoutFactor: 1,
    });
    await expect(wire.open()).rejects.toMatchObject({
      code: 'fei/needs-windows',
      hint: expect.stringContaining('temscript') as string,
    });
  });
});

describeOnWindows('FEI column over COM', () => {
  let columns: ComColumns;
  beforeAll(() => void (columns = new ComColumns()));
  afterAll(() => columns.close());

  describeScope('FEI column over COM', () => columns.make(), {
    ...facts,
    steps: { imageShift: 1e-9 },
  });
  describeScope(
    'FEI column with three condensers over COM',
    () => columns.make({ usesIlluminatedArea: true, illuminatedAreaLimits: { low: -0.033, high: 2.51 } }),
    facts,
  );
  describeColumn('FEI column over COM', () => columns.make(), columnFacts);
  describeColumn(
    'FEI column that scans over COM',
    () => columns.make({ scan: { magnifications: [{ index: 7, magnification: 12800, low: false }] } }),
    { ...columnFacts, has: [...feiTokens, StemMode, ScanRotation, ScannedField] },
  );
  describeColumn(
    'FEI column with three condensers over COM',
    () =>
      columns.make({ usesIlluminatedArea: true, illuminatedAreaLimits: { low: -0.033, high: 2.51 }, hasFilter: true }),
    {
      ...columnFacts,
      has: [...feiTokens, IlluminatedArea, EftemMode],
      values: { 'illuminated area': [5e-5, 1.2e-4] },
    },
  );
  describeStage('FEI stage over COM', () => columns.make(), {
    limits: plainColumn.stageLimits,
    largestTiltDegrees: plainColumn.largestTilt,
  });

  describe('the column', () => {
    it('gets values in its own units', async () => {
      const { wire } = columns;
      await columns.make();
      await wire.setImageShift(1.5, -2);
      await wire.setBeamShift(0.25, 3);
      await wire.setDefocus(-2e-6);
      await wire.setStagePosition({ x: 1e-5, y: -2e-5, z: 3e-6, alpha: 0.5 }, 11);
      expect(columns.folder.state()).toMatchObject({
        imageShiftX: expect.closeTo(1.5e-6, 12) as number,
        imageShiftY: expect.closeTo(-2e-6, 12) as number,
        beamShiftX: expect.closeTo(0.25e-6, 12) as number,
        beamShiftY: expect.closeTo(3e-6, 12) as number,
        defocus: -2e-6,
        stageX: 1e-5,
        stageY: -2e-5,
        stageZ: 0,
        stageA: 0.5,
      });
      expect(await wire.getHighVoltage()).toBe(200_000);
    });

    it('moves both coils of a pair at once', async () => {
      await columns.make();
      const before = columns.folder.journal().length;
      await columns.wire.setImageShift(0.5, 0.5);
      expect(columns.folder.journal().slice(before)).toEqual(['Projection.ImageShift']);
    });

    it('normalizes before and after the specimen, and does not normalize twice', async () => {
      const column = await columns.make();
      await column.scope.magIndex.write(magIndex(6));
      const before = columns.folder.journal().length;
      await column.scope.magIndex.write(magIndex(8));
      await column.scope.spotSize.write(4);
      await column.scope.normalize('all');
      expect(
        columns.folder
          .journal()
          .slice(before)
          .filter((line) => line.startsWith('normalize')),
      ).toEqual(['normalize 11', 'normalize 1', 'normalize all']);
    });

    it('leaves diffraction and waits for that', async () => {
      const column = await columns.make();
      await columns.wire.setImagingMode(2);
      expect(await columns.wire.getMagnificationIndex()).toBe(0);
      await column.scope.magIndex.write(magIndex(8));
      expect(await column.scope.magIndex.read()).toBe(8);
    });
  });

  it('gives back every property of the table', async () => {
    await columns.make();
    await expectRoundTrips(feiProperties, columns.wire, specialSamples, (arrived) => until('it has arrived', arrived));
    await columns.wire.setEftemMode(lensPrograms.regular);
  });

  it('says what it is', async () => {
    await columns.make();
    expect(await columns.wire.getVersions()).toEqual({ scripting: 'TEMScripting.Instrument.1', family: 'Talos' });
  });

  describe(`${faults} faults of the server`, () => {
    it('never give a wrong number, and never keep the column from being used', async () => {
      const { transport } = await columns.make();
      const moods = ['refuse', 'busy', 'late 40', 'gone', 'late 5', 'refuse', 'crash'];
      const members = ['Projection.Defocus', 'Projection.ImageShift', 'Vector.X', 'Vector.Y', 'Illumination.Intensity'];
      let failed = 0;
      for (let seed = 0; seed < faults; seed++) {
        columns.folder.expect(`${members[(seed * 7) % members.length]} ${moods[seed % moods.length]}`);
        const value = 1e-6 * (1 + (seed % 9));
        const shift = { x: 0.1 * (1 + (seed % 5)), y: -0.2 * (1 + (seed % 3)) };
        /** A call that was not refused was done, and reads as it was written. */
        const check = async (
          write: () => Promise<void>,
          read: () => Promise<unknown>,
          wanted: unknown,
        ): Promise<void> => {
          const error: unknown = await write().then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          const answer = error === undefined ? await read().catch((thrown: unknown) => thrown) : error;
          if (!(answer instanceof Error)) return expect({ seed, answer }).toEqual({ seed, answer: wanted });
          failed++;
          expect(answer).toMatchObject({
            code: 'fei/call-failed',
            message: expect.stringMatching(/^FEI column: /) as string,
            hint: expect.stringMatching(/\.$/) as string,
          });
        };
        await check(
          () => transport.setDefocus(value),
          () => transport.getDefocus(),
          value,
        );
        await check(
          () => transport.setImageShift(shift.x, shift.y),
          () => transport.getImageShift(),
          { x: expect.closeTo(shift.x, 9) as number, y: expect.closeTo(shift.y, 9) as number },
        );
        await check(
          () => transport.setIntensity(0.25),
          () => transport.getIntensity(),
          0.25,
        );
      }
      expect(failed).toBeGreaterThan(faults / 4);
      expect(await transport.getHighVoltage()).toBe(200_000);
    }, 1_200_000);
  });

  describe('what goes wrong', () => {
    it.each([
      ['refuse', 'column valves are closed', 'Look for a message'],
      ['busy', 'busy', 'Wait until it has finished'],
      ['gone', 'has gone', 'Restart the microscope software'],
    ])('%s is reported, and the next call works', async (mood, words, hint) => {
      const { transport } = await columns.make();
      columns.folder.expect(`Projection.Defocus ${mood}`);
      await expect(transport.setDefocus(1e-6)).rejects.toMatchObject({
        code: 'fei/call-failed',
        message: expect.stringMatching(new RegExp(`^FEI column: setDefocus failed: .*${words}`)) as string,
        hint: expect.stringContaining(hint) as string,
      });
      await transport.setDefocus(2e-6);
      expect(await transport.getDefocus()).toBe(2e-6);
    });

    it('a crash of the server fails one call, and the column is reached again as it is', async () => {
      const { transport } = await columns.make();
      await transport.setImageShift(1, 2);
      columns.folder.expect('Illumination.Intensity crash');
      await expect(transport.setIntensity(0.3)).rejects.toMatchObject({
        code: 'fei/call-failed',
        message: expect.stringContaining('ended by itself') as string,
        hint: expect.stringContaining('Look at the instrument') as string,
      });
      expect(await transport.getImageShift()).toEqual({ x: 1, y: 2 });
    });

    it('a late answer is waited for', async () => {
      const { transport } = await columns.make();
      columns.folder.expect('Projection.Defocus late 800');
      expect(await transport.getDefocus()).toEqual(expect.any(Number));
    });
  });
});

describeOnWindows('FEI columns over COM that differ', () => {
  let columns: ComColumns | undefined;
  afterEach(async () => {
    await columns?.close();
    columns = undefined;
  });

  it('a server that hangs is given up, and restarted', async () => {
    columns = new ComColumns({ answerLimit: 4 });
    const { transport } = await columns.make();
    columns.folder.expect('Projection.Defocus hang');
    await expect(transport.getDefocus()).rejects.toMatchObject({
      code: 'fei/call-failed',
      message: expect.stringContaining('no answer to getDefocus within 4 s') as string,
    });
    expect(await transport.getDefocus()).toEqual(expect.any(Number));
  });

  it('one that is not installed is named', async () => {
    columns = new ComColumns({ program: 'TEMScripting.Instrument.9' });
    await expect(columns.wire.open()).rejects.toMatchObject({
      code: 'com/not-registered',
      message: expect.stringContaining('TEMScripting.Instrument.9') as string,
    });
  });

  it('an old one lacks what its scripting does not have, and the operator gets to know', async () => {
    columns = new ComColumns({ environment: { EUCENTRIC_STAND_IN_OLD: '1' } });
    const column = await columns.make();
    expect([...columns.wire.lacks].sort()).toEqual([
      'EFTEM mode',
      'STEM',
      'apertures',
      'automatic normalization',
      'convergence angle',
      'image-beam tilt',
    ]);
    await expect(columns.wire.getImageBeamTilt()).rejects.toMatchObject({ code: 'fei/not-on-this-column' });
    await expect(columns.wire.setEftemMode(2)).rejects.toMatchObject({ code: 'fei/not-on-this-column' });
    await column.scope.magIndex.write(magIndex(8));
    expect(await column.scope.magIndex.read()).toBe(8);
  });
});
