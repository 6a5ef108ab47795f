import { fc } from '../../support/properties';
import {
  type Matrix,
  cameraIndex,
  inDegrees,
  inNanometres,
  magIndex as asMagIndex,
  matrix,
  normalizeDegrees,
  product,
  rotation,
} from '../../../core/base';
import { camera, imageShiftMatrix, optics, properties } from './instrument';

const shiftToSpecimen = product(rotation(17), matrix(0.98, 0.01, 0, 1.03));
const pixelAt = (given: ReturnType<typeof optics>, magIndex: number, index = 0): number =>
  inNanometres(given.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(index) }).pixelSize!.value);
const angleAt = (given: ReturnType<typeof optics>, magIndex: number, index = 0): number =>
  inDegrees(given.at({ magIndex: asMagIndex(magIndex), camera: cameraIndex(index) }).rotation!.value);

describe('pixel size and rotation through image shift', () => {
  test('2 nm and 84 degrees make 0.5 nm and 92 degrees where the matrix says so', () => {
    const given = optics({
      properties: { cameras: [camera(0, { measured: [{ magIndex: 7, rotation: 84, pixelNanometres: 2 }] })] },
      imageShifts: [
        { magIndex: 7, camera: 0, matrix: imageShiftMatrix(2, 84, shiftToSpecimen) },
        { magIndex: 9, camera: 0, matrix: imageShiftMatrix(0.5, 92, shiftToSpecimen) },
      ],
    });
    expect(pixelAt(given, 9)).toBeCloseTo(0.5, 10);
    expect(angleAt(given, 9)).toBeCloseTo(92, 8);
    expect(given.at({ magIndex: asMagIndex(9), camera: cameraIndex(0) }).pixelSize).toMatchObject({
      level: 1,
      source: 'derived from mag 7 by image shift',
    });
    expect(given.at({ magIndex: asMagIndex(7), camera: cameraIndex(0) }).pixelSize).toMatchObject({
      level: 0,
      source: 'measured',
    });
  });

  test('not across a boundary', () => {
    const given = optics({
      properties: {
        otherShiftBoundaries: [8],
        cameras: [camera(0, { measured: [{ magIndex: 7, rotation: 84, pixelNanometres: 2 }] })],
      },
      imageShifts: [
        { magIndex: 7, camera: 0, matrix: imageShiftMatrix(2, 84, shiftToSpecimen) },
        { magIndex: 9, camera: 0, matrix: imageShiftMatrix(0.5, 92, shiftToSpecimen) },
      ],
    });
    expect(given.at({ magIndex: asMagIndex(9), camera: cameraIndex(0) }).pixelSize!.how).toBe('nearby magnifications');
    expect(given.at({ magIndex: asMagIndex(9), camera: cameraIndex(0) }).rotation!.how).toBe('reported rotation');
  });

  test('every truth is recovered from one measurement where all image shifts of the range are known', () => {
    const truth = fc.array(
      fc.record({ pixel: fc.double({ min: 0.05, max: 5, noNaN: true }), angle: fc.integer({ min: -179, max: 180 }) }),
      { minLength: 6, maxLength: 6 },
    );
    const invertible = fc
      .tuple(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.integer({ min: -180, max: 180 }),
        fc.boolean(),
      )
      .map(([along, across, turn, mirrored]) =>
        product(rotation(turn), matrix(along, 0.1, 0, mirrored ? -across : across)),
      );
    fc.assert(
      fc.property(truth, truth, invertible, fc.integer({ min: 0, max: 4 }), (plain, filtered, toSpecimen, start) => {
        const place = (at: number): number => at + 6;
        const at = [plain, filtered];
        const given = optics({
          properties: {
            magnifications: properties().magnifications.concat([
              { index: 11, film: 120000, rotation: 9, eftem: 240000, eftemRotation: 9 },
            ]),
            cameras: [
              camera(0, {
                measured: [
                  { magIndex: place(start), rotation: plain[start]!.angle, pixelNanometres: plain[start]!.pixel },
                ],
              }),
              camera(1, { behindFilter: true }),
            ],
          },
          imageShifts: at.flatMap((values, index) =>
            values.map(({ pixel, angle }, step) => ({
              magIndex: place(step),
              camera: index,
              matrix: imageShiftMatrix(pixel, angle, toSpecimen),
            })),
          ),
        });
        at.forEach((values, index) =>
          values.forEach(({ pixel, angle }, step) => {
            expect(pixelAt(given, place(step), index)).toBeCloseTo(pixel, 8);
            expect(normalizeDegrees(angleAt(given, place(step), index) - angle)).toBeCloseTo(0, 6);
          }),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('changed matrices are noticed automatically', () => {
    const entries = [
      { magIndex: 7, camera: 0, matrix: imageShiftMatrix(2, 84, shiftToSpecimen) },
      { magIndex: 9, camera: 0, matrix: imageShiftMatrix(0.5, 92, shiftToSpecimen) },
    ];
    const given = optics({
      properties: { cameras: [camera(0, { measured: [{ magIndex: 7, rotation: 84, pixelNanometres: 2 }] })] },
      imageShifts: entries,
    });
    expect(pixelAt(given, 9)).toBeCloseTo(0.5, 10);
    entries[1] = { magIndex: 9, camera: 0, matrix: imageShiftMatrix(0.6, 92, shiftToSpecimen) };
    expect(pixelAt(given, 9)).toBeCloseTo(0.6, 10);
    entries.pop();
    expect(given.at({ magIndex: asMagIndex(9), camera: cameraIndex(0) }).pixelSize!.how).toBe('nearby magnifications');
  });
});

describe('pixel size where image shift says nothing', () => {
  test('with nothing measured, one magnification of the camera with the widest run is nominal and the rest follows from it', () => {
    const scale = (film: number): number => (1000 * 15) / (film * 1.25);
    const given = optics({
      properties: { cameras: [camera(0), camera(1, { behindFilter: true })] },
      imageShifts: [6, 7, 8].map((magIndex) => ({
        magIndex,
        camera: 0,
        matrix: imageShiftMatrix(
          scale([4000, 8000, 15000][magIndex - 6]!) * (magIndex === 8 ? 1.1 : 1),
          10,
          shiftToSpecimen,
        ),
      })),
    });
    expect(given.at({ magIndex: asMagIndex(7), camera: cameraIndex(0) }).pixelSize).toMatchObject({
      level: 1,
      how: 'nominal',
    });
    expect(pixelAt(given, 7)).toBeCloseTo(scale(8000), 10);
    expect(pixelAt(given, 8)).toBeCloseTo(1.1 * scale(15000), 10);
    expect(given.at({ magIndex: asMagIndex(8), camera: cameraIndex(1) }).pixelSize!.how).toBe('nominal');
  });
  test('without any matrix the start is at the magnification nearest to 15000', () => {
    expect(optics().at({ magIndex: asMagIndex(8), camera: cameraIndex(0) }).pixelSize).toMatchObject({
      how: 'nominal',
      level: 1,
    });
    expect(optics().at({ magIndex: asMagIndex(7), camera: cameraIndex(0) }).pixelSize!.how).toBe(
      'nearby magnifications',
    );
    expect(pixelAt(optics(), 7)).toBeCloseTo(1.5, 10);
  });
  test('the steps of a similar camera go before the ratio of camera to film', () => {
    const given = optics({
      properties: {
        cameras: [
          camera(0, {
            measured: [
              { magIndex: 7, pixelNanometres: 2 },
              { magIndex: 8, pixelNanometres: 1.1 },
            ],
          }),
          camera(1, { measured: [{ magIndex: 7, pixelNanometres: 4 }] }),
        ],
      },
    });
    expect(given.at({ magIndex: asMagIndex(8), camera: cameraIndex(1) }).pixelSize).toMatchObject({
      source: 'derived from mag 7 of camera 0 by steps of another camera',
    });
    expect(pixelAt(given, 8, 1)).toBeCloseTo(2.2, 10);
    // 15 um * 1000 / (8000 * 4 nm) = 0.46875 is the ratio at the only known magnification.
    expect(pixelAt(given, 9, 1)).toBeCloseTo(15000 / (30000 * 0.46875), 10);
  });
  test('the ratio is the mean of the five nearest', () => {
    const ratios = [2, 1, 1, 1, 1, 1.5];
    const measured = ratios.map((ratio, at) => ({
      magIndex: at + 1,
      pixelNanometres: 15000 / (properties().magnifications[at]!.film * ratio),
    }));
    expect(pixelAt(optics({ properties: { cameras: [camera(0, { measured })] } }), 7)).toBeCloseTo(
      15000 / (8000 * 1.1),
      10,
    );
  });
  test('unused indexes have no pixel size', () => {
    expect(optics().at({ magIndex: asMagIndex(50), camera: cameraIndex(0) }).pixelSize).toBeUndefined();
    expect(optics().at({ magIndex: asMagIndex(50), camera: cameraIndex(0) }).specimenToCamera).toBeUndefined();
  });
});

describe('rotation', () => {
  const one = (measured: Parameters<typeof camera>[1]): ReturnType<typeof optics> =>
    optics({ properties: { cameras: [camera(0, measured)] } });
  test('chains relative rotations both ways', () => {
    const given = one({
      measured: [
        { magIndex: 5, deltaRotation: 3 },
        { magIndex: 6, rotation: 170 },
        { magIndex: 7, deltaRotation: 20 },
      ],
    });
    expect(angleAt(given, 7)).toBeCloseTo(-170, 8);
    const down = one({ measured: [{ magIndex: 6, rotation: 10, deltaRotation: 4 }] });
    expect(angleAt(down, 5)).toBeCloseTo(6, 8);
    expect(down.at({ magIndex: asMagIndex(5), camera: cameraIndex(0) }).rotation!.source).toBe(
      'derived from mag 6 by relative rotation',
    );
  });
  test('bridges gaps with special relative rotations, both ways', () => {
    const given = one({
      measured: [{ magIndex: 6, rotation: 10 }],
      specialRotations: [
        { from: 6, to: 9, angle: 30 },
        { from: 3, to: 6, angle: 7 },
      ],
    });
    expect(angleAt(given, 9)).toBeCloseTo(40, 8);
    expect(angleAt(given, 3)).toBeCloseTo(3, 8);
  });
  test('follows what the column reports where nothing else is known, and says so', () => {
    const given = one({ measured: [{ magIndex: 6, rotation: 10 }] });
    expect(angleAt(given, 8)).toBeCloseTo(20, 8);
    expect(given.fallbacks()).toContainEqual({
      quantity: 'rotation',
      magIndex: 8,
      camera: 0,
      source: 'derived from mag 6 by reported rotation',
    });
    expect(given.fallbacks().some(({ quantity, magIndex }) => quantity === 'rotation' && magIndex === 6)).toBe(false);
  });
  test('starts from what the column reports with the extra rotations when nothing is measured', () => {
    expect(angleAt(one({ extraRotation: 2 }), 8)).toBeCloseTo(35 - 12 + 2, 8);
  });
  test('a camera without any angle takes one from a camera of its kind', () => {
    const given = optics({
      properties: {
        cameras: [
          camera(0, { measured: [{ magIndex: 6, rotation: 10 }], extraRotation: 1 }),
          camera(1, { extraRotation: 5 }),
        ],
      },
    });
    expect(angleAt(given, 6, 1)).toBeCloseTo(14, 8);
  });
  test('a camera of another kind gets a start of its own', () => {
    const given = optics({
      properties: {
        cameras: [camera(0, { measured: [{ magIndex: 6, rotation: 10 }] }), camera(1, { behindFilter: true })],
      },
    });
    expect(angleAt(given, 8, 1)).toBeCloseTo(normalizeDegrees(35 + 180 - 12), 8);
    expect(given.at({ magIndex: asMagIndex(8), camera: cameraIndex(1) }).rotation!.how).toBe('reported rotation');
  });
  test('the rotation of a scanning camera is its setting', () => {
    const given = optics({
      properties: {
        stemMagnifications: [{ index: 2, magnification: 1000 }],
        cameras: [camera(0, { stem: true, imageRotation: 33 })],
      },
    });
    expect(angleAt(given, 2)).toBeCloseTo(33, 8);
  });
  test('calibrated rotation looks both ways along unbroken chains and takes the nearer end', () => {
    const given = one({
      measured: [
        { magIndex: 2, rotation: 100 },
        ...[3, 4, 5, 6, 7].map((magIndex) => ({ magIndex, deltaRotation: 1 })),
        { magIndex: 7, deltaRotation: 1, rotation: 50 },
      ],
    });
    expect(inDegrees(given.at({ magIndex: asMagIndex(4), camera: cameraIndex(0) }).calibratedRotation!)).toBeCloseTo(
      102,
      8,
    );
    expect(inDegrees(given.at({ magIndex: asMagIndex(6), camera: cameraIndex(0) }).calibratedRotation!)).toBeCloseTo(
      49,
      8,
    );
    expect(given.at({ magIndex: asMagIndex(8), camera: cameraIndex(0) }).calibratedRotation).toBeUndefined();
    expect(given.at({ magIndex: asMagIndex(1), camera: cameraIndex(0) }).calibratedRotation).toBeUndefined();
  });
  test('image shift of a mirrored axis turns as well', () => {
    const mirrored: Matrix = matrix(1, 0, 0, -1);
    const given = optics({
      properties: { cameras: [camera(0, { measured: [{ magIndex: 7, rotation: 84, pixelNanometres: 2 }] })] },
      imageShifts: [7, 9].map((magIndex) => ({
        magIndex,
        camera: 0,
        matrix: imageShiftMatrix(2, magIndex === 7 ? 84 : -120, mirrored),
      })),
    });
    expect(angleAt(given, 9)).toBeCloseTo(-120, 8);
  });
});
