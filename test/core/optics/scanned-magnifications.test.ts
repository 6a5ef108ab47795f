import { scannedMagnifications } from '../../../core/optics';
import { parseSettings } from '../../../core/settings';
import { feiColumn } from '../../../plugins/fei/column';
import { jeolColumn } from '../../../plugins/jeol/column';

const settingsOf = (lines: string, camera = 'STEMCamera: 1') =>
  parseSettings(
    `
MagnificationTable:
  - [1, 100, 0]
  - [2, 5000, 0]
LowestMModeMagIndex: 2
STEMMagTable:
  - [1, 200]
  - [2, 10000]
  - [3, 200]
  - [4, 5000]
  - [5, 0]
${lines}
cameras:
  - index: 0
    Name: 'STEM'
    ${camera}
    CameraSizeX: 1024
    CameraSizeY: 1024
    Binnings: [1]
`,
    'site.yaml',
  ).settings;

test('nanoprobe and microprobe have their own low magnifications where LowestMicroSTEMmag separates them', () => {
  const both = settingsOf('LowestSTEMnonLMmag: [2, 4]\nLowestMicroSTEMmag: 3');
  expect(scannedMagnifications(both)).toEqual([
    { index: 1, magnification: 200, low: true, probe: 'nano' },
    { index: 2, magnification: 10000, low: false, probe: 'nano' },
    { index: 3, magnification: 200, low: true, probe: 'micro' },
    { index: 4, magnification: 5000, low: false, probe: 'micro' },
  ]);
  const one = settingsOf('LowestSTEMnonLMmag: [2, 4]');
  expect(scannedMagnifications(one).map(({ low, probe }) => [low, probe])).toEqual([
    [true, undefined],
    [false, undefined],
    [false, undefined],
    [false, undefined],
  ]);
  expect(scannedMagnifications(settingsOf('', 'GIF: 0'))).toEqual([]);
});

test('an FEI column knows the probe mode of low magnification, a JEOL column the deflector of its scan', () => {
  const low = (written: string) => feiColumn(settingsOf(written), 'FEI').scan?.probeInLow;
  expect([low(''), low('FeiSTEMprobeModeInLM: 1'), low('FeiSTEMprobeModeInLM: 2')]).toEqual([
    undefined,
    'nano',
    'micro',
  ]);
  expect(feiColumn(settingsOf('', 'GIF: 0'), 'FEI').scan).toBeUndefined();
  const scan = (written: string) => jeolColumn(settingsOf(written), 'JEOL').scan;
  expect(scan('LowestSTEMnonLMmag: [2, 0]')).toMatchObject({
    magIndexes: new Set([1, 2, 3, 4]),
    shiftDeflector: 'CLA1',
    ranges: [
      { mode: 1, first: 1 },
      { mode: 2, first: 2 },
    ],
  });
  expect(scan('JeolUseCLA2ForSTEM: 1')?.shiftDeflector).toBe('CLA2');
});
