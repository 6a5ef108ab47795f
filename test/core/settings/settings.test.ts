import path from 'node:path';
import { cameraIndex, inDegrees, inNanometres } from '../../../core/base';
import {
  type Settings,
  type GeneralValue,
  encodeProperties,
  importProperties,
  loadSettings,
  parseSettings,
} from '../../../core/settings';

const settingsOf = (text: string): Settings => parseSettings(text, '/site/krios.yaml').settings;

describe('settings', () => {
  it('gives defaults for what is not entered, and knows what is', () => {
    const settings = settingsOf('CameraRetries: 3\n');
    expect(settings.get('CameraRetries')).toBe(3);
    expect(settings.has('CameraRetries')).toBe(true);
    expect(settings.get('MaxCalibrationImageShift')).toBe(5);
    expect(settings.has('MaxCalibrationImageShift')).toBe(false);
    expect(settings.get('ImageShiftDelays')).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(settings.get('GainReferencePath')).toBeUndefined();
    expect(settings.get('SearchAreaName')).toBe('Search');
    expect(settings.get('UseTrialBinningForShiftCal')).toBe(false);
    expect(settings.get('StageCycleLengthX')).toBe(-1);
  });

  it('reads values as SerialEM does', () => {
    const settings = settingsOf(
      "CameraRetries: 2.\nFocusChangeDelay: 18.5\nAlphaChangeDelay: 1e3\nScreenRaiseDelay: '3800#old'\nMinimumShotInterval: 'yes'\nUseTrialSizeForTasks: 2\nStageLimits: [0, 900]\nAstigmatismParams: [4]\nCatalaseAxisLengths: [6]\nBackgroundSaveToFile: false\n",
    );
    expect(settings.get('CameraRetries')).toBe(2);
    expect(settings.get('FocusChangeDelay')).toBe(18);
    expect(settings.get('AlphaChangeDelay')).toBe(1);
    expect(settings.get('ScreenRaiseDelay')).toBe(3800);
    expect(settings.get('MinimumShotInterval')).toBe(0);
    expect(settings.get('UseTrialSizeForTasks')).toBe(true);
    expect(settings.get('BackgroundSaveToFile')).toBe(false);
    expect(settings.get('StageLimits')).toEqual([-990, 900, -990, 990]);
    expect(settings.get('AstigmatismParams')).toEqual([4, 0.04, 0.015, -1, 10]);
    expect(settings.get('CatalaseAxisLengths')).toEqual([6, 0]);
  });

  it('changes values for the session only', () => {
    const settings = settingsOf('ISdelayScaleFactor: 2\n');
    settings.set('ISdelayScaleFactor', 1.5);
    settings.set('StageCycleLengthX', 62);
    expect([
      settings.get('ISdelayScaleFactor'),
      settings.get('StageCycleLengthX'),
      settings.has('StageCycleLengthX'),
    ]).toEqual([1.5, 62, true]);
  });

  it('has types: a wrong name or value does not compile', () => {
    const settings = settingsOf('CameraRetries: 1\n');
    const shift: number = settings.get('MaxCalibrationImageShift');
    const gauges: readonly (readonly [string, number, number])[] = settings.get('WatchGauge');
    const missing: string | undefined = settings.get('LogBookPathName');
    expect([shift, gauges, missing]).toEqual([5, [], undefined]);
    // @ts-expect-error: there is no such property
    expect(() => settings.get('MaxCalibrationImageShft')).toThrow();
    // @ts-expect-error: a property of a camera is not one of the instrument
    expect(() => settings.get('CameraSizeX')).toThrow();
    // @ts-expect-error: the value is a number
    settings.set('CameraRetries', 'many');
    // @ts-expect-error: the value may be missing
    const path: string = settings.get('LogBookPathName');
    expect(path).toBeUndefined();
    // @ts-expect-error: the value is a number
    const wrong: GeneralValue<'CameraRetries'> = true;
    expect(wrong).toBe(true);
  });

  const twoCameras = [
    'ActiveCameraList: [1, 0]',
    'MagnificationTable:',
    '  - [2, 200, -170]',
    '  - [1, 100, 10, 0]',
    '  - [3, 400, 80, 410, 700]',
    '  - [4, 800, 80, 810, 1400, 85, 1380]',
    'cameras:',
    "  - { index: 0, Name: 'BM-Ceta', CameraSizeX: 4096, CameraSizeY: 4096, PixelSizeInMicrons: 14, FEICameraType: 3, Binnings: [1, 2, 4, 8] }",
    '  - index: 1',
    '    Name: K3',
    '    K2Type: 3',
    '    GIF: 1',
    '    CameraSizeX: 11520',
    '    CameraSizeY: 8184',
    '    PixelSizeInMicrons: 2.5',
    '    RotationAndPixel: [[3, 999, -95.5, 1.25], [4, 0.5, 999, 0]]',
    "  - { index: 2, Name: 'Off' }",
    "  - { index: -1, Name: 'Parked' }",
    'parameterSets:',
    '  1:',
    '    Trial: { binning: 1, exposure: 0.25 }',
    '',
  ].join('\n');

  it('has the active cameras in their order, and the others apart', () => {
    const settings = settingsOf(twoCameras);
    expect(
      settings.cameras.map(({ index, name, sizeX, sizeY, isGif, isStem, isDirectDetector }) => [
        index,
        name,
        sizeX,
        sizeY,
        isGif,
        isStem,
        isDirectDetector,
      ]),
    ).toEqual([
      [1, 'K3', 11520, 8184, true, false, true],
      [0, 'BM-Ceta', 4096, 4096, false, false, false],
    ]);
    expect(settings.parkedCameras.map(({ name }) => name)).toEqual(['Off', 'Parked']);
    expect(settings.cameras[0]!.get('StartupDelay')).toBe(0.15);
    expect(settings.cameras[0]!.has('StartupDelay')).toBe(false);
    const measured = settings.cameras[0]!.rotationAndPixel;
    expect(
      measured.map(({ magIndex, rotation, relativeRotation, pixelSize }) => [
        magIndex,
        rotation && inDegrees(rotation),
        relativeRotation && inDegrees(relativeRotation),
        pixelSize && inNanometres(pixelSize),
      ]),
    ).toEqual([
      [3, -95.5, undefined, 1.25],
      [4, undefined, 0.5, undefined],
    ]);
  });

  it('fills in the magnification table by its rules', () => {
    const rows = settingsOf(twoCameras).magnificationTable.map((row) => [
      row.index,
      row.filmMag,
      inDegrees(row.rotation),
      row.screenMag,
      row.eftemMag,
      inDegrees(row.eftemRotation),
      row.eftemScreenMag,
    ]);
    expect(rows).toEqual([
      [1, 100, 10, 100, 100, 10, 100],
      [2, 200, -170, 200, 200, -170, 200],
      [3, 400, 80, 410, 700, 80, 410],
      [4, 800, 80, 810, 1400, 85, 1380],
    ]);
  });

  it('completes camera parameters by what suits the camera', () => {
    const sets = settingsOf(twoCameras).parameterSets;
    expect([...sets.keys()]).toEqual([1, 0]);
    expect(sets.get(cameraIndex(1))!.Trial).toMatchObject({
      binning: 1,
      exposure: 0.25,
      area: 'full',
      driftSettling: 0,
      processing: 'gain normalized',
      readMode: 'counting',
    });
    expect(sets.get(cameraIndex(0))!.Trial).toMatchObject({ binning: 4, readMode: 'linear' });
    expect(sets.get(cameraIndex(0))!.Record).toMatchObject({ binning: 1 });
  });

  it('joins camera blocks of one number in a properties file', () => {
    const text =
      'SerialEMProperties\nCameraProperties 0\nName K3\nEndCameraProperties\nCameraProperties 0\nK2Type 3\nEndCameraProperties\n';
    expect(parseSettings(text, 'p.txt').settings.cameras.map((camera) => [camera.name, camera.get('K2Type')])).toEqual([
      ['K3', 3],
    ]);
  });

  it('names the calibration files relative to its own', () => {
    expect(settingsOf('CameraRetries: 1\n').calibrationFiles.calibrations).toBe(
      path.resolve('/site/calibrations/krios/SerialEMcalibrations.txt'),
    );
    const files = settingsOf('calibrations: { directory: ../ours, file: cal.txt }\n').calibrationFiles;
    expect(files).toEqual({
      directory: '/ours',
      calibrations: '/ours/cal.txt',
      shortTerm: '/ours/SEMshortTermCal.txt',
      flybackTimes: '/ours/SEMflybackTimes.txt',
    });
  });

  it('gives plugins in their order with their options', () => {
    const { plugins } = settingsOf('plugins:\n  fei: { wire: simulated }\n  "@site/ours":\n');
    expect(plugins.map(({ id, options, place }) => [id, options, place.line])).toEqual([
      ['fei', { wire: 'simulated' }, 2],
      ['@site/ours', {}, 3],
    ]);
    expect(plugins[0]!.section.place(['wire'])).toEqual({ file: '/site/krios.yaml', line: 2, column: 10 });
  });

  it('writes properties in the code page that SerialEM reads', () => {
    expect([...encodeProperties('é')]).toEqual([0xe9]);
    expect([...encodeProperties('– “€”')]).toEqual([0x96, 0x20, 0x93, 0x80, 0x94]);
    expect([...encodeProperties('電é')]).toEqual([...Buffer.from('電é')]);
    expect(importProperties(encodeProperties('SerialEMProperties\nName é\n'), 'p.txt').unknownLines).toEqual([
      'Name é',
    ]);
  });

  it('loads the configuration that the program starts with', () => {
    const { settings, problems } = loadSettings(path.resolve(__dirname, '../../../config/simulator.yaml'));
    expect(problems).toEqual([]);
    expect(settings.cameras.map(({ name, sizeX, sizeY }) => [name, sizeX, sizeY])).toEqual([['K3', 11520, 8184]]);
    expect(settings.magnificationTable.length).toBeGreaterThan(30);
  });
});
