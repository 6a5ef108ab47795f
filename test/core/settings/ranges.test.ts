import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSettings } from '../../../core/settings';
import { needsReading } from '../../support/needs';

const found = (text: string): string[] =>
  parseSettings(text, 'site.yaml').problems.map(
    ({ place, severity, code }) => `${place.line}:${place.column} ${severity} ${code.replace('settings/', '')}`,
  );
const refused = (name: string): string[] => [`1:${name.length + 3} error out-of-range`];

describe('numbers that are physically impossible', () => {
  for (const [name, senseless, sensible] of [
    ['GridLinesPerMM', [0, -2160], [500, 2160, 2941176]],
    ['GridMeshSize', [-200], [0, 400]],
    ['MaxCalibrationImageShift', [0, -5], [0.5, 5]],
    ['MaxLMCalibrationImageShift', [0], [25]],
    ['MaxStageCalExtent', [0, -140], [140]],
    ['MicronsPerUnitImageShift', [0, -1, 1000], [0.02, 1]],
    ['LowMagMicronsPerUnitIS', [-1], [0, 1.5]],
    ['STEMMicronsPerUnitImageShift', [-1], [0, 1]],
    ['ImageShiftLimit', [-3], [0, 15]],
    ['LowMagShiftLimit', [-150], [150]],
    ['ISdelayScaleFactor', [-1], [0, 2]],
    ['StageTimeoutFactor', [0, -1], [1]],
  ] as const) {
    it(`are errors of ${name}, and its usual values are not`, () => {
      for (const value of senseless) expect(found(`${name}: ${value}\n`)).toEqual(refused(name));
      for (const value of sensible) expect(found(`${name}: ${value}\n`)).toEqual([]);
    });
  }

  it('are errors in every value of a property that has several', () => {
    expect(found('CatalaseAxisLengths: [6.85, 0]\n')).toEqual(['1:29 error out-of-range']);
    expect(found('CatalaseAxisLengths: [-6.85, 8.75]\n')).toEqual(['1:23 error out-of-range']);
  });

  it('are named with the range and the unit', () => {
    const [problem] = parseSettings('SerialEMProperties\nGridLinesPerMM 0\n', 'properties.txt').problems;
    expect(problem).toMatchObject({
      place: { line: 2, column: 16 },
      message: 'GridLinesPerMM cannot be 0.',
      hint: 'Allowed: 1 to 10000000 lines/mm. Cross grating line density.',
    });
  });

  const camera = (lines: string): string =>
    `MagnificationTable: [[1, 10, 0]]\ncameras:\n  - index: 0\n    CameraSizeX: 2048\n    CameraSizeY: 2048\n    PixelSizeInMicrons: 14\n    ${lines}\n`;

  it('are errors of a camera', () => {
    expect(found(camera('FilmToCameraMagnification: 0'))).toEqual(['7:32 error out-of-range']);
    expect(found(camera('FilmToCameraMagnification: -1.25'))).toEqual(['7:32 error out-of-range']);
    expect(found(camera('CountsPerElectron: -1'))).toEqual(['7:24 error out-of-range']);
    expect(found(camera('FilmToCameraMagnification: 0.34'))).toEqual([]);
  });

  it('are warnings where binnings are listed twice or out of order', () => {
    expect(found(camera('Binnings: [1, 2, 2, 4]'))).toEqual(['7:22 warning out-of-range']);
    expect(found(camera('Binnings: [1, 4, 2]'))).toEqual(['7:22 warning not-ascending']);
    expect(found(camera('Binnings: [1, 2, 4, 8]'))).toEqual([]);
  });

  it('are a warning of LowestMModeMagIndex, because SerialEM takes them as no low magnification', () => {
    expect(found('LowestMModeMagIndex: -1\n')).toEqual(['1:22 warning out-of-range']);
    expect(found('LowestMModeMagIndex: 0\n')).toEqual(['1:22 warning out-of-range']);
    expect(found('LowestMModeMagIndex: 1\n')).toEqual([]);
  });

  const cases = path.resolve(__dirname, '../../../../shared/data/cases/F14');
  for (const [name, place] of [
    ['grid-lines-0', '135:17'],
    ['grid-lines--2160', '135:17'],
    ['max-shift-0', '26:27'],
  ] as const) {
    const file = path.join(cases, name, 'i.yaml');
    needsReading(existsSync(file)).test(`are found in the case ${name}`, () => {
      expect(found(readFileSync(file, 'utf8'))).toEqual([`${place} error out-of-range`]);
    });
  }
});
