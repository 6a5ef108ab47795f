import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { drawsOf, fc } from '../../../support/properties';
import { exportInLayout, importProperties, propertiesFileOf } from '../../../../core/settings';
import { needsReading } from '../../../support/needs';
import { sectionsOf } from '../sections-of';

const exported = (yaml: string, earlier: string): string =>
  Buffer.from(exportInLayout(yaml, 'site.yaml', Buffer.from(earlier))).toString();
const importedFrom = (text: string): string => importProperties(text, 'site.txt').yaml;

/** The lines of the configuration of a file in alphabetical order, without the places and the order of lines. */
const contentsOf = (properties: string): readonly string[] =>
  importedFrom(properties)
    .replace(/properties-order:\n\s+\[[^\]]*\]/g, '')
    .split('\n')
    .filter((text) => /^\s*[-\w]/.test(text))
    .map((text) => text.replace(/after: \w+, /, ''))
    .sort();

const site = [
  'SerialEMProperties',
  '\t# general  ',
  '',
  '',
  'cameraRETRIES \t 2\t# twice',
  'GatanServerIP\t192.168.1.10',
  '',
  'CameraProperties\t 0',
  '  Name  The   camera ',
  'CameraSizeX   4096',
  '',
  'EndCameraProperties',
  'AssumeDPI    150      # between the cameras',
  'CameraProperties 1',
  'CameraSizeX 3838   ',
  'EndCameraProperties',
  '',
  'NobodyKnowsThis  1 \t2',
  'ImageShiftDelays   2',
  '0.   0.1',
  '10.\t0.5   # far',
  '# the end',
].join('\r\n');

describe('export in the layout of an earlier file', () => {
  it('gives the file itself to the byte where nothing has changed', () => {
    expect(exported(importedFrom(site), site)).toBe(site);
    expect(exported(`plugins:\n  fei: {}\n${importedFrom(site)}`, site)).toBe(site);
  });

  it('changes a value within its line and leaves the rest of the file alone', () => {
    const yaml = importedFrom(site);
    expect(exported(yaml.replace('CameraRetries: 2', 'CameraRetries: 5'), site)).toBe(
      site.replace('RETRIES \t 2\t# twice', 'RETRIES \t 5\t# twice'),
    );
    expect(exported(yaml.replace('3838', '7676'), site)).toBe(site.replace('3838   ', '7676   '));
    expect(exported(yaml.replace('0.5]', '0.75]'), site)).toBe(site.replace('10.\t0.5 ', '10.\t0.75 '));
    expect(exported(yaml.replace('AssumeDPI: 150', 'AssumeDPI: 200'), site)).toBe(site.replace(' 150 ', ' 200 '));
  });

  it('puts a new property behind its neighbour and takes out a line that is gone', () => {
    const yaml = importedFrom(site);
    const more = exported(yaml.replace(/^GatanServerIP.*$/m, '$&\nGatanServerPort: 48890'), site);
    expect(more).toBe(site.replace(/^GatanServerIP.*$/m, '$&\r\nGatanServerPort 48890'));
    expect(exported(yaml.replace(/^AssumeDPI.*\n/m, ''), site)).toBe(site.replace(/^AssumeDPI.*\r\n/m, ''));
  });

  it('keeps the comment of a line that a later one replaces', () => {
    const twice = 'SerialEMProperties\nAssumeDPI 2\t#  b \nAssumeDPI 0\n';
    expect(importedFrom(twice)).toContain("line: 'AssumeDPI 2 #  b'");
    expect(exported('AssumeDPI: 2\n', twice)).toBe('SerialEMProperties\nAssumeDPI 2\n');
  });

  it('follows its own order where the file is of another kind or another site', () => {
    const yaml = importedFrom(site);
    const plain = exported(yaml, '');
    expect(sectionsOf(plain)).toEqual(sectionsOf(exported(yaml, 'no properties at all')));
    const other = 'SerialEMProperties\nCameraRetries 9\nMakeFEIerrorBeTimeout 1\n# of another site\n';
    const mixed = exported(yaml, other);
    expect(importProperties(mixed, 'site.txt').yaml).not.toContain('another site');
    expect(sectionsOf(mixed).map(({ name }) => name)).toEqual(sectionsOf(plain).map(({ name }) => name));
  });

  for (const name of ['krios-k2-SerialEMproperties.txt', 'talos-SerialEMproperties.txt']) {
    const file = path.resolve(__dirname, '../../../../../shared/data', name);
    needsReading(existsSync(file)).test(`gives the real ${name} back to the byte, and changes one line of it`, () => {
      const bytes = readFileSync(file);
      const { yaml } = importProperties(bytes, name);
      expect(Buffer.from(exportInLayout(yaml, 'site.yaml', bytes)).equals(bytes)).toBe(true);
      const changed = exportInLayout(yaml.replace(/^CameraRetries: .*$/m, 'CameraRetries: 17'), 'site.yaml', bytes);
      const [before, after] = [bytes, Buffer.from(changed)].map((each) => each.toString('latin1').split('\n')) as [
        string[],
        string[],
      ];
      expect(after).toHaveLength(before.length);
      expect(after.filter((line, at) => line !== before[at])).toEqual([
        expect.stringMatching(/^CameraRetries\s+17\r?$/),
      ]);
    });
  }

  it('never changes what a file means, whatever was changed in the configuration', () => {
    const blank = fc.constantFrom(' ', '\t', '   ', ' \t ');
    const line = fc
      .tuple(
        fc.constantFrom(
          'CameraRetries',
          'AssumeDPI',
          'FilmRetries',
          'socketserverport 1',
          'ZzUnknown',
          'SocketServerPort 2',
        ),
        blank,
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom('', ' # a', '\t#  b '),
      )
      .map(([name, between, value, comment]) => `${name}${between}${value}${comment}`);
    const other = fc.constantFrom('', '# comment', '  #  another ');
    const body = fc.array(fc.oneof({ weight: 3, arbitrary: line }, { weight: 1, arbitrary: other }), { maxLength: 9 });
    const camera = fc
      .tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('4096', '2048'))
      .map(([index, size]) => [`CameraProperties  ${index}`, `CameraSizeX  ${size}`, '', 'EndCameraProperties']);
    const file = fc
      .tuple(body, fc.array(camera, { maxLength: 2 }), body)
      .map(([first, cameras, last]) => ['SerialEMProperties', ...first, ...cameras.flat(), ...last, ''].join('\n'));
    fc.assert(
      fc.property(file, file, (earlier, later) => {
        const yaml = importedFrom(later);
        expect(contentsOf(exported(yaml, earlier))).toEqual(contentsOf(exported(yaml, '')));
        expect(exported(importedFrom(earlier), earlier)).toBe(earlier);
      }),
      { numRuns: drawsOf(60) },
    );
  });
});

test('a configuration names the properties file that it comes from', () => {
  expect(propertiesFileOf('properties-file: ../old.txt\nCameraRetries: 1\n', 'site.yaml')).toBe('../old.txt');
  expect(propertiesFileOf('CameraRetries: 1\n', 'site.yaml')).toBeUndefined();
  expect(propertiesFileOf('not: [closed', 'site.yaml')).toBeUndefined();
});
