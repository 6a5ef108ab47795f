import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EucentricError } from '../../../core/base';
import { exportProperties, importProperties, loadSettings, parseSettings } from '../../../core/settings';
import { tellFigures } from '../../support/figures';
import { growth } from '../../support/growth';
import { inLongStatistics } from '../../support/needs';

const codes = (text: string, file = 'site.yaml'): string[] => [
  ...new Set(parseSettings(text, file).problems.map(({ code }) => code.replace('settings/', ''))),
];

describe('hostile input', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'settings-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (name: string, content: string | Buffer): string => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it('refuses files that are absent, folders, binary or far too large, each with a reason', () => {
    const codeOf = (file: string): string[] => loadSettings(file).problems.map(({ code }) => code);
    expect(codeOf(path.join(folder, 'none.yaml'))).toEqual(['settings/unreadable']);
    expect(codeOf(folder)).toEqual(['settings/unreadable']);
    expect(codeOf(written('nul.yaml', 'CameraRetries: 1\n\0\0'))).toEqual(['settings/binary']);
    expect(
      codeOf(written('random.txt', Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256)))),
    ).toEqual(['settings/binary']);
    expect(codeOf(written('large.yaml', Buffer.alloc(100_000_000, '# \n')))).toEqual(['settings/too-large']);
    expect(importProperties(Buffer.alloc(100_000_000, 'A 1\n'), 'large.txt')).toMatchObject({
      yaml: '',
      problems: [{ code: 'settings/too-large' }],
    });
    expect(importProperties('SerialEMProperties\nCameraRetries 1\0', 'nul.txt')).toMatchObject({
      yaml: '',
      problems: [{ code: 'settings/binary', place: { line: 2, column: 16 } }],
    });
  });

  it('withstands bombs of aliases and deep nesting', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghijk'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]!}`).join(', ')}]`),
    ].join('\n');
    expect(codes(bomb)).toEqual(['alias']);
    for (const deep of [
      '['.repeat(100_000),
      '{a: '.repeat(100_000),
      '- '.repeat(100_000),
      '? '.repeat(50_000),
      Array.from({ length: 3000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
    ])
      expect(codes(`x: 1\n${deep}`)).toEqual(['too-deep']);
  });

  const repeated = (line: string, size: number): string =>
    `SerialEMProperties\n${line.repeat(Math.ceil(size / line.length))}`;
  const propertyLines = [
    'CameraRetries 1\n',
    'Qwertyuiop 1 2 3\n',
    '1 2 3\n',
    'x '.repeat(1000),
    'RotationAndPixel 1 2 3 4\n',
    'CameraProperties -1\n',
    '/* ',
    'SocketServerIP 1 a\nSocketServerPort 1 2\n',
    'Name é\n',
  ];
  const yamlLines = ['Abcdefg: 1\n', 'CameraRetries: 1\n', '# comment\n', '- 1\n'];

  it.each(propertyLines)('reads a million characters of %j, and tells no more problems than anybody reads', (line) => {
    expect(importProperties(repeated(line, 1_000_000), 'in.txt').problems.length).toBeLessThan(3000);
  });

  it.each(yamlLines)(
    'reads twenty thousand lines of %j in YAML, and tells no more problems than anybody reads',
    (line) => {
      const { problems } = parseSettings(line.repeat(20_000), 'site.yaml');
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThan(3000);
    },
  );

  inLongStatistics(() => {
    it('needs about twice the time for twice as much', () => {
      const ratios = [
        ...propertyLines.map((line) => growth((size) => importProperties(repeated(line, size), 'in.txt'), 250_000)),
        ...yamlLines.map((line) => growth((size) => parseSettings(line.repeat(size), 'site.yaml'), 10_000)),
      ];
      tellFigures(
        `time for twice as much hostile input: ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')} times as long`,
      );
      expect(Math.max(...ratios)).toBeLessThan(3);
    });
  });

  it('reads a file that was cut off anywhere', () => {
    const text =
      'SerialEMProperties\nImageShiftDelays 2\n0 0\n1 1\nCameraProperties 0\nName K3\nCameraSizeX 11520\nCameraSizeY 8184\nPixelSizeInMicrons 2.5\nEndCameraProperties\n';
    for (let end = 0; end <= text.length; end++) importProperties(text.slice(0, end), 'in.txt');
  });

  it('explains why a file that is not a configuration cannot be exported', () => {
    for (const text of ['', 'a: [', '\0', '- 1'])
      expect(() => exportProperties(text, 'site.yaml')).toThrow(EucentricError);
  });
});
