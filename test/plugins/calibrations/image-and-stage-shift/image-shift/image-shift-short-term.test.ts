import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VirtualClock, cameraIndex, magIndex } from '../../../../../core/base';
import { Optics } from '../../../../../core/optics';
import { trueImageShift, matrixError, runItem, virtualInstrument } from '../../../../support/virtual-instrument';

const small = (yaml: string): string =>
  yaml.replace('CameraSizeX: 11520', 'CameraSizeX: 960').replace('CameraSizeY: 8184', 'CameraSizeY: 720');
const noon = new Date('2026-03-14T12:00:00Z').getTime();
const hours = (count: number): Date => new Date(noon + count * 3_600_000);
const [imageShift, fromScratch] = ['image-shift', 'is-from-scratch'].map(
  (name) => `calibrations/image-and-stage-shift/${name}`,
) as [string, string];

describe('what was measured and not saved', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'eucentric-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  /** The program as it is started at an hour after noon. */
  const startedAt = (hour: number) =>
    virtualInstrument({
      edit: small,
      magIndex: 22,
      simulator: { seed: 1 },
      calibrationDirectory: folder,
      clock: new VirtualClock(hours(hour)),
    });

  /** The program at noon: image shift is measured, a stage calibration and two found pixel sizes are there, and the program ends without saving. */
  async function atNoon() {
    await using instrument = await startedAt(0);
    await runItem(instrument, fromScratch);
    const matrix = instrument.calibrations.imageShift.get(magIndex(22), cameraIndex(0))!;
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
    return { ...matrix };
  }

  test('survives a restart within 22 hours, counts as measured in the session, and is not in the main file', async () => {
    const matrix = await atNoon();
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
    expect((await runItem(later, imageShift)).result!.values['images']).toBeLessThan(13);
  });

  test('shift matrices are gone after 22 hours, found pixel sizes after 24', async () => {
    await atNoon();
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
      await using instrument = await startedAt(0);
      await runItem(instrument, fromScratch);
      await instrument.finish({ save: true });
    }
    await using later = await startedAt(30);
    expect(later.calibrations.imageShift.get(magIndex(22), cameraIndex(0))).toBeDefined();
    expect(later.calibrations.imageShift.measuredAt(magIndex(22), cameraIndex(0))).toBe(0);
  });

  test('the newer of two counts: what was measured after saving overrides what was saved, and the saved one is back when it has expired', async () => {
    {
      await using instrument = await startedAt(0);
      instrument.calibrations.imageShift.set(
        magIndex(22),
        cameraIndex(0),
        { xpx: 1000, xpy: 0, ypx: 0, ypy: 1000 },
        { sessionMeasured: false },
      );
      await instrument.finish({ save: true });
    }
    const matrix = await atNoon();
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
