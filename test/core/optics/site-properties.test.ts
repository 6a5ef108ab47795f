import { cameraIndex, inDegrees, inNanometres, magIndex, seconds } from '../../../core/base';
import { type OpticsCalibrations, createOptics, delayFactorAtStart, formerDelayTable } from '../../../core/optics';
import { type Settings, parseSettings } from '../../../core/settings';
import { traits } from './instrument';

const site = (extra = ''): Settings =>
  parseSettings(
    `LowestMModeMagIndex: 3
GlobalExtraRotation: -12
OtherShiftBoundaries: [4]
${extra}
MagnificationTable:
  - [1, 100, 90]
  - [2, 200, 90]
  - [3, 1000, 95, 900, 2000, -85]
  - [4, 2000, 96, 1800, 4000, -84]
STEMMagTable:
  - [1, 500]
ActiveCameraList: [0, 1, 2]
cameras:
  - index: 0
    Name: Plain
    CameraSizeX: 2048
    CameraSizeY: 2048
    PixelSizeInMicrons: 14
    FilmToCameraMagnification: 1.4
    ExtraRotation: 2
    Binnings: [1, 2, 4]
    RotationAndPixel:
      - [3, 1.5, 999, 9.5]
      - [4, 999, 84, 0]
    SpecialRelativeRotation:
      - [1, 4, 30]
  - index: 1
    Name: Counting
    CameraSizeX: 5760
    CameraSizeY: 4092
    PixelSizeInMicrons: 5
    K2Type: 3
    GIF: 1
  - index: 2
    Name: Scanning
    CameraSizeX: 2048
    CameraSizeY: 2048
    PixelSizeInMicrons: 14
    STEMCamera: 1
    ImageRotation: 40
`,
    'site.yaml',
  ).settings;
const noCalibrations: OpticsCalibrations = {
  imageShift: { entries: () => [] },
  stage: { entries: () => [] },
  records: () => ({ all: () => [] }),
};
const opticsOf = (settings: Settings, calibrations = noCalibrations) => createOptics(settings, calibrations, traits);

test('the properties of a site mean what they mean', () => {
  const optics = opticsOf(site());
  expect(optics.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).magnification).toBe(1000);
  expect(optics.at({ magIndex: magIndex(3), camera: cameraIndex(1) }).magnification).toBe(2000);
  expect(optics.at({ magIndex: magIndex(1), camera: cameraIndex(2) }).magnification).toBe(500);
  expect(optics.at({ magIndex: magIndex(2), camera: cameraIndex(1) }).isLowMagnification).toBe(true);
  expect(optics.canTransferImageShift(magIndex(3), magIndex(4), cameraIndex(0))).toBe(false);
  expect(optics.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).pixelSize!.level).toBe(0);
  expect(inNanometres(optics.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).pixelSize!.value)).toBeCloseTo(
    9.5,
    9,
  );
  expect(optics.at({ magIndex: magIndex(4), camera: cameraIndex(0) }).pixelSize!.source).not.toBe('measured');
  expect(inDegrees(optics.at({ magIndex: magIndex(4), camera: cameraIndex(0) }).rotation!.value)).toBeCloseTo(84, 9);
  expect(inDegrees(optics.at({ magIndex: magIndex(1), camera: cameraIndex(0) }).rotation!.value)).toBeCloseTo(54, 9);
  expect(inDegrees(optics.at({ magIndex: magIndex(1), camera: cameraIndex(2) }).rotation!.value)).toBeCloseTo(40, 9);
  expect(inNanometres(optics.at({ magIndex: magIndex(4), camera: cameraIndex(0) }).nominalPixelSize!)).toBeCloseTo(
    14000 / (2000 * 1.4),
    9,
  );
  expect(inDegrees(optics.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).nominalRotation)).toBeCloseTo(
    95 - 12 + 2,
    9,
  );
  expect(optics.camera(cameraIndex(1))).toMatchObject({ behindFilter: true, startupCap: 1, oneShutter: true });
  expect(optics.camera(cameraIndex(0)).startupCap).toBeUndefined();
  expect(optics.camera(cameraIndex(0)).oneShutter).toBe(false);
});

