import { product, rotation, scaleMatrix } from '../../../core/base';
import { CalibrationFile, diffCalibrations, readCalibrationFile, showCalibrations } from '../../../core/store';
import { goldenFlyback, goldenMain, goldenShortTerm } from './serialem/golden';
import { Site, someMatrix } from './site';

const read = (lines: readonly string[]) =>
  CalibrationFile.parse(Buffer.from(lines.join(''), 'latin1'), 'file.txt').file!;

describe('showing a file', () => {
  it('gives every record with its name and fields', () => {
    const { kind, records } = showCalibrations(read(goldenMain));
    expect(kind).toBe('calibrations');
    expect(records[0]).toEqual({
      record: 'ImageShiftMatrix',
      magIndex: 1,
      camera: 0,
      xpx: 3.156758,
      xpy: -3.618665,
      ypx: -3.591582,
      ypy: -3.114515,
      magnification: 40,
    });
    expect(records.find(({ record }) => record === 'STEMfocusVersusZ')).toEqual({
      record: 'STEMfocusVersusZ',
      spot: 3,
      probe: 1,
      rows: [
        { stageZ: -10, defocus: 1.5, absoluteFocus: 0.0025 },
        { stageZ: 10, defocus: -1.5, absoluteFocus: -0.0025 },
      ],
    });
    expect(Object.keys(records[0]!)[0]).toBe('record');
  });

  it('finds the kind of the file by its first line', () => {
    expect(showCalibrations(read(goldenShortTerm)).kind).toBe('short-term');
    expect(showCalibrations(read(goldenFlyback)).records[0]).toMatchObject({
      record: 'FlybackTime',
      date: '2025/03/07',
      binning: 1,
      flyback: 312.5,
    });
  });

  it('gives a table in which columns stand under their names, with rows and unknown lines', () => {
    const { table, kept } = showCalibrations(read([...goldenMain, 'NewerRecord 1 2\r\n']));
    const lines = table.split('\n');
    const at = lines.indexOf('ImageShiftMatrix (2)');
    expect(lines.slice(at + 1, at + 4)).toEqual([
      '  magIndex  camera         xpx         xpy         ypx        ypy  magnification',
      '         1       0    3.156758   -3.618665   -3.591582  -3.114515             40',
      '         4       1  -13.674536  -13.031636  -12.878988   0.000000            135',
    ]);
    expect(table).toContain(
      '      stageZ  defocus  absoluteFocus\n         -10      1.5         0.0025\n          10     -1.5        -0.0025\n',
    );
    expect(table).toContain(`Lines that are not understood\n  ${goldenMain.length + 1}: NewerRecord 1 2\n`);
    expect(kept).toEqual([{ line: goldenMain.length + 1, text: 'NewerRecord 1 2' }]);
  });

  it('says so when there is nothing', () => {
    expect(showCalibrations(CalibrationFile.empty('calibrations')).table).toBe('No calibrations.\n');
  });

  it('reports a file that is not there', async () => {
    const site = new Site();
    expect(await readCalibrationFile(site.path('none.txt'))).toEqual({
      problems: [expect.objectContaining({ code: 'store/no-file' })],
    });
    site.remove();
  });
});

describe('comparing two files', () => {
  it('finds no difference in form and order alone', () => {
    const other = [
      'SerialEMCalibrations\n',
      'C2SpotOffset 2  1 2\n',
      'ImageShiftMatrix 1\n',
      '17 0 1 2 3 4 1700\n',
      'C2SpotOffset 1 3 4.0\n',
    ];
    const one = [
      'SerialEMCalibrations\n',
      'ImageShiftMatrix\t1\n',
      '17 0 1.0 2.0 3.0 4.0   1700\n',
      'C2SpotOffset 1 3 4\n',
      'C2SpotOffset 2 1 2\n',
    ];
    expect(diffCalibrations(read(one), read(other))).toEqual({ differences: [], text: 'No differences.\n' });
  });

  it('shows the rotation and the change of a matrix', () => {
    const before = CalibrationFile.empty('calibrations');
    const after = CalibrationFile.empty('calibrations');
    const put = (file: CalibrationFile, value: object): boolean =>
      file.put('ImageShiftMatrix', { magIndex: 17, camera: 0, magnification: 1700, ...value }, () => true);
    put(before, someMatrix);
    put(after, scaleMatrix(product(rotation(5), someMatrix), 1.02));
    const { differences, text } = diffCalibrations(before, after);
    expect(differences).toHaveLength(1);
    const [difference] = differences;
    expect(difference).toMatchObject({
      kind: 'changed',
      record: 'ImageShiftMatrix',
      key: { magIndex: 17, camera: 0 },
      fields: ['xpx', 'xpy', 'ypx', 'ypy'],
    });
    expect(difference!.rotation).toBeCloseTo(5, 4);
    // A turn by 5 degrees with a growth of 2 % moves the tip of every vector by this part of its length.
    const angle = (5 * Math.PI) / 180;
    expect(difference!.percentChange).toBeCloseTo(
      100 * Math.hypot(1.02 * Math.cos(angle) - 1, 1.02 * Math.sin(angle)),
      4,
    );
    expect(text).toBe('~ ImageShiftMatrix magIndex 17, camera 0: changed by 9.03 %, rotated by 5.00 degrees\n');
  });

  it('lists what was added, removed and changed', () => {
    const changed = goldenMain
      .filter((line) => !line.startsWith('CrossCalAtC2Aperture'))
      .map((line) =>
        line
          .replace('-31.618359 883.939941', '-31.618359 883.000000')
          .replace('C2SpotOffset 1 0.000000 0.000000', 'C2SpotOffset 1 0.000000 0.500000'),
      );
    const { differences, text } = diffCalibrations(read(goldenMain), read([...changed, 'C2SpotOffset 3 1.0 1.0\r\n']));
    expect(differences.map(({ kind, record }) => `${kind} ${record}`)).toEqual([
      'changed C2SpotOffset',
      'added C2SpotOffset',
      'removed CrossCalAtC2Aperture',
      'changed FocusCalibration',
    ]);
    expect(text.split('\n')).toEqual([
      '~ C2SpotOffset spot 1: nano 0 -> 0.5',
      '+ C2SpotOffset spot 3',
      '- CrossCalAtC2Aperture',
      '~ FocusCalibration magIndex 30, camera 1, direction 0, probe 1, alpha -999: 1 of 2 rows differ',
      '',
    ]);
    expect(differences[0]).toMatchObject({
      before: { spot: 1, nano: 0 },
      after: { spot: 1, nano: 0.5 },
      fields: ['nano'],
    });
  });

  it('is refused for files of different kinds', () => {
    expect(() => diffCalibrations(read(goldenMain), read(goldenShortTerm))).toThrow('cannot be compared');
  });

  it('is its own opposite', () => {
    const one = read(goldenMain);
    const other = read(
      goldenMain.map((line) =>
        line.replace('17 1 33.618221', '17 1 34.618221').replace('StandardLMFocus 25', 'StandardLMFocus 26'),
      ),
    );
    const kinds = (from: CalibrationFile, to: CalibrationFile): string[] =>
      diffCalibrations(from, to).differences.map(({ kind, record }) => `${record} ${kind}`);
    const swapped = kinds(other, one).map(
      (kind) =>
        ({ added: kind.replace('added', 'removed'), removed: kind.replace('removed', 'added'), changed: kind })[
          kind.split(' ')[1]!
        ],
    );
    expect(kinds(one, other).sort()).toEqual(swapped.sort());
    expect(kinds(one, other)).toHaveLength(3);
  });
});
