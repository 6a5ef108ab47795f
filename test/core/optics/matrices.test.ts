import { fc } from '../../support/properties';
import {
  type Matrix,
  apply,
  cameraIndex,
  inverse,
  magIndex,
  matrix,
  percentChange,
  product,
  rotation,
  scaleMatrix,
} from '../../../core/base';
import { specimenToCameraMatrix } from '../../../core/optics';
import { camera, imageShiftMatrix, optics, toCamera } from './instrument';

const shiftToSpecimen = product(rotation(17), matrix(0.98, 0.01, 0, 1.03));
const elements = (m: Matrix | undefined): readonly number[] => (m ? [m.xpx, m.xpy, m.ypx, m.ypy] : []);
const expectSame = (actual: Matrix | undefined, expected: Matrix, digits = 6): void =>
  elements(expected).forEach((value, at) => expect(elements(actual)[at]).toBeCloseTo(value, digits));

test('2 nm and 84 degrees make the worked matrix', () => {
  elements(specimenToCameraMatrix(2, 84)).forEach((value, at) =>
    expect(value).toBeCloseTo([52.264, -497.261, 497.261, 52.264][at]!, 3),
  );
});

test('the worked image-shift matrix follows from pixel size, rotation and image shift on the specimen', () => {
  elements(product(specimenToCameraMatrix(2, 84), shiftToSpecimen)).forEach((value, at) =>
    expect(value).toBeCloseTo([-93.496, -506.492, 480.997, -93.358][at]!, 3),
  );
});

test('percent change of 1.02 R(1) is 2.67', () => {
  const old = imageShiftMatrix(2, 84, shiftToSpecimen);
  expect(percentChange(old, scaleMatrix(product(rotation(1), old), 1.02))).toBeCloseTo(2.67, 2);
});

