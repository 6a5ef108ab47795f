import { parseSettings } from '../../../core/settings';

/** Every problem of a properties file as "line:column severity code". */
const found = (...lines: string[]): string[] =>
  parseSettings(`${lines.join('\n')}\n`, 'SerialEMproperties.txt').problems.map(
    ({ place, severity, code }) => `${place.line}:${place.column} ${severity} ${code.replace('settings/', '')}`,
  );
const messages = (...lines: string[]): string =>
  parseSettings(`${lines.join('\n')}\n`, 'SerialEMproperties.txt')
    .problems.map(({ message, hint }) => `${message} ${hint}`)
    .join('\n');
const header = 'SerialEMProperties';

describe('checking a properties file', () => {
  it('finds a missing header, one in other letters, and one below a comment', () => {
    expect(found('CameraRetries 1')).toEqual(['1:1 error missing-header']);
    expect(found('serialemproperties', 'CameraRetries 1')).toEqual(['1:1 error missing-header']);
    expect(found('# comment', header)).toContain('1:1 error missing-header');
    expect(found('', header, 'CameraRetries 1')).toEqual([]);
  });

  it('finds unknown names and says which is meant', () => {
    expect(found(header, '  MaxCalibrationImageShft 5')).toEqual(['2:3 error unknown-key']);
    expect(messages(header, 'MaxCalibrationImageShft 5')).toContain('Did you mean MaxCalibrationImageShift?');
    expect(messages(header, 'Zzzzzzzzzzzzzz 5')).not.toContain('Did you mean');
    expect(found(header, 'maxcalibrationIMAGEshift 5')).toEqual([]);
  });

  it('finds camera properties outside and general ones inside a camera block', () => {
    const problems = found(
      header,
      'CameraSizeX 5',
      'CameraProperties -1',
      'StageLimits 1 2 3 4',
      'EndCameraProperties',
    );
    expect(problems).toEqual(['2:1 error camera-key-outside', '4:1 warning general-key-in-camera']);
  });

  it('finds values of the wrong kind', () => {
    expect(found(header, 'CameraRetries yes')).toEqual(['2:15 error wrong-type']);
    expect(found(header, 'CameraRetries five')).toEqual(['2:15 error wrong-type']);
    expect(found(header, 'CameraRetries 2.5')).toEqual(['2:15 warning not-whole']);
    expect(found(header, 'CameraRetries 2.')).toEqual([]);
    expect(found(header, 'CameraRetries 3#old')).toEqual(['2:15 warning comment-sticks']);
    expect(found(header, 'CameraRetries')).toEqual(['2:1 error missing-value']);
    expect(found(header, 'StageLimits -900,900,-900,900')).toEqual(['2:13 error comma']);
    expect(messages(header, 'CameraRetries yes')).toContain('reads "yes" as 0');
  });

  it('finds values that are too many, too few, or not allowed', () => {
    expect(found(header, 'CameraRetries 1 2')).toEqual(['2:17 error wrong-count']);
    expect(found(header, 'CameraRetries 1 or more')).toEqual(['2:17 warning wrong-count']);
    expect(found(header, 'CatalaseAxisLengths 6')).toEqual(['2:21 error wrong-count']);
    expect(found(header, 'C2ApertureSizes 1 2 3 4 5 6 7 8 9 10 11 12 13 14')).toEqual(['2:47 error wrong-count']);
    expect(found(header, 'FrameMdocForFalcon 7')).toEqual(['2:20 error out-of-range']);
    expect(found(header, 'BackgroundSaveToFile 2')).toEqual(['2:22 warning out-of-range']);
    expect(found(header, 'StageLimits 900 -900 0 0')).toEqual(['2:13 error out-of-range']);
  });

  it('finds lines that are entered twice, and lets those repeat that may', () => {
    expect(found(header, 'CameraRetries 1', 'CameraRetries 2')).toEqual(['3:1 warning duplicate-key']);
    expect(
      found(header, 'K2FilterName One', 'K2FilterName Two', 'OtherShiftBoundaries 3', 'OtherShiftBoundaries 4'),
    ).toEqual([]);
  });

  it('finds what is wrong with tables, each fault once', () => {
    expect(found(header, 'ImageShiftDelays 2', '0 0', '# comment', '1 1')).toEqual(['4:1 error table-row']);
    expect(found(header, 'ImageShiftDelays 3', '0 0', '1 1', 'CameraRetries 1')).toEqual(['2:18 error table-count']);
    expect(found(header, 'ImageShiftDelays 1', '0 0', '1 1', '2 2')).toEqual(['2:18 error table-count']);
    expect(found(header, 'ImageShiftDelays', '0 0')).toEqual(['2:1 error table-count']);
    expect(found(header, 'ImageShiftDelays 3', '0 0', '1 1', '0.5 1')).toEqual(['5:1 warning not-ascending']);
    expect(found(header, 'MagnificationTable 4', '1 100', '1 200 0', '4 300 0', '200 -5 0')).toEqual(
      expect.arrayContaining([
        '3:1 error table-row',
        '4:1 error table-row',
        '5:1 warning table-gap',
        '6:1 error table-row',
        '6:5 error table-row',
      ]),
    );
  });

  it('finds what is wrong with camera blocks', () => {
    expect(found(header, 'CameraProperties 7', 'EndCameraProperties')).toContain('2:18 error camera-index');
    expect(found(header, 'CameraProperties', 'EndCameraProperties')).toContain('2:17 error camera-index');
    expect(found(header, 'CameraProperties -1', 'Name Old')).toEqual(['2:1 error camera-not-closed']);
    expect(found(header, 'CameraProperties -1', 'CameraProperties -2', 'EndCameraProperties')).toEqual([
      '3:1 error camera-not-closed',
    ]);
    expect(found(header, 'EndCameraProperties')).toEqual(['2:1 error camera-not-open']);
    expect(found(header, 'CameraProperties -1', '/* note */', 'EndCameraProperties')).toEqual([
      '3:1 warning block-comment',
    ]);
    expect(found(header, '/* a comment', 'CameraRetries yes', '*/', 'CameraRetries 1')).toEqual([]);
    expect(found(header, '/* never', 'closed')).toEqual(['2:1 error block-comment']);
  });

  const camera = [
    'CameraProperties 0',
    'CameraSizeX 4096',
    'CameraSizeY 4096',
    'PixelSizeInMicrons 14',
    'EndCameraProperties',
  ];
  const table = ['MagnificationTable 2', '1 100 0', '2 200 0'];

  it('finds cameras that are missing, and what an active camera lacks', () => {
    expect(found(header, ...table, ...camera)).toEqual([]);
    expect(found(header, 'ActiveCameraList 0 3', ...table, ...camera)).toEqual(['2:20 error unknown-camera']);
    expect(found(header, ...table, 'CameraProperties 1', 'EndCameraProperties')).toEqual(['5:1 error unknown-camera']);
    expect(found(header, 'InitialCurrentCamera 4', ...table, ...camera)).toEqual(['2:22 warning unknown-camera']);
    expect(found(header, ...table, 'CameraProperties 0', 'CameraSizeX 4096', 'EndCameraProperties')).toEqual([
      '5:1 error missing-key',
      '5:1 error missing-key',
    ]);
    expect(found(header, ...table, ...camera, ...camera)).toContain('10:1 warning duplicate-camera');
  });

  it('finds mag indexes that the table does not have', () => {
    const rows = ['RotationAndPixel 2 999 80 1.5', 'RotationAndPixel 9 999 80 1.5', 'RotationAndPixel 2 999 80 999'];
    const problems = found(
      header,
      'LowestMModeMagIndex 17',
      ...table,
      ...camera.slice(0, -1),
      ...rows,
      'EndCameraProperties',
    );
    expect(problems).toEqual([
      '2:21 warning unknown-mag-index',
      '11:18 warning unknown-mag-index',
      '12:18 warning duplicate-mag',
      '12:27 warning out-of-range',
    ]);
  });

  it('misses the magnification table, and its boundary on a JEOL or Hitachi', () => {
    expect(found(header, ...camera)).toEqual(['1:1 warning missing-table']);
    expect(found(header, 'JeolHasNoAlpha 1', ...camera)).toEqual(['1:1 error missing-table', '1:1 error missing-key']);
    expect(found(header, 'HitachiPort 12050', ...table, ...camera)).toEqual(['1:1 error missing-key']);
  });

  it('finds lines that SerialEM cannot read and comments that are none', () => {
    const words = (count: number): string => Array.from({ length: count }, () => '1').join(' ');
    expect(found(header, `# ${words(60)}`, `OtherShiftBoundaries ${words(44)}`)).toEqual([]);
    expect(found(header, `OtherShiftBoundaries ${words(45)}`)).toEqual(['2:110 error too-many-words']);
    expect(found(header, `OtherShiftBoundaries ${words(44)} `)).toEqual(['2:109 error too-many-words']);
    expect(found(header, 'LogBookPathName C:\\log.txt # comment')).toEqual(['2:28 warning comment-in-text']);
    expect(found(header, 'LogBookPathName C:\\Müller.txt')).toEqual(['2:21 warning not-ascii']);
  });

  it('finds what has no effect because of its place', () => {
    const restricted = [
      'CameraProperties -1',
      'RestrictedSizeType 2',
      'XMustBeMultipleOf 8',
      'SubareasAreBad 1',
      'EndCameraProperties',
    ];
    expect(found(header, ...restricted)).toEqual(['4:1 warning no-effect', '5:1 warning no-effect']);
    expect(found(header, 'NumberOfCameraLengths 5', 'CameraLengthTable 1', '1 100')).toEqual(['2:1 warning no-effect']);
    expect(found(header, 'ExternalTool Editor', 'ToolCommand 2 notepad.exe')).toEqual(['3:13 error unknown-tool']);
  });

  it('reports all faults of a file together, in the order of the file', () => {
    const problems = found(
      header,
      'CameraRetrys 1',
      'StageLimits 1,2',
      'CameraProperties 0',
      'Binings 1 2',
      'EndCameraProperties',
      'FrameMdocForFalcon 9',
    );
    expect(problems.map((each) => each.split(' ')[0])).toEqual([
      '1:1',
      '2:1',
      '3:13',
      '4:1',
      '4:1',
      '4:1',
      '5:1',
      '7:20',
    ]);
  });
});
