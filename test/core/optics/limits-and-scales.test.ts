import { cameraIndex, identity, inMicrometres, magIndex, matrix } from '../../../core/base';
import { imageShiftReach } from '../../../core/optics';
import { camera, imageShiftMatrix, optics } from './instrument';

describe('limits of image shift', () => {
  const scaled = matrix(2, 0, 0, 3);
  test('axis by axis', () => {
    expect(imageShiftReach({ x: 7.4, y: 4.9 }, scaled, 15, true).within).toBe(true);
    const reach = imageShiftReach({ x: 7.4, y: -5.1 }, scaled, 15, true);
    expect(reach.within).toBe(false);
    expect(inMicrometres(reach.distance)).toBeCloseTo(15.3, 9);
    expect(inMicrometres(reach.limit)).toBeCloseTo(15, 9);
  });
  test('by length', () => {
    const reach = imageShiftReach({ x: 4.5, y: 4 }, scaled, 15, false);
    expect(inMicrometres(reach.distance)).toBeCloseTo(15, 9);
    expect(reach.within).toBe(true);
    expect(imageShiftReach({ x: 4.6, y: 4 }, scaled, 15, false).within).toBe(false);
  });
  test('without a matrix everything but nonsense is allowed; nonsense never is', () => {
    expect(imageShiftReach({ x: 1e6, y: 0 }, undefined, 15, true).within).toBe(true);
    expect(imageShiftReach({ x: NaN, y: 0 }, undefined, 15, true).within).toBe(false);
    expect(imageShiftReach({ x: NaN, y: 0 }, scaled, 15, true).within).toBe(false);
  });
  test('are wider in low magnification, and square or radial as site and column say', () => {
    const given = {
      properties: {
        cameras: [
          camera(0, {
            measured: [
              { magIndex: 3, rotation: 0, pixelNanometres: 100 },
              { magIndex: 7, rotation: 0, pixelNanometres: 2 },
            ],
          }),
        ],
      },
      imageShifts: [3, 7].map((magIndex) => ({
        magIndex,
        camera: 0,
        matrix: imageShiftMatrix(magIndex === 3 ? 100 : 2, 0, identity),
      })),
    };
    const corner = { x: 12, y: 12 };
    expect(
      optics(given)
        .at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .imageShiftReach(corner).within,
    ).toBe(true);
    expect(
      optics({ ...given, shifts: { squareLimits: false } })
        .at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .imageShiftReach(corner).within,
    ).toBe(false);
    expect(
      optics({ ...given, traits: { squareImageShiftLimits: false } })
        .at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .imageShiftReach(corner).within,
    ).toBe(false);
    expect(
      optics({ ...given, shifts: { squareLimits: true }, traits: { squareImageShiftLimits: false } })
        .at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .imageShiftReach(corner).within,
    ).toBe(true);
    expect(
      optics(given)
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .imageShiftReach({ x: 140, y: 0 }).within,
    ).toBe(true);
    expect(
      optics(given)
        .at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .imageShiftReach({ x: 140, y: 0 }).within,
    ).toBe(false);
  });
});