describe('image shift to camera', () => {
  const measured = [7, 8, 9].map((magIndex) => ({ magIndex, rotation: 84, pixelNanometres: 16 / (magIndex - 5) }));
  const cameras = [
    camera(0, { measured }),
    camera(1, {
      measured: [
        { magIndex: 7, rotation: 30, pixelNanometres: 3 },
        { magIndex: 8, rotation: 31, pixelNanometres: 2 },
      ],
    }),
    camera(2, { behindFilter: true, measured: [{ magIndex: 7, rotation: -60, pixelNanometres: 1 }] }),
  ];
  const own = { magIndex: 7, camera: 0, matrix: imageShiftMatrix(8, 84, shiftToSpecimen) };

  test('is the measured one where there is one', () => {
    expect(
      optics({ properties: { cameras }, imageShifts: [own] }).at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .imageShiftToCamera,
    ).toEqual({
      matrix: own.matrix,
      source: 'measured',
      from: { magIndex: 7, camera: 0 },
    });
  });
  test('is taken from a similar camera at the same mag before another mag', () => {
    const given = optics({
      properties: { cameras },
      imageShifts: [own, { magIndex: 8, camera: 1, matrix: imageShiftMatrix(2, 31, shiftToSpecimen) }],
    });
    const found = given.at({ magIndex: magIndex(7), camera: cameraIndex(1) }).imageShiftToCamera!;
    expect(found).toMatchObject({ source: 'same mag, other camera', from: { magIndex: 7, camera: 0 } });
    expectSame(found.matrix, imageShiftMatrix(3, 30, shiftToSpecimen));
  });
  test('is taken from the nearest mag of the camera, the lower one first', () => {
    const given = optics({
      properties: { cameras },
      imageShifts: [own, { magIndex: 9, camera: 0, matrix: imageShiftMatrix(4, 84, shiftToSpecimen) }],
    });
    const found = given.at({ magIndex: magIndex(8), camera: cameraIndex(0) }).imageShiftToCamera!;
    expect(found).toMatchObject({ source: 'other mag', from: { magIndex: 7, camera: 0 } });
    expectSame(found.matrix, imageShiftMatrix(16 / 3, 84, shiftToSpecimen));
  });
  test('is taken from a camera of another kind last', () => {
    const given = optics({ properties: { cameras }, imageShifts: [own] });
    const found = given.at({ magIndex: magIndex(7), camera: cameraIndex(2) }).imageShiftToCamera!;
    expect(found).toMatchObject({ source: 'other mag, other camera', from: { magIndex: 7, camera: 0 } });
    expectSame(found.matrix, imageShiftMatrix(1, -60, shiftToSpecimen));
  });
  test('is missing across a boundary and without any calibration', () => {
    expect(
      optics({ properties: { cameras }, imageShifts: [own] }).at({ magIndex: magIndex(4), camera: cameraIndex(0) })
        .imageShiftToCamera,
    ).toBeUndefined();
    expect(
      optics({ properties: { cameras } }).at({ magIndex: magIndex(7), camera: cameraIndex(0) }).imageShiftToCamera,
    ).toBeUndefined();
  });
  test('of a projector deflector is the same at all mags on one side of the boundary', () => {
    const given = optics({ properties: { cameras }, imageShifts: [own], traits: { usesProjectorForImageShift: true } });
    expect(given.at({ magIndex: magIndex(9), camera: cameraIndex(0) }).imageShiftToCamera).toEqual({
      matrix: own.matrix,
      source: 'other mag',
      from: { magIndex: 7, camera: 0 },
    });
    expect(given.at({ magIndex: magIndex(4), camera: cameraIndex(0) }).imageShiftToCamera).toBeUndefined();
  });
  test('a matrix with a zero element counts like any other', () => {
    const straight = matrix(0, -500, 500, 0);
    expect(
      optics({ properties: { cameras }, imageShifts: [{ ...own, matrix: straight }] }).at({
        magIndex: magIndex(7),
        camera: cameraIndex(0),
      }).imageShiftToCamera!.matrix,
    ).toEqual(straight);
  });
  test('to specimen gives back what the matrices were made of', () => {
    expectSame(
      optics({ properties: { cameras }, imageShifts: [own] }).at({ magIndex: magIndex(8), camera: cameraIndex(0) })
        .imageShiftToSpecimen,
      shiftToSpecimen,
    );
  });
});

