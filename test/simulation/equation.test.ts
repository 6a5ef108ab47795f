import { fc } from '../support/properties';
import { frameOf, rasterOf } from '../../simulation/base/frame';
import { imageShiftToSpecimen, truthOf, type PlaneMatrix, type Truth, viewOf } from '../../simulation';
import { bench, motion } from './bench';

const apply = (m: PlaneMatrix, x: number, y: number): { x: number; y: number } => ({
  x: m.xpx * x + m.xpy * y,
  y: m.ypx * x + m.ypy * y,
});
const solve = (m: PlaneMatrix, x: number, y: number): { x: number; y: number } => {
  const d = m.xpx * m.ypy - m.xpy * m.ypx;
  return { x: (m.ypy * x - m.xpy * y) / d, y: (m.xpx * y - m.ypx * x) / d };
};
const minus = ({ x, y }: { x: number; y: number }): { x: number; y: number } => ({ x: -x, y: -y });

describe('the equation of image position', () => {
  const views = [
    { magIndex: 4, camera: 0, binning: 1 },
    { magIndex: 17, camera: 0, binning: 2 },
    { magIndex: 28, camera: 0, binning: 1 },
    { magIndex: 17, camera: 1, binning: 1 },
  ];

  test.each(views)(
    'features move by -B*dI when the image shift changes (mag $magIndex, camera $camera, binning $binning)',
    ({ magIndex, camera, binning }) => {
      const { microscope, truth } = bench();
      const view = viewOf(truth, magIndex, camera)!;
      const step = solve(view.imageShiftToCamera, 37.3, -21.8);
      microscope.setMagnification(magIndex);
      const before = microscope.expose({ camera, binning, exposure: 1 });
      microscope.setImageShift(step);
      const after = microscope.expose({ camera, binning, exposure: 1 });
      const moved = motion(before, after, { x: -37.3 / binning, y: 21.8 / binning });
      expect(Math.abs(moved.x * binning + 37.3)).toBeLessThan(0.1 * binning);
      expect(Math.abs(moved.y * binning - 21.8)).toBeLessThan(0.1 * binning);
    },
  );

  test('features move by -G*dS when the stage moves, and moving it +X carries the specimen to its own +X', () => {
    const { microscope, truth, clock } = bench();
    microscope.setMagnification(17);
    const { specimenToCamera } = viewOf(truth, 17, 0)!;
    const before = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    clock.seconds += microscope.moveStage({ x: 1 });
    const after = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    // The stage coordinate is that of the point at the centre, so +1 um of stage X is specimen motion by +1 um along specimen X.
    const expected = apply(specimenToCamera, 1, 0);
    const moved = motion(before, after, expected);
    expect(Math.abs(moved.x - expected.x)).toBeLessThan(0.1);
    expect(Math.abs(moved.y - expected.y)).toBeLessThan(0.1);
  });

  test('an image shift by +B^-1 p brings what is seen at p to the centre', () => {
    const { microscope, truth } = bench();
    microscope.setMagnification(28);
    const view = viewOf(truth, 28, 0)!;
    const before = microscope.expose({
      camera: 0,
      binning: 1,
      exposure: 1,
      area: { left: 256 + 60 - 64, top: 192 - 40 - 64, width: 128, height: 128 },
    });
    microscope.setImageShift(solve(view.imageShiftToCamera, 60, 40));
    const after = microscope.expose({
      camera: 0,
      binning: 1,
      exposure: 1,
      area: { left: 256 - 64, top: 192 - 64, width: 128, height: 128 },
    });
    const moved = motion(before, after, { x: 0, y: 0 });
    expect(Math.hypot(moved.x, moved.y)).toBeLessThan(0.05);
  });

  test('drift carries features by -A*drift, and the image offset of a magnification likewise', () => {
    const { microscope, truth, clock } = bench({ driftNmPerSecond: [60, -30] });
    microscope.setMagnification(17);
    const { specimenToCamera } = viewOf(truth, 17, 0)!;
    const before = microscope.expose({ camera: 0, binning: 1, exposure: 0.1 });
    clock.seconds = 10;
    const after = microscope.expose({ camera: 0, binning: 1, exposure: 0.1 });
    const expected = minus(apply(specimenToCamera, 0.6, -0.3));
    const moved = motion(before, after, expected);
    expect(Math.abs(moved.x - expected.x)).toBeLessThan(0.1);
    expect(Math.abs(moved.y - expected.y)).toBeLessThan(0.1);

    const plain = bench();
    const displaced = bench({ imageOffsetsMicrometres: { 17: [0.5, 0.2] } });
    for (const each of [plain, displaced]) each.microscope.setMagnification(17);
    const request = { camera: 0, binning: 1, exposure: 1 };
    const away = minus(apply(specimenToCamera, 0.5, 0.2));
    const shown = motion(plain.microscope.expose(request), displaced.microscope.expose(request), away);
    expect(Math.abs(shown.x - away.x)).toBeLessThan(0.1);
    expect(Math.abs(shown.y - away.y)).toBeLessThan(0.1);
  });

  test('in EFTEM mode the image is displaced by the offset of that mode, and each camera sees its own only in the mode that is meant for it', () => {
    const request = { camera: 0, binning: 1, exposure: 1 };
    const plain = bench();
    const { specimenToCamera } = viewOf(plain.truth, 17, 0)!;
    const behindFilter = bench(
      { imageOffsetsMicrometres: { 17: [5, 5] }, imageOffsetsEftemMicrometres: { 17: [0.4, -0.3] } },
      1,
      (truth) => ({
        ...truth,
        cameras: truth.cameras.map((camera) => ({ ...camera, behindFilter: true })),
      }),
    );
    for (const each of [plain, behindFilter]) each.microscope.setMagnification(17);
    behindFilter.microscope.setEftem(true);
    expect(behindFilter.microscope.state.eftem).toBe(true);
    const away = minus(apply(specimenToCamera, 0.4, -0.3));
    const shown = motion(plain.microscope.expose(request), behindFilter.microscope.expose(request), away);
    expect(Math.abs(shown.x - away.x)).toBeLessThan(0.1);
    expect(Math.abs(shown.y - away.y)).toBeLessThan(0.1);
    // Set for the filter, the column magnifies ten times less for a camera before it: the centre of its image is what it sees in all else.
    plain.microscope.setEftem(true);
    const small = plain.microscope.expose({ ...request, exposure: 0.01 });
    plain.microscope.setEftem(false);
    expect(
      small.record.electronsPerPixel / plain.microscope.expose({ ...request, exposure: 0.01 }).record.electronsPerPixel,
    ).toBeCloseTo(100, 6);
  });

  test('tilt foreshortens specimen Y', () => {
    const { microscope, truth, clock } = bench();
    microscope.setMagnification(17);
    const { specimenToCamera } = viewOf(truth, 17, 0)!;
    clock.seconds += microscope.moveStage({ tilt: 60 });
    const before = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    clock.seconds += microscope.moveStage({ y: 1 });
    const after = microscope.expose({ camera: 0, binning: 1, exposure: 1 });
    const expected = apply(specimenToCamera, 0, 0.5);
    const moved = motion(before, after, expected);
    expect(Math.abs(moved.x - expected.x)).toBeLessThan(0.1);
    expect(Math.abs(moved.y - expected.y)).toBeLessThan(0.1);
  });
});

