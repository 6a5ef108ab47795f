import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Matrix, VirtualClock, cameraIndex, magIndex } from '../../../core/base';
import { Optics } from '../../../core/optics';
import { imageShift } from '../../../statistics/support/image-shift';
import { cameraOf } from '../../../statistics/support/small-camera';
import { matrixError, trueImageShift, virtualInstrument } from '../../support/virtual-instrument';

const noon = new Date('2026-03-14T12:00:00Z').getTime();
const hours = (count: number): Date => new Date(noon + count * 3_600_000);

describe('what was measured and not saved', () => {
  /** Files that the program left at noon, and those of the test. */
  let left = '';
  let folder = '';
  let matrix: Matrix;
  beforeAll(async () => {
    left = folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
    matrix = await atNoon();
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
    cpSync(left, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  afterAll(() => rmSync(left, { recursive: true, force: true }));
  /** The program as it is started at an hour after noon. */
  const startedAt = (hour: number) =>
    virtualInstrument({
      edit: cameraOf(768),
      magIndex: 22,
      simulator: { seed: 1 },
      calibrationDirectory: folder,
      clock: new VirtualClock(hours(hour)),
    });

  /** The program at noon: image shift counts as measured, a stage calibration and two found pixel sizes are there, and the program ends without saving. */
  async function atNoon(): Promise<Matrix> {
    await using instrument = await startedAt(0);
    // As an item does that has measured it.
    const measured = trueImageShift(instrument, 22);
    instrument.calibrations.imageShift.set(magIndex(22), cameraIndex(0), measured, { sessionMeasured: true });
    instrument.calibrations.stage.set(
      magIndex(22),
      cameraIndex(0),
      { xpx: 30, xpy: 1, ypx: -1, ypy: 30 },
      { sessionMeasured: true },
    );
    instrument.calibrations.shortTerm('FoundPixelSize').put({
      time: Math.floor(instrument.clock.date().getTime() / 60_000),
      camera: cameraIndex(0),
      magIndex: magIndex(18),
      addedRotation: 90,
      pixelSize: 2.5,
      gridAngle: 12,
    });
    await instrument.finish();
    return measured;
  }

  test('survives a restart within 22 hours, counts as measured in the session, and is not in the main file', async () => {
    expect(readFileSync(path.join(folder, 'SEMshortTermCal.txt'), 'utf8')).toMatch(
      /ImageShiftMatrix[^]*StageCalibration[^]*FoundPixelSize/,
    );
    expect(existsSync(path.join(folder, 'SerialEMcalibrations.txt'))).toBe(false);
    await using later = await startedAt(21.9);
    const found = later.calibrations.imageShift.get(magIndex(22), cameraIndex(0))!;
    expect(matrixError(found, matrix).percent).toBeLessThan(1e-3);
    expect(matrixError(found, trueImageShift(later, 22)).percent).toBeLessThan(0.5);
    // The minute in which the run ended, a few after noon at most.
    expect(
      later.calibrations.imageShift.measuredAt(magIndex(22), cameraIndex(0)) - noon / 60_000,
    ).toBeGreaterThanOrEqual(0);
    expect(later.calibrations.imageShift.measuredAt(magIndex(22), cameraIndex(0)) - noon / 60_000).toBeLessThan(5);
    expect(later.calibrations.stage.get(magIndex(22), cameraIndex(0))).toMatchObject({
      xpx: 30,
      xpy: 1,
      ypx: -1,
      ypy: 30,
    });
    expect(later.calibrations.shortTerm('FoundPixelSize').all()).toMatchObject([
      { magIndex: 18, addedRotation: 90, pixelSize: 2.5, gridAngle: 12 },
    ]);
    expect(
      later.kernel.registry.get(Optics).at({ magIndex: magIndex(22), camera: cameraIndex(0) }).imageShiftToCamera!
        .source,
    ).toBe('measured');
    // The prior is used: no first round from scratch.
    expect(await later.session.forecast(imageShift, new AbortController().signal)).toMatchObject({ images: 9 + 4 });
  });

  test('shift matrices are gone after 22 hours, found pixel sizes after 24', async () => {
    {
      await using later = await startedAt(22.2);
      expect(later.calibrations.imageShift.get(magIndex(22), cameraIndex(0))).toBeUndefined();
      expect(later.calibrations.stage.get(magIndex(22), cameraIndex(0))).toBeUndefined();
      expect(later.calibrations.shortTerm('FoundPixelSize').all()).toHaveLength(1);
    }
    await using next = await startedAt(24.2);
    expect(next.calibrations.shortTerm('FoundPixelSize').all()).toEqual([]);
  });

  test('what was saved counts on after its session, but no longer as measured in it', async () => {
    {
      await using instrument = await startedAt(0.1);
      expect(instrument.calibrations.imageShift.measuredAt(magIndex(22), cameraIndex(0))).not.toBe(0);
      await instrument.finish({ save: true });
    }
    await using later = await startedAt(30);
    expect(later.calibrations.imageShift.get(magIndex(22), cameraIndex(0))).toBeDefined();
    expect(later.calibrations.imageShift.measuredAt(magIndex(22), cameraIndex(0))).toBe(0);
  });

  test('the newer of two counts: what was measured after saving overrides what was saved, and the saved one is back when it has expired', async () => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    {
      await using instrument = await startedAt(-0.1);
      instrument.calibrations.imageShift.set(
        magIndex(22),
        cameraIndex(0),
        { xpx: 1000, xpy: 0, ypx: 0, ypy: 1000 },
        { sessionMeasured: false },
      );
      await instrument.finish({ save: true });
    }
    {
      await using instrument = await startedAt(0);
      // As an item does that has measured it.
      instrument.calibrations.imageShift.set(magIndex(22), cameraIndex(0), matrix, { sessionMeasured: true });
      await instrument.finish();
    }
    {
      await using later = await startedAt(10);
      expect(
        matrixError(later.calibrations.imageShift.get(magIndex(22), cameraIndex(0))!, matrix).percent,
      ).toBeLessThan(1e-3);
    }
    await using afterwards = await startedAt(23);
    expect(afterwards.calibrations.imageShift.get(magIndex(22), cameraIndex(0))).toMatchObject({
      xpx: 1000,
      ypy: 1000,
    });
  });
});