describe('stage to camera', () => {
  const truth = product(rotation(178), matrix(0.99, 0.02, 0, 1.01));
  const stageMatrix = (pixel: number, angle: number): Matrix => product(toCamera(pixel, angle), inverse(truth)!);
  const measured = [
    { magIndex: 7, rotation: 84, pixelNanometres: 8 },
    { magIndex: 9, rotation: 86, pixelNanometres: 2 },
  ];

  test('comes by image shift from the nearest mag that has both, without asking pixel sizes', () => {
    const given = optics({
      properties: {
        cameras: [
          camera(0, {
            measured: [
              { magIndex: 7, rotation: 0, pixelNanometres: 1 },
              { magIndex: 9, rotation: 0, pixelNanometres: 1 },
            ],
          }),
        ],
      },
      imageShifts: [
        { magIndex: 7, camera: 0, matrix: imageShiftMatrix(8, 84, shiftToSpecimen) },
        { magIndex: 9, camera: 0, matrix: imageShiftMatrix(2, 86, shiftToSpecimen) },
      ],
      stages: [{ magIndex: 7, camera: 0, matrix: stageMatrix(8, 84) }],
    });
    const found = given.at({ magIndex: magIndex(9), camera: cameraIndex(0) }).stageToCamera!;
    expect(found).toMatchObject({ source: 'image shift', from: { magIndex: 7, camera: 0 } });
    expectSame(found.matrix, stageMatrix(2, 86));
  });
  test('comes by pixel size and rotation, of the same camera first', () => {
    const given = optics({
      properties: {
        cameras: [
          camera(0, { measured }),
          camera(1, { measured: [{ magIndex: 9, rotation: -20, pixelNanometres: 3 }] }),
        ],
      },
      stages: [
        { magIndex: 7, camera: 0, matrix: stageMatrix(8, 84) },
        { magIndex: 9, camera: 1, matrix: stageMatrix(3, -20) },
      ],
    });
    expect(given.at({ magIndex: magIndex(9), camera: cameraIndex(0) }).stageToCamera).toMatchObject({
      source: 'pixel size and rotation',
      from: { magIndex: 7, camera: 0 },
    });
    expectSame(given.at({ magIndex: magIndex(9), camera: cameraIndex(0) }).stageToCamera!.matrix, stageMatrix(2, 86));
    expect(given.at({ magIndex: magIndex(9), camera: cameraIndex(1) }).stageToCamera!.source).toBe('measured');
    expectSame(given.specimenToStage(), truth);
  });
  test('falls back on the nominal axes of the column', () => {
    const given = optics({
      properties: { cameras: [camera(0, { measured })] },
      traits: { nominalSpecimenToStage: matrix(0, 1, -1, 0) },
    });
    expect(given.at({ magIndex: magIndex(7), camera: cameraIndex(0) }).stageToCamera!.source).toBe(
      'nominal stage axes',
    );
    // p = A D^-1 S with D = (0 1; -1 0), whose inverse is (0 -1; 1 0): stage X is specimen Y.
    expectSame(
      given.at({ magIndex: magIndex(7), camera: cameraIndex(0) }).stageToCamera!.matrix,
      product(toCamera(8, 84), matrix(0, -1, 1, 0)),
    );
    expectSame(given.specimenToStage(), matrix(0, 1, -1, 0));
  });
});

describe('carrying image shift to another magnification', () => {
  const low = product(rotation(-40), matrix(2, 0.1, 0.2, 1.7));
  const given = optics({
    properties: {
      cameras: [
        camera(0, {
          measured: [
            { magIndex: 3, rotation: 20, pixelNanometres: 100 },
            { magIndex: 7, rotation: 84, pixelNanometres: 2 },
          ],
        }),
      ],
    },
    imageShifts: [
      { magIndex: 3, camera: 0, matrix: imageShiftMatrix(100, 20, low) },
      { magIndex: 7, camera: 0, matrix: imageShiftMatrix(2, 84, shiftToSpecimen) },
    ],
  });
  const shift = fc.record({
    x: fc.double({ min: -20, max: 20, noNaN: true }),
    y: fc.double({ min: -20, max: 20, noNaN: true }),
  });
  test('there and back changes nothing, and the specimen moves equally far', () => {
    fc.assert(
      fc.property(shift, (value) => {
        const there = given.transferImageShift(value, magIndex(7), magIndex(3), cameraIndex(0));
        const back = given.transferImageShift(there, magIndex(3), magIndex(7), cameraIndex(0));
        expect(back.x).toBeCloseTo(value.x, 9);
        expect(back.y).toBeCloseTo(value.y, 9);
        const [specimen, again] = [apply(shiftToSpecimen, value), apply(low, there)];
        expect(again.x).toBeCloseTo(specimen.x, 9);
        expect(again.y).toBeCloseTo(specimen.y, 9);
      }),
    );
  });
  test('leaves it unchanged where that is unnecessary or unknown', () => {
    expect(given.transferImageShift({ x: 1, y: 2 }, magIndex(7), magIndex(9), cameraIndex(0))).toEqual({ x: 1, y: 2 });
    expect(optics().transferImageShift({ x: 1, y: 2 }, magIndex(7), magIndex(3), cameraIndex(0))).toEqual({
      x: 1,
      y: 2,
    });
  });
});

test('a camera that is not described is named', () => {
  expect(() => optics().at({ magIndex: magIndex(7), camera: cameraIndex(4) }).pixelSize).toThrow(
    expect.objectContaining({ code: 'optics/unknown-camera' }) as Error,
  );
});