describe('rough scale of image shift', () => {
  const traits = { roughImageShiftScale: { regular: 0.1, lowMagnification: 1.5 } };
  test('is the column’s where the site says nothing', () => {
    expect(optics({ traits }).at({ magIndex: magIndex(7), camera: cameraIndex(0) }).roughImageShiftScale).toBe(0.1);
    expect(optics({ traits }).at({ magIndex: magIndex(3), camera: cameraIndex(0) }).roughImageShiftScale).toBe(1.5);
  });
  test('is the site’s; in low magnification that of the column unless it is the same as outside', () => {
    expect(
      optics({ traits, shifts: { roughScale: { regular: 0.2 } } }).at({ magIndex: magIndex(7), camera: cameraIndex(0) })
        .roughImageShiftScale,
    ).toBe(0.2);
    expect(
      optics({ traits, shifts: { roughScale: { regular: 0.2 } } }).at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .roughImageShiftScale,
    ).toBe(1.5);
    expect(
      optics({ shifts: { roughScale: { regular: 0.2 } } }).at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .roughImageShiftScale,
    ).toBe(0.2);
    expect(
      optics({ traits, shifts: { roughScale: { lowMagnification: 3 } } }).at({
        magIndex: magIndex(3),
        camera: cameraIndex(0),
      }).roughImageShiftScale,
    ).toBe(3);
  });
  test('of a scanning camera is its own, or the regular one', () => {
    const properties = { cameras: [camera(0, { stem: true })] };
    expect(
      optics({ traits, properties, shifts: { roughScale: { stem: 7 } } }).at({
        magIndex: magIndex(3),
        camera: cameraIndex(0),
      }).roughImageShiftScale,
    ).toBe(7);
    expect(
      optics({ traits, properties }).at({ magIndex: magIndex(3), camera: cameraIndex(0) }).roughImageShiftScale,
    ).toBe(0.1);
  });
  test('of a projector deflector is a length on the camera, ten times as long behind a filter', () => {
    const measured = [{ magIndex: 7, rotation: 0, pixelNanometres: 2 }];
    const given = optics({
      traits: { usesProjectorForImageShift: true },
      properties: { cameras: [camera(0, { measured }), camera(1, { measured, behindFilter: true })] },
    });
    // 1.5 mm on the camera are 100 pixels of 15 um, 0.2 um on the specimen.
    expect(given.at({ magIndex: magIndex(7), camera: cameraIndex(0) }).roughImageShiftScale).toBeCloseTo(0.2, 9);
    expect(given.at({ magIndex: magIndex(7), camera: cameraIndex(1) }).roughImageShiftScale).toBeCloseTo(2, 9);
  });
  test('turns the largest step of a calibration into image-shift units', () => {
    expect(
      optics({ traits }).at({ magIndex: magIndex(7), camera: cameraIndex(0) }).largestCalibrationImageShift,
    ).toBeCloseTo(50, 9);
    expect(
      optics({ traits }).at({ magIndex: magIndex(3), camera: cameraIndex(0) }).largestCalibrationImageShift,
    ).toBeCloseTo(25 / 1.5, 9);
  });
});

describe('standard focus', () => {
  const focuses = [
    { magIndex: magIndex(2), micro: 0.1, nano: 0.5 },
    { magIndex: magIndex(4), micro: 0.2 },
    { magIndex: magIndex(6), micro: 0.9 },
  ];
  const given = (more: Parameters<typeof optics>[0] = {}): ReturnType<typeof optics> =>
    optics({ ...more, more: { standardFocuses: () => focuses, ...more.more } });
  test('is that of the nearest calibrated mag in low magnification, of two the lower', () => {
    expect(
      given()
        .at({ magIndex: magIndex(4), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeCloseTo(0.2);
    expect(
      given()
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeCloseTo(0.1);
    expect(
      given()
        .at({ magIndex: magIndex(4), camera: cameraIndex(0) })
        .standardFocus('nano'),
    ).toBeCloseTo(0.5);
  });
  test('is never set outside low magnification or for scanning', () => {
    expect(
      given()
        .at({ magIndex: magIndex(6), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeUndefined();
    expect(
      given({ properties: { cameras: [camera(0, { stem: true })], lowestRegularStem: [9, 9] } })
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeUndefined();
  });
  test('is what site or column say where nothing is calibrated', () => {
    expect(
      optics()
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeUndefined();
    expect(
      optics({ traits: { standardLowMagFocus: 0 } })
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBe(0);
    expect(
      optics({ traits: { standardLowMagFocus: 0 }, shifts: { standardLowMagFocus: -0.3 } })
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeCloseTo(-0.3);
  });
  test('takes up what the column adds at each mag', () => {
    const baseFocus = (magIndex: number): number | undefined => ({ 3: 100, 4: 70 })[magIndex];
    expect(
      given({ more: { baseFocus } })
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeCloseTo(0.1);
    expect(
      optics({ more: { baseFocus, standardFocuses: () => [{ magIndex: magIndex(4), micro: 0.2 }] } })
        .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
        .standardFocus('micro'),
    ).toBeCloseTo(30.2);
  });
});
