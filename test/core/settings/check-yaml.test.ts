import { z } from 'zod';
import { checkSection, parseSettings } from '../../../core/settings';

const problemsOf = (text: string) => parseSettings(text, 'site.yaml').problems;
const found = (text: string): string[] =>
  problemsOf(text).map(
    ({ place, severity, code }) => `${place.line}:${place.column} ${severity} ${code.replace('settings/', '')}`,
  );
const hints = (text: string): string =>
  problemsOf(text)
    .map(({ hint }) => hint)
    .join('\n');

describe('checking a configuration', () => {
  it('accepts names in any case, single values for lists and lists for rows', () => {
    const text =
      "STAGELIMITS: [-900, 900, 0, 0]\nOtherShiftBoundaries: [12, 20]\nBeamShiftBoundaries:\n  - [3, 4]\n  - 5\nErrorColor: 2\nK2FilterName: ['One', 'Two']\nDebugOutput: 1\nNoScopeControlOnStartup: true\nGIF: 1\n";
    expect(found(text)).toEqual(['10:1 error camera-key-outside']);
    const { settings } = parseSettings(text, 'site.yaml');
    expect(settings.get('OtherShiftBoundaries')).toEqual([12, 20]);
    expect(settings.get('BeamShiftBoundaries')).toEqual([3, 4, 5]);
    expect(settings.get('K2FilterName')).toEqual(['One', 'Two']);
    expect(settings.get('DebugOutput')).toBe('1');
    expect(settings.get('NoScopeControlOnStartup')).toBe(true);
  });

  it('finds wrong names of properties, sections and cameras, and says which is meant', () => {
    expect(found('MagnificationTabel: []\ncamreas: []\n')).toEqual(['1:1 error unknown-key', '2:1 error unknown-key']);
    expect(hints('MagnificationTabel: []\ncamreas: []\n')).toBe(
      'Did you mean MagnificationTable?\nDid you mean cameras?',
    );
    expect(found('cameras:\n  - index: -1\n    CameraSizX: 4\n    StageLimits: [0, 0]\n')).toEqual(
      ['3:5 warning unknown-key', '4:5 warning general-key-in-camera'].map((each) => each.replace('warning', 'error')),
    );
  });

  it('says how the header and camera blocks of a properties file are written here', () => {
    expect(hints('SerialEMProperties: 1\nCameraProperties: 0\n')).toBe(
      'Remove it.\nDescribe each camera as an element of the list "cameras:", beginning with "- index: 0".',
    );
  });

  it('reads names over several lines, and numbers with the digits that were written', () => {
    const { settings } = parseSettings(
      'LogBookPathName: C:\\log\n  book\nSearchAreaName: 007\nProgramTitleText: >-\n  One\n  title\n',
      'site.yaml',
    );
    expect([settings.get('LogBookPathName'), settings.get('SearchAreaName'), settings.get('ProgramTitleText')]).toEqual(
      ['C:\\log book', '007', 'One title'],
    );
  });

  it('finds values of the wrong kind, shape, number and range', () => {
    expect(found('CameraRetries: many\n')).toEqual(['1:16 error wrong-type']);
    expect(found('CameraRetries: true\n')).toEqual(['1:16 error wrong-type']);
    expect(found("CameraRetries: 'yes'\n")).toEqual(['1:16 error wrong-type']);
    expect(found('CameraRetries:\n')).toEqual(['1:1 error missing-value']);
    expect(found('CameraRetries: [1, 2]\n')).toEqual(['1:20 error wrong-count']);
    expect(found('CameraRetries: { a: 1 }\n')).toEqual(['1:16 error wrong-shape']);
    expect(found('StageLimits: -900, 900\n')).toEqual(['1:14 error comma']);
    expect(found('WatchGauge: [IGP, 1, 2]\n')).toContain('1:14 error wrong-shape');
    expect(found('FrameMdocForFalcon: 7\n')).toEqual(['1:21 error out-of-range']);
    expect(found('FrameMdocForFalcon: true\n')).toEqual([]);
    expect(found('ImageShiftDelays: 3\n')).toEqual(['1:19 error wrong-shape']);
    expect(found('ImageShiftDelays:\n  - [0, 0]\n  - [1]\n  - 2\n')).toEqual([
      '3:6 error table-row',
      '4:5 error wrong-shape',
    ]);
    expect(found('NoScopeControlOnStartup: 0\n')).toEqual(['1:26 error wrong-type']);
    expect(found("LogBookPathName: 'C:\\log # note'\n")).toEqual(['1:25 warning comment-in-text']);
  });

  it('finds what is entered twice', () => {
    expect(found('CameraRetries: 1\ncameraretries: 2\n')).toEqual(['2:1 error duplicate-key']);
    expect(
      found(
        'ActiveCameraList: [0]\ncameras:\n  - index: 0\n    CameraSizeX: 1\n    CameraSizeY: 1\n    PixelSizeInMicrons: 1\n  - index: 0\nMagnificationTable: [[1, 10, 0]]\n',
      ),
    ).toEqual(['7:12 error duplicate-camera']);
  });

  it('finds camera parameters that do not suit their camera', () => {
    const camera =
      'MagnificationTable: [[1, 10, 0]]\ncameras:\n  - { index: 0, CameraSizeX: 2048, CameraSizeY: 2048, PixelSizeInMicrons: 14, Binnings: [1, 2] }\nparameterSets:\n';
    expect(
      found(
        `${camera}  0:\n    Trial: { binning: 2, exposure: 0.5, area: { left: 0, top: 0, right: 2048, bottom: 1024 } }\n`,
      ),
    ).toEqual([]);
    expect(
      found(
        `${camera}  0:\n    Trial: { binning: 3, readMode: counting, area: { left: 0, top: 0, right: 4096, bottom: 9 } }\n  1: {}\n`,
      ),
    ).toEqual([
      '6:14 error out-of-range',
      '6:26 error out-of-range',
      '6:46 error out-of-range',
      '7:3 error unknown-camera',
    ]);
    expect(found(`${camera}  0:\n    Trail: { binning: 2 }\n    Trial: { exposure: -1, area: whole }\n`)).toEqual([
      '6:5 error unknown-key',
      '7:14 error wrong-value',
      '7:28 error wrong-value',
    ]);
  });

  it('only warns of parameters of a camera that is out of ActiveCameraList', () => {
    const text = `ActiveCameraList: [0]
MagnificationTable: [[1, 10, 0]]
cameras:
  - { index: 0, CameraSizeX: 2048, CameraSizeY: 2048, PixelSizeInMicrons: 14 }
  - { index: 1, Name: Ceta, CameraSizeX: 4096, CameraSizeY: 4096, PixelSizeInMicrons: 14 }
parameterSets:
  1: { Record: { binning: 1 } }
`;
    expect(found(text)).toEqual(['7:3 warning inactive-camera']);
    expect(problemsOf(text)[0]!.message).toBe(
      'Camera 1 (Ceta) is not in ActiveCameraList, so its parameters are not used.',
    );
    expect(found(text.replace('[0]', '[0, 1]'))).toEqual([]);
  });

  it('takes one value of STEMdefocusToDeltaZ, as SerialEM does; the second is 0 then', () => {
    for (const [text, file] of [
      ['STEMdefocusToDeltaZ: 0.98\n', 'site.yaml'],
      ['STEMdefocusToDeltaZ: [0.98]\n', 'site.yaml'],
      ['SerialEMProperties\nSTEMdefocusToDeltaZ 0.98\n', 'properties.txt'],
    ] as const) {
      const { settings, problems } = parseSettings(text, file);
      expect(problems).toEqual([]);
      expect(settings.get('STEMdefocusToDeltaZ')).toEqual([0.98, 0]);
    }
    expect(parseSettings('CameraRetries: 1\n', 'site.yaml').settings.get('STEMdefocusToDeltaZ')).toEqual([1, 30]);
  });

  it('says what a value of several kinds may be', () => {
    const [problem] = problemsOf('parameterSets:\n  0: { Trial: { area: whole } }\n');
    expect(problem!.message).toBe(
      'parameterSets.0.Trial.area cannot be "whole"; allowed: full, half, quarter, a map of left, top, right, bottom.',
    );
  });

  it('finds extra lines of a wrong form', () => {
    expect(found('properties-extra: foo\nproperties-order: 7\n')).toEqual([
      '1:1 error wrong-value',
      '2:1 error wrong-value',
    ]);
    expect(
      found("properties-extra:\n  - { after: CameraRetries, line: 'Strange 1' }\n  - { behind: X, line: 1 }\n"),
    ).toEqual(['3:7 error unknown-key']);
    expect(found('cameras:\n  - index: -1\n    properties-extra: [{}]\n')).toEqual(['3:24 error wrong-value']);
  });

  it('finds plugins that are switched on twice or wrongly', () => {
    expect(found('plugins:\n  fei:\n  ./site/ours: { a: 1 }\n')).toEqual(['1:1 warning missing-table']);
    expect(found('plugins: [fei]\n')).toEqual(['1:1 error wrong-shape']);
    expect(found('plugins:\n  hitachi: 3\nMagnificationTable: [[1, 10, 0]]\nLowestMModeMagIndex: 1\n')).toEqual([
      '2:12 error wrong-shape',
    ]);
  });

  it("checks a section with its owner's schema, with places and the nearest right name", () => {
    const schema = z.strictObject({
      seed: z.number().describe('A number.'),
      drift: z.strictObject({ rate: z.number(), kind: z.enum(['linear', 'decaying']) }),
    });
    const { settings } = parseSettings(
      'simulator:\n  sead: 3\n  drift:\n    rate: fast\n    kind: sideways\n',
      'site.yaml',
    );
    expect(
      checkSection(schema, settings.section('simulator')!).map(
        ({ place, code, hint }) => `${place.line}:${place.column} ${code} ${hint}`,
      ),
    ).toEqual([
      '1:1 settings/missing-key A number.',
      '4:5 settings/wrong-value Correct the value.',
      '5:5 settings/wrong-value Correct the value.',
      '2:3 settings/unknown-key Did you mean seed?',
    ]);
    expect(settings.section('plugins')).toBeUndefined();
  });

  it('says where YAML itself is broken, and nothing about its consequences', () => {
    expect(found('CameraRetries: [1\nStageLimits: 3\n').every((each) => each.endsWith('error yaml-syntax'))).toBe(true);
    expect(found('a: 1\n b: 2\n')[0]).toMatch(/^\d:\d+ error yaml-syntax$/);
    expect(found('')).toEqual(['1:1 error wrong-shape']);
    expect(found('- 1\n')).toEqual(['1:1 error wrong-shape']);
  });

  it('refuses anchors and aliases', () => {
    expect(found('StageLimits: &limits [1, 2]\nOtherShiftBoundaries: *limits\n')).toEqual([
      '1:22 error alias',
      '2:23 error alias',
    ]);
  });
});