describe('the raster', () => {
  const small = fc.double({ min: -100, max: 100, noNaN: true });

  test('has p at column nx/2 + p.x/bin and row ny/2 - p.y/bin, counted from the area read', () => {
    fc.assert(
      fc.property(
        fc.tuple(small, small, small, small),
        fc.tuple(small, small),
        fc.tuple(small, small),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(50),
        ([xpx, xpy, ypx, ypy], [x, y], [ox, oy], binning, left) => {
          const area = { left, top: 2 * left, width: 200, height: 100 };
          const frame = frameOf({
            camera: { width: 400, height: 300 },
            area,
            pixelsPerPixel: binning,
            matrix: { xpx, xpy, ypx, ypy },
            origin: { x: ox, y: oy },
            distortion: undefined,
            blur: 0,
          });
          const p = { x: xpx * x + xpy * y + ox, y: ypx * x + ypy * y + oy };
          const { column, row } = rasterOf(frame, { x, y });
          expect(column).toBeCloseTo((200 + p.x - left) / binning, 6);
          expect(row).toBeCloseTo((150 - p.y - 2 * left) / binning, 6);
        },
      ),
    );
  });

  test('is distorted about the centre of the camera, by the fraction at the edge', () => {
    const frame = frameOf({
      camera: { width: 400, height: 300 },
      area: { left: 40, top: 20, width: 200, height: 200 },
      pixelsPerPixel: 2,
      matrix: { xpx: 1, xpy: 0, ypx: 0, ypy: 1 },
      origin: { x: 0, y: 0 },
      distortion: { cubic: 0.03, quadratic: 0.01 },
      blur: 0,
    });
    // 150 px from the centre is the edge of the shorter side.
    expect(rasterOf(frame, { x: 150, y: 0 }).column).toBeCloseTo((200 + 150 * 1.04 - 40) / 2, 9);
    expect(rasterOf(frame, { x: -150, y: 0 }).column).toBeCloseTo((200 - 150 * 1.02 - 40) / 2, 9);
    expect(rasterOf(frame, { x: 0, y: 150 }).row).toBeCloseTo((150 - 150 * 1.03 - 20) / 2, 9);
    expect(rasterOf(frame, { x: 0, y: 0 })).toEqual({ column: 80, row: 65 });
  });
});

describe('where the truth comes from', () => {
  test('is given by truthOf and not by the microscope', () => {
    const { microscope, truth } = bench();
    expect(truthOf(microscope)).toBe(truth);
    expect(JSON.stringify(microscope.state)).not.toContain('specimenToCamera');
    expect(Object.keys(microscope)).not.toContain('truth');
  });

  test("B is A*C with the C of the range of magnification, or the site's own matrix", () => {
    const { truth } = bench({
      imageShiftToSpecimen: [
        [1, 0.1],
        [0, 0.9],
      ],
      imageShiftToSpecimenLowMagnification: [
        [-1, 0],
        [0, 2],
      ],
    });
    expect(imageShiftToSpecimen(viewOf(truth, 17, 0)!).xpy).toBeCloseTo(0.1, 12);
    expect(imageShiftToSpecimen(viewOf(truth, 17, 1)!).ypy).toBeCloseTo(0.9, 12);
    expect(imageShiftToSpecimen(viewOf(truth, 4, 0)!).ypy).toBeCloseTo(2, 12);
  });

  test('the errors of the properties turn and scale the truth', () => {
    const exact: Truth = bench().truth;
    const off: Truth = bench({ pixelScaleError: 0.1, rotationErrorDegrees: 5 }).truth;
    const before = viewOf(exact, 17, 0)!.specimenToCamera;
    const after = viewOf(off, 17, 0)!.specimenToCamera;
    expect(Math.hypot(before.xpx, before.ypx) / Math.hypot(after.xpx, after.ypx)).toBeCloseTo(1.1, 9);
    expect(((Math.atan2(after.ypx, after.xpx) - Math.atan2(before.ypx, before.xpx)) * 180) / Math.PI).toBeCloseTo(5, 9);
  });
});
