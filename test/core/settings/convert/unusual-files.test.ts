import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { belowSections, exportProperties, importProperties, parseSettings } from '../../../../core/settings';
import { needsReading } from '../../../support/needs';

const errorsOf = (yaml: string): string[] =>
  parseSettings(yaml, 'site.yaml')
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

describe('importing a file with two blocks of one camera', () => {
  const text = [
    'SerialEMProperties',
    'MagnificationTable 1',
    '1 10 0',
    'CameraProperties 0',
    'Name First',
    'CameraSizeX 2048',
    'RotationAndPixel 1 999 10 5',
    'EndCameraProperties',
    'CameraProperties -1',
    'Name Parked',
    'EndCameraProperties',
    'CameraRetries 1',
    '# behind',
    'CameraProperties 0  # again',
    'Name Second',
    'CameraSizeY 1024',
    'PixelSizeInMicrons 5',
    'EndCameraProperties',
    'CameraProperties -1',
    'Name Also parked',
    'EndCameraProperties',
    '',
  ].join('\n');

  it('joins them as SerialEM does, and its own check accepts the result', () => {
    const { yaml, problems, unknownLines } = importProperties(text, 'in.txt');
    expect(problems.map(({ code }) => code)).toContain('settings/duplicate-camera');
    expect(errorsOf(yaml)).toEqual([]);
    const { settings } = parseSettings(yaml, 'site.yaml');
    expect(settings.cameras).toMatchObject([{ index: 0, name: 'Second', sizeX: 2048, sizeY: 1024 }]);
    expect(settings.parkedCameras.map(({ name }) => name)).toEqual(['Parked', 'Also parked']);
    expect(unknownLines).toEqual(['Name First']);
    expect(yaml).toContain('# again');
    expect(yaml).toContain('# behind');
  });

  it('loses no line', () => {
    const back = exportProperties(importProperties(text, 'in.txt').yaml, 'in.yaml').split('\n');
    for (const line of text.split('\n').filter((each) => !/^((End)?CameraProperties|#)/.test(each)))
      expect(back).toContain(line);
  });
});

describe('importing a file without properties', () => {
  for (const text of ['', 'SerialEMProperties\n', 'SerialEMProperties\n# a comment\n', '\ufeff\r\n']) {
    it(`gives a configuration that can be read, alone and below other sections: ${JSON.stringify(text)}`, () => {
      const { yaml } = importProperties(text, 'in.txt');
      expect(errorsOf(yaml)).toEqual([]);
      const below = belowSections('DebugOutput: 1\n', yaml);
      expect(errorsOf(below)).toEqual([]);
      expect(parseSettings(below, 'site.yaml').settings.get('DebugOutput')).toBe('1');
    });
  }
});

describe('importing a file of another kind', () => {
  for (const [text, kind] of [
    ['SerialEMCalibrations\nIntensityToC2Factor 1.0 1.0\n', 'SerialEMcalibrations.txt'],
    ['SerialEMSettings\nAutofocusEucentricityParams 1\n', 'SerialEMsettings.txt'],
    ['SerialEMShortTermCal\n', 'SEMshortTermCal.txt'],
    ['SerialEMFlybackTimes\n1 2 3\n', 'SEMflybackTimes.txt'],
    ['{\\rtf1\\ansi SerialEMProperties\\par\n', 'rich text'],
    ['A letter\nto a friend\n', 'not a file of properties'],
  ] as const) {
    it(`refuses it and names the kind: ${kind}`, () => {
      const { yaml, problems } = importProperties(text, 'wrong.txt');
      expect(yaml).toBe('');
      expect(problems.map(({ severity, code }) => [severity, code])).toEqual([['error', 'settings/not-properties']]);
      expect(problems[0]!.message).toContain(`wrong.txt is`);
      expect(problems[0]!.message).toContain(kind);
    });
  }

  it('takes properties whose header is missing', () => {
    const { yaml, problems } = importProperties('CameraRetries 1\nUnknownName 2\nStageLimits -9 9 -9 9\n', 'in.txt');
    expect(problems.map(({ code }) => code)).toContain('settings/missing-header');
    expect(yaml).toContain('CameraRetries: 1');
  });
});

describe('the cases of two blocks, of a header alone and of a wrong file', () => {
  const cases = path.resolve(__dirname, '../../../../../shared/data/cases');
  for (const [name, expected] of [
    ['F11/properties.txt', []],
    ['F12/properties.txt', []],
    ['F13/SerialEMcalibrations.txt', ['settings/not-properties']],
  ] as const) {
    const file = path.join(cases, name);
    needsReading(existsSync(file)).test(`come out right: ${name}`, () => {
      const { yaml, problems } = importProperties(readFileSync(file), name);
      expect(problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(expected);
      if (expected.length === 0) expect(errorsOf(yaml)).toEqual([]);
    });
  }
});
