import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { apply, cameraIndex, inMicrometres, magIndex, matrix, micrometres } from '../../../core/base';
import { type Calibrations, openCalibrations } from '../../../core/store';
import {
  type FocusConditions,
  defocusOf,
  findFocusCurve,
  milliradiansPerTiltUnit,
  shiftAt,
} from '../../../core/tuning';
import { camera, imageShiftMatrix, optics as opticsOf, toCamera } from '../optics/instrument';
import { needsReading } from '../../support/needs';

/** Pixel in nanometres and rotation in degrees, at mag index 5 to 10 of camera 0. */
const places: Readonly<Record<number, readonly [pixel: number, rotation: number]>> = {
  3: [30, 10],
  5: [7, 20],
  6: [4, 35],
  7: [2, 80],
  8: [1, 95],
  9: [0.5, 120],
};
const shiftToSpecimen = matrix(0.9, -0.3, 0.35, 0.95);
/** Displacement on the specimen in micrometres for a defocus in micrometres and a tilt of one milliradian to each side. */
const onSpecimen = (defocus: number): { x: number; y: number } => ({ x: 0.002 * defocus, y: 1e-5 * defocus * defocus });

const levels = [-24, -12, 0, 12, 24];
const focusRow = (
  at: number,
  more: Partial<{ camera: number; direction: number; probe: number; alpha: number }> = {},
) => {
  const [pixel, rotation] = places[at]!;
  const shown = (defocus: number): { x: number; y: number } => apply(toCamera(pixel, rotation), onSpecimen(defocus));
  return {
    magIndex: at,
    camera: 0,
    direction: 0,
    probe: 1,
    alpha: -999,
    slopeX: shown(1).x,
    slopeY: shown(1).y,
    beamTilt: 1.6,
    magnification: 1000,
    rows: levels.map((defocus) => ({ defocus, shiftX: shown(defocus).x, shiftY: shown(defocus).y })),
    ...more,
  };
};
const stored = (...rows: readonly ReturnType<typeof focusRow>[]): Pick<Calibrations, 'records'> =>
  ({ records: () => ({ all: () => rows }) }) as unknown as Pick<Calibrations, 'records'>;

/** An instrument whose pixel sizes and rotations are measured at each place, and whose image shift is calibrated at some. */
const optics = (...calibrated: readonly number[]): ReturnType<typeof opticsOf> =>
  opticsOf({
    properties: {
      cameras: [0, 1].map((index) =>
        camera(index, {
          measured: Object.entries(places).map(([at, [pixel, rotation]]) => ({
            magIndex: Number(at),
            pixelNanometres: pixel,
            rotation,
          })),
        }),
      ),
    },
    imageShifts: calibrated.map((at) => ({
      magIndex: at,
      camera: 0,
      // The optics lie a little: what is calibrated has a pixel that is 3 % larger than the table says.
      matrix: imageShiftMatrix(places[at]![0] * 1.03, places[at]![1], shiftToSpecimen),
    })),
  });
const wanted = (at: number, more: Partial<FocusConditions> = {}): FocusConditions => ({
  magIndex: magIndex(at),
  camera: cameraIndex(0),
  direction: 0,
  probe: 'micro',
  ...more,
});

describe('the focus curve for a place', () => {
  it('is the one that was measured there', () => {
    const found = findFocusCurve(stored(focusRow(7), focusRow(8)), optics(7, 8), wanted(8))!;
    expect(found).toMatchObject({ source: 'measured', from: { magIndex: 8, camera: 0 }, beamTilt: 1.6 });
    expect(found.curve.levels.map(({ defocus }) => Math.round(inMicrometres(defocus)))).toEqual(levels);
  });

  it('is turned and scaled from the nearest magnification otherwise, so that a displacement there reads as its defocus', () => {
    for (const calibrated of [[6, 7, 8, 9], []]) {
      const found = findFocusCurve(stored(focusRow(6), focusRow(8)), optics(...calibrated), wanted(9))!;
      expect(found.source).toBe(calibrated.length > 0 ? 'by image-shift calibrations' : 'by pixel sizes and rotations');
      expect(found.from.magIndex).toBe(8);
      const seen = apply(toCamera(...places[9]!), onSpecimen(12));
      expect(inMicrometres(defocusOf(found.curve, seen)!.defocus)).toBeCloseTo(12, 6);
    }
  });

  it('prefers image-shift calibrations to a nearer magnification, and the lower of two equally near ones', () => {
    expect(findFocusCurve(stored(focusRow(5), focusRow(8)), optics(5, 9), wanted(9))).toMatchObject({
      source: 'by image-shift calibrations',
      from: { magIndex: 5 },
    });
    expect(findFocusCurve(stored(focusRow(8), focusRow(6)), optics(), wanted(7))!.from.magIndex).toBe(6);
  });

  it('never crosses low magnification, the probe mode or the direction, and comes from another camera last', () => {
    expect(findFocusCurve(stored(focusRow(5)), optics(), wanted(3))).toBeUndefined();
    expect(findFocusCurve(stored(focusRow(8, { probe: 0 })), optics(), wanted(8))).toBeUndefined();
    expect(findFocusCurve(stored(focusRow(8, { direction: 2 })), optics(), wanted(8))).toBeUndefined();
    expect(findFocusCurve(stored(focusRow(8)), optics(), wanted(8), 9)).toBeUndefined();
    const both = stored(focusRow(8, { camera: 1 }), focusRow(5));
    expect(findFocusCurve(both, optics(), wanted(8))!.from).toEqual({ magIndex: 5, camera: 0 });
    expect(findFocusCurve(stored(focusRow(8, { camera: 1 })), optics(), wanted(8))!.from).toEqual({
      magIndex: 8,
      camera: 1,
    });
  });

  it('keeps to the alpha, then to what was measured without one', () => {
    const rows = stored(focusRow(8, { alpha: 2 }), focusRow(7, { alpha: 1 }), focusRow(6));
    expect(findFocusCurve(rows, optics(), wanted(8, { alpha: 2 }))!.source).toBe('measured');
    expect(findFocusCurve(rows, optics(), wanted(8, { alpha: 1 }))!.from.magIndex).toBe(7);
    expect(findFocusCurve(rows, optics(), wanted(8, { alpha: 5 }))!.from.magIndex).toBe(6);
    expect(findFocusCurve(rows, optics(), wanted(8))!.source).toBe('measured');
  });
});

