import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawsOf, fc } from '../../../support/properties';
import { CalibrationFile, readCalibrationFile, showCalibrations } from '../../../../core/store';
import { tellFigures } from '../../../support/figures';
import { growth } from '../../../support/growth';
import { goldenMain } from './golden';
import { inLongStatistics } from '../../../support/needs';

const parse = (text: string | Buffer) =>
  CalibrationFile.parse(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, 'bad.txt');
const codes = (text: string | Buffer) => parse(text).problems.map(({ code, place }) => `${code}:${place?.line}`);
const golden = goldenMain.join('');

describe('a file that is not a calibration file', () => {
  it.each([
    ['an empty file', '', 'store/empty-file:1'],
    ['another header', 'SerialEMProperties\nC2SpotOffset 1 0 0\n', 'store/wrong-header:1'],
    ['the header in other letters', 'serialemcalibrations\nC2SpotOffset 1 0 0\n', 'store/wrong-header:1'],
    ['a blank line before the header', '\nSerialEMCalibrations\n', 'store/wrong-header:1'],
    ['a comment before the header', '# mine\nSerialEMCalibrations\n', 'store/wrong-header:1'],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${golden}`, 'utf16le'), 'store/wrong-encoding:1'],
    ['UTF-16 without one', Buffer.from(golden, 'utf16le'), 'store/wrong-encoding:1'],
    ['binary data', Buffer.from([0x89, 0x50, 0, 0, 1, 2]), 'store/wrong-encoding:1'],
  ])('%s is refused', (_, text, code) => {
    expect(codes(text)).toEqual([code]);
    expect(parse(text).file).toBeUndefined();
  });

  it('of a huge size is refused without being read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-'));
    try {
      const path = join(directory, 'SerialEMcalibrations.txt');
      await writeFile(path, golden);
      const file = await open(path, 'r+');
      await file.truncate(20 * 2 ** 30);
      await file.close();
      await expect(readCalibrationFile(path)).rejects.toMatchObject({
        code: 'store/too-large',
        message: expect.stringContaining('20480.0 MB') as unknown,
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('with too many lines is refused', () => {
    expect(codes(`SerialEMCalibrations\n${'\n'.repeat(60_000)}`)).toEqual(['store/too-large:1']);
  });
});

describe('a byte order mark', () => {
  it('of UTF-8 is forgiven and kept', () => {
    const { file, problems } = parse(`\xef\xbb\xbf${golden}`);
    expect(problems).toEqual([]);
    expect(file!.render().toString('latin1')).toBe(`\xef\xbb\xbf${golden}`);
  });
});

/** Two good records around bad lines: the bad lines must be reported with their number and kept, the good ones read. */
const around = (...bad: readonly string[]) =>
  ['SerialEMCalibrations', 'C2SpotOffset 1 0.5 0.5', ...bad, 'C2SpotOffset 2 0.25 0.25', ''].join('\n');

describe('bad lines', () => {
  it.each<[string, string[], string[]]>([
    ['text for a number', ['CrossoverIntensity one 0.1 0.1'], ['store/unreadable-record:3']],
    ['not a number as C prints it', ['CrossoverIntensity 1 -1.#IND00 nan'], ['store/unreadable-record:3']],
    ['infinity', ['CrossoverIntensity 1 inf 0.1'], ['store/unreadable-record:3']],
    ['a number beyond all bounds', ['CrossoverIntensity 1 1e999 0.1'], ['store/unreadable-record:3']],
    ['a 32-bit number beyond its bounds', ['C2SpotOffset 3 1e39 0.1'], ['store/unreadable-record:3']],
    ['a mag index of 0', ['StageToCameraMatrix 0 0 1 2 3 4 0 100'], ['store/unreadable-record:3']],
    ['a mag index of 120', ['StageToCameraMatrix 120 0 1 2 3 4 0 100'], ['store/unreadable-record:3']],
    ['camera 6', ['StageToCameraMatrix 1 6 1 2 3 4 0 100'], ['store/unreadable-record:3']],
    ['spot 14', ['CrossoverIntensity 14 0.1 0.1'], ['store/unreadable-record:3']],
    ['too few values', ['StageToCameraMatrix 1 0 1 2 3'], ['store/unreadable-record:3']],
    ['a keyword alone', ['StageToCameraMatrix'], ['store/unreadable-record:3']],
    ['a fraction for a whole number', ['CrossoverIntensity 3.7 0.1 0.1'], ['store/odd-record:3']],
    ['more values than known', ['CrossoverIntensity 3 0.1 0.1 0.1'], ['store/odd-record:3']],
    ['NUL bytes', ['CrossoverIntensity 3 0.1\0 0.1'], ['store/unreadable-line:3']],
    ['46 items', [`AstigmatismCalib ${'1 '.repeat(45)}`], ['store/unreadable-line:3']],
    ['an unknown keyword', ['BeamWobble 1 2 3'], ['store/unknown-record:3']],
    ['a table that is too short', ['FilterMagShifts\t3', '20 1.0', '21 1.5'], ['store/short-table:3']],
    ['a table that is too long', ['FilterMagShifts\t1', '20 1.0', '21 1.5'], ['store/unknown-record:5']],
    ['a table without a number', ['FilterMagShifts'], ['store/bad-count:3']],
    ['a table with a negative number', ['FilterMagShifts -2'], ['store/bad-count:3']],
    ['a table with a number beyond all bounds', ['FilterMagShifts 4000000000', '20 1.0'], ['store/short-table:3']],
    ['a bad row in a table', ['FilterMagShifts\t3', '20 1.0', '999 1.0', '22 1.0'], ['store/unreadable-record:5']],
    ['an empty line in a table', ['FilterMagShifts\t2', '20 1.0', '', '22 1.0'], ['store/blank-in-table:5']],
    [
      'a bad row in a block',
      ['STEMfocusVersusZ 2 3 1', '1 2 3', '1 x 3'],
      ['store/unreadable-record:5', 'store/incomplete-record:3'],
    ],
    ['a bad header of a block', ['STEMfocusVersusZ 2 99 1', '1 2 3', '1 2 3'], ['store/unreadable-record:3']],
    ['a short block', ['STEMfocusVersusZ 5 3 1', '1 2 3', '1 2 3'], ['store/short-table:3']],
    ['spots beyond all bounds', ['SpotBeamShifts 1 2000000000'], ['store/unreadable-record:3', 'store/bad-count:3']],
    [
      'camera properties without end',
      ['CameraProperties 0', 'whatever'],
      ['store/open-block:3', 'store/unknown-record:4'],
    ],
  ])('%s: reported with the line, kept, and the rest is read', (_, bad, expected) => {
    const text = around(...bad);
    const { file } = parse(text);
    expect(codes(text)).toEqual(expected);
    expect(file!.get('C2SpotOffset').filter(({ micro }) => Number(micro) < 1)).toEqual([
      { spot: 1, micro: 0.5, nano: 0.5 },
      { spot: 2, micro: 0.25, nano: 0.25 },
    ]);
    expect(file!.render().toString('latin1')).toBe(text);
    file!.put('C2SpotOffset', { spot: 1, micro: 0.75, nano: 0.5 }, ({ spot }) => spot === 1);
    expect(file!.render().toString('latin1')).toBe(text.replace('1 0.5 0.5', '1 0.750000 0.500000'));
  });

  it('in a table leave its other rows usable', () => {
    const { file } = parse(around('FilterMagShifts\t3', '20 1.0', '999 1.0', '22 1.5'));
    expect(file!.get('FilterMagShifts')).toEqual([
      { magIndex: 20, energyShift: 1 },
      { magIndex: 22, energyShift: 1.5 },
    ]);
  });

  it('in a table that is changed stay in it, and the number of rows is corrected', () => {
    const { file } = parse(around('FilterMagShifts\t5', '20 1.0', '', '999 1.0'));
    file!.put('FilterMagShifts', { magIndex: 21, energyShift: 2 }, () => false);
    expect(file!.render().toString().split('\n').slice(2, 6)).toEqual([
      'FilterMagShifts\t3',
      '20 1.0',
      '21 2.000000',
      '999 1.0',
    ]);
  });

  it('name the nearest right keyword', () => {
    expect(parse(around('CrossOverIntensity 1 0 0')).problems[0]!.hint).toContain('Did you mean CrossoverIntensity?');
  });

  it('say where, what and what to do', () => {
    const [problem] = parse(around('CrossoverIntensity one 0.1 0.1')).problems;
    expect(problem!.message).toBe('bad.txt:3: CrossoverIntensity cannot be read: "one" is not a number (spot).');
    expect(problem!.hint).not.toBe('');
  });

  it('without end are listed up to a hundred and then counted', () => {
    const { problems } = parse(`SerialEMCalibrations\n${'Nonsense 1\n'.repeat(5000)}`);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)!.message).toContain('4900 further problems');
  });
});

describe('a truncated file', () => {
  it('never gives a value that the whole file does not have, unless it says that it is cut short', () => {
    const whole = parse(golden).file!;
    const all = new Set(whole.all().map((each) => JSON.stringify([each.name, each.values])));
    for (let length = 'SerialEMCalibrations'.length; length < golden.length; length += 3) {
      const { file, problems } = parse(golden.slice(0, length));
      expect(file!.render().toString('latin1')).toBe(golden.slice(0, length));
      const foreign = file!.all().filter((each) => !all.has(JSON.stringify([each.name, each.values])));
      if (foreign.length > 0) expect(problems.map(({ code }) => code)).toContain('store/no-line-end');
      expect(foreign.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('anything at all', () => {
  it('comes out as it went in and never throws', () => {
    const line = fc.oneof(
      fc.constantFrom(...goldenMain),
      fc.string({ unit: 'binary' }).map((text) => `${text}\n`),
      fc.constantFrom(
        'ImageShiftMatrix\t999999\n',
        'SpotBeamShifts 1 13 1 13\n',
        'CameraProperties\n',
        'EndCameraProperties\n',
        '\0\n',
        '\r\r\n',
        'BeamIntensityTable 3 0 0 0\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const bytes = Buffer.from(`SerialEMCalibrations\n${lines.join('')}`, 'utf8');
        const { file } = CalibrationFile.parse(bytes, 'any.txt');
        expect(file!.render().equals(bytes)).toBe(true);
        const again = CalibrationFile.parse(file!.render('canonical'), 'any.txt').file!;
        expect(again.all().length).toBeGreaterThanOrEqual(0);
        showCalibrations(file!);
      }),
      { numRuns: drawsOf(100) },
    );
  });

  /** Hostile texts of a length; 49000 lines or some eight million characters are the most that is read at all. */
  const hostile = (lines: number, characters: number): readonly (readonly [name: string, text: string])[] => [
    ['many unknown lines', 'A b\n'.repeat(lines)],
    ['many lines like a keyword', 'ImageShiftMatrx 1\n'.repeat(lines)],
    ['many open blocks', 'CameraProperties\n'.repeat(lines)],
    ['many empty tables', 'ImageShiftMatrix 0\n'.repeat(lines)],
    ['many tables that are too short', 'ImageShiftMatrix 99999\n'.repeat(lines)],
    ['many records', 'C2SpotOffset 1 0 0\n'.repeat(lines)],
    ['one long line', `C2SpotOffset ${'1 '.repeat(characters / 2)}\n`],
    ['one long word', `${'x'.repeat(characters)}\n`],
    ['one long line of blanks', `C2SpotOffset${' '.repeat(characters)}1 2 3\n`],
    ['one long number', `C2SpotOffset 1 ${'9'.repeat(characters)} 1\n`],
  ];
  const readAndWrite = (text: string): void => {
    const { file } = parse(`SerialEMCalibrations\n${text}`);
    expect(file!.render().length).toBe(text.length + 21);
    file!.put('C2SpotOffset', { spot: 2, micro: 1, nano: 1 }, () => false);
    file!.render('canonical');
    showCalibrations(file!);
  };

  it.each(hostile(49_000, 7_900_000))('is read, written and shown: %s', (_, text) => readAndWrite(text));

  inLongStatistics(() => {
    it('needs about twice the time for twice as much', () => {
      const [names, texts] = [hostile(1, 100).map(([name]) => name), (size: number) => hostile(size, 160 * size)];
      const ratios = names.map((_, at) => growth((size) => readAndWrite(texts(size)[at]![1]), 12_000));
      tellFigures(
        `time for twice as much of ${names.map((name, at) => `${name} ${ratios[at]!.toFixed(1)}`).join(', ')} times as long`,
      );
      expect(Math.max(...ratios)).toBeLessThan(3);
    });
  });
});