test('defaults that stand for something else are resolved', () => {
  const optics = opticsOf(site());
  expect(optics.shiftProperties()).toMatchObject({
    delays: [
      [0, 0],
      [1, 1],
    ],
    extraPerDoubling: 0.25,
    assumedStartup: 0.8,
    limits: { regular: 15, lowMagnification: 150 },
    normalizationDelay: { regular: 2, lowMagnification: 2 },
    stageMoveDelay: 2,
    roughScale: {},
  });
  expect(optics.shiftProperties().squareLimits).toBeUndefined();
  expect(optics.shiftProperties().standardLowMagFocus).toBeUndefined();
  expect(
    opticsOf(site('StandardLowMagFocus: -0.01'))
      .at({ magIndex: magIndex(1), camera: cameraIndex(0) })
      .standardFocus('micro'),
  ).toBeCloseTo(-0.01);
  expect(opticsOf(site('LowMagNormalizationDelay: 4500')).shiftProperties().normalizationDelay).toEqual({
    regular: 2,
    lowMagnification: 4.5,
  });
  expect(opticsOf(site('UseSquareShiftLimits: 0')).shiftProperties().squareLimits).toBe(false);
  expect(
    opticsOf(site('LowestEFTEMNonLMIndex: 2')).at({ magIndex: magIndex(2), camera: cameraIndex(1) }).isLowMagnification,
  ).toBe(false);
});

test('a delay factor that is changed in the session acts at once', () => {
  const settings = site();
  const optics = opticsOf(settings);
  expect(optics.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).imageShiftDelay({ x: 1, y: 0 })).toBeCloseTo(2.5);
  const known: OpticsCalibrations = {
    ...noCalibrations,
    imageShift: {
      entries: () => [
        { magIndex: magIndex(3), camera: cameraIndex(0), matrix: { xpx: 100, xpy: 0, ypx: 0, ypy: 100 } },
      ],
    },
  };
  const calibrated = opticsOf(settings, known);
  const before = calibrated.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).imageShiftDelay({ x: 1, y: 0 });
  settings.set('ISdelayScaleFactor', 0.5);
  expect(before).toBeGreaterThan(0.5);
  expect(calibrated.at({ magIndex: magIndex(3), camera: cameraIndex(0) }).imageShiftDelay({ x: 1, y: 0 })).toBeCloseTo(
    0.5 * before,
    9,
  );
  // A question about another factor changes nothing.
  const asked = calibrated
    .at({ magIndex: magIndex(3), camera: cameraIndex(0) })
    .imageShiftDelay({ x: 1, y: 0 }, { factor: 1 });
  expect(asked).toBeCloseTo(before, 9);
  expect(settings.get('ISdelayScaleFactor')).toBe(0.5);
});

test('optics that are made of settings change none of them, also where the column has a delay factor of its own', () => {
  const template = 'ImageShiftDelays: [[0.1, 0], [0.3, 0.4], [0.8, 0.9], [1.6, 1.7], [3, 3], [3.5, 3.5], [4, 3.7]]';
  const settings = site(template);
  const replacement = { of: formerDelayTable, delayFactor: 0.2, assumedStartup: seconds(0.25) };
  const scaled = { ...traits, delayReplacements: [replacement] };
  const optics = createOptics(settings, noCalibrations, scaled);
  expect([settings.revision, settings.get('ISdelayScaleFactor'), settings.has('ISdelayScaleFactor')]).toEqual([
    0,
    1,
    false,
  ]);
  expect(delayFactorAtStart(settings, scaled)).toBe(0.2);
  expect(delayFactorAtStart(site(`${template}\nISdelayScaleFactor: 0.7`), scaled)).toBe(0.7);
  expect(delayFactorAtStart(settings, traits)).toBe(1);
  // A second one made of the same settings adapts in the same way as the first.
  expect(createOptics(settings, noCalibrations, scaled).shiftProperties()).toEqual(optics.shiftProperties());
});

test('standard focuses of the calibration file are used, those of -999 are not', () => {
  const records = ((name: string) => ({
    all: () => (name === 'StandardLMFocus' ? [{ magIndex: 2, micro: -0.002, nano: -999 }] : []),
  })) as unknown as OpticsCalibrations['records'];
  const optics = opticsOf(site(), { ...noCalibrations, records });
  expect(optics.at({ magIndex: magIndex(1), camera: cameraIndex(0) }).standardFocus('micro')).toBeCloseTo(-0.002);
  expect(optics.at({ magIndex: magIndex(1), camera: cameraIndex(0) }).standardFocus('nano')).toBeUndefined();
});