test('the unit of beam tilt follows from the focus calibrations', () => {
  const percent = focusRow(8, { alpha: 1 });
  // A column whose unit is worth 0.4 mrad moves the image by less.
  const weak = { ...percent, slopeX: percent.slopeX * 0.4, slopeY: percent.slopeY * 0.4 };
  expect(milliradiansPerTiltUnit(stored(weak), optics(), { probe: 'micro', alpha: 1 })).toBeCloseTo(0.4, 4);
  expect(milliradiansPerTiltUnit(stored(weak), optics(), { probe: 'micro', alpha: 4 })).toBeCloseTo(0.4, 4);
  expect(milliradiansPerTiltUnit(stored(weak), optics(), { probe: 'nano' })).toBeUndefined();
});

const directory = path.resolve(__dirname, '../../../../shared/data');
const file = 'krios-k2-SerialEMcalibrations.txt';
needsReading(existsSync(path.join(directory, file))).describe('the focus curves of a real Krios', () => {
  /** Levels of a curve as the file has them, read without any of the program's readers. */
  const linesOf = (mag: number): readonly (readonly number[])[] => {
    const lines = readFileSync(path.join(directory, file), 'latin1').split(/\r?\n/);
    const at = lines.findIndex((line) => line.startsWith(`FocusCalibration ${mag} `));
    return lines.slice(at + 1, at + 14).map((line) => line.trim().split(/\s+/).map(Number));
  };

  test.each([
    [30, 'micro'],
    [32, 'nano'],
  ] as const)(
    'give at mag index %i the defocus that a search along the lines of the file gives',
    async (mag, probe) => {
      const { calibrations } = await openCalibrations({
        directory,
        fileNames: { calibrations: file },
        clock: { date: () => new Date(0) },
        isAdministrator: () => false,
        magnificationOf: () => undefined,
      });
      const many = opticsOf({
        properties: {
          magnifications: Array.from({ length: 40 }, (_, at) => ({
            index: at + 1,
            film: 1000 * (at + 1),
            rotation: 0,
            eftem: 1000 * (at + 1),
            eftemRotation: 0,
          })),
          cameras: [camera(0), camera(1)],
        },
      });
      const { curve } = findFocusCurve(calibrations, many, wanted(mag, { camera: cameraIndex(1), probe }))!;
      const lines = linesOf(mag);
      expect(lines).toHaveLength(13);
      /** The defocus of the nearest of many points along each line between two levels. */
      const search = (x: number, y: number): number => {
        let best = [NaN, Infinity] as [number, number];
        for (let at = 1; at < lines.length; at++)
          for (let share = 0; share <= 1; share += 5e-4) {
            const [d, sx, sy] = lines[at - 1]!.map((each, place) => each + share * (lines[at]![place]! - each));
            const away = Math.hypot(sx! - x, sy! - y);
            if (away < best[1]) best = [d!, away];
          }
        return best[0];
      };
      for (const [defocus, aside] of [
        [-33.3, 4],
        [-17, -6],
        [-0.4, 1],
        [0.2, 0],
        [8.8, 12],
        [29, -3],
      ] as const) {
        const { x, y } = shiftAt(curve, micrometres(defocus))!;
        const seen = { x: x + aside, y: y - 2 * aside };
        expect(inMicrometres(defocusOf(curve, seen)!.defocus)).toBeCloseTo(search(seen.x, seen.y), 2);
      }
    },
  );
});
